import type { Row } from "@cultivar/core";
import { rng } from "@cultivar/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Belief, Scores } from "../beliefs/evidence.ts";
import { member } from "./fixtures/members.ts";
import type { Member } from "./pool.ts";
import { noPromise } from "./pool.ts";
import type { RacingOptions, Validation, Verdict } from "./validation.ts";
import { fullPass, racing } from "./validation.ts";

interface Race {
  /** The draft's scores. */
  readonly draft: Scores;
  /** The parent's, and which of them are known beforehand; default all. */
  readonly parent: Scores;
  readonly known?: readonly boolean[];
  /** The best one's; default the parent's. */
  readonly best?: Scores;
  /** Where the best one comes from; default nowhere: it is the baseline. */
  readonly bred?: Partial<Member>;
  readonly promise?: Belief;
  readonly mayWait?: boolean;
  readonly order?: readonly number[];
}

async function judged(
  rule: Validation,
  {
    draft,
    parent,
    known,
    best = parent,
    bred,
    promise = noPromise(1),
    mayWait = true,
    order = draft.map((_, i) => i),
  }: Race,
): Promise<Verdict & { readonly asked: readonly number[]; readonly askedParent: readonly number[] }> {
  const asked: number[] = [];
  const askedParent: number[] = [];
  const answer = (scores: Scores, places: readonly number[], log: number[]): Promise<readonly Row[]> => {
    log.push(...places);
    return Promise.resolve(places.map((i) => ({ id: `v${i}`, ...(scores[i] !== undefined && { score: scores[i] }) })));
  };
  const verdict = await rule.judge({
    ask: (places) => answer(draft, places, asked),
    askParent: (places) => answer(parent, places, askedParent),
    order,
    parent: member(parent.map((score, i) => (known?.[i] === false ? undefined : score))),
    best: member(best, bred),
    promise,
    width: 1,
    top: 1,
    mayWait,
  });
  return { ...verdict, asked, askedParent };
}

const flat = (score: number, rows = 40): readonly number[] => Array.from({ length: rows }, () => score);
/** Right on every n-th row. */
const every = (n: number, rows = 40): readonly number[] => Array.from({ length: rows }, (_, i) => Number(i % n === 0));

test("a full pass asks for all of val and keeps what it finds", async () => {
  const { rows, refusal, asked } = await judged(fullPass, { draft: flat(0), parent: flat(1) });
  expect(rows.map((row) => row?.score)).toEqual(flat(0));
  expect(refusal).toBeUndefined();
  expect(asked).toHaveLength(40);
  expect(fullPass.most(40)).toBe(40);
});

describe("racing", () => {
  test("a clearly worse draft stops after one block", async () => {
    const { refusal, asked, rows } = await judged(racing(), { draft: flat(0), parent: flat(1) });
    expect(asked).toHaveLength(8);
    expect(refusal).toMatch(/^\d+ % likely to be better after 8 val rows$/);
    expect(rows.filter((row) => row !== undefined)).toHaveLength(8);
    expect(rows).toHaveLength(40);
  });

  test("a clear winner is scored on all of val and kept", async () => {
    const { refusal, asked, rows } = await judged(racing(), { draft: flat(1), parent: flat(0) });
    expect(refusal).toBeUndefined();
    expect(asked).toHaveLength(40);
    expect(rows.map((row) => row?.score)).toEqual(flat(1));
  });

  test.each([
    ["the same on every row", every(2), every(2)],
    ["right where the other is wrong", every(2), every(2).map((score) => 1 - score)],
  ])("a tie is refused: %s", async (_, draft, parent) => {
    const { refusal } = await judged(racing(), { draft, parent });
    expect(refusal).toBeDefined();
  });

  test("one that beats its parent but not the best one is kept without being finished", async () => {
    const { refusal, asked } = await judged(racing(), { draft: every(2), parent: flat(0), best: flat(1) });
    expect(refusal).toBeUndefined();
    expect(asked.length).toBeLessThan(40);
  });

  test("the parent is run where it was not seen, and only until the draft is kept", async () => {
    const known = flat(1).map((_, i) => i % 4 !== 0);
    const { askedParent, parentRows, refusal } = await judged(racing(), { draft: flat(1), parent: flat(0), known });
    expect(refusal).toBeUndefined();
    expect(askedParent).toEqual([0, 4]);
    expect(parentRows?.map(({ id }) => id)).toEqual(["v0", "v4"]);
    const all = await judged(racing(), { draft: flat(1), parent: flat(0) });
    expect(all.askedParent).toEqual([]);
  });

  test("rows are looked at in the order given", async () => {
    const order = rng(0, "order").shuffle(flat(0).map((_, i) => i));
    expect((await judged(racing(), { draft: flat(1), parent: flat(0), order })).asked).toEqual(order);
    expect((await judged(racing(), { draft: flat(0), parent: flat(1), order })).asked).toEqual(order.slice(0, 8));
  });

  test("what train promised counts: the same rows keep a draft of which much was expected", async () => {
    const race = { draft: every(2, 8), parent: every(2, 8) };
    expect((await judged(racing(), race)).refusal).toBeDefined();
    expect((await judged(racing(), { ...race, promise: { mean: 0.3, variance: 0.01 } })).refusal).toBeUndefined();
  });

  test("unscored rows say nothing", async () => {
    const { refusal } = await judged(racing(), { draft: flat(0).map(() => undefined), parent: flat(1) });
    expect(refusal).toBeDefined();
  });

  test("another unit of the metric changes nothing", async () => {
    for (const [draft, parent] of [
      [every(2), flat(0)],
      [every(3), every(2)],
      [flat(0), every(4)],
    ] as const) {
      const race = (by: number) => {
        const scores = (of: Scores) => of.map((score) => by * score!);
        return racing().judge({
          ask: (places) => Promise.resolve(places.map((i) => ({ id: `v${i}`, score: by * draft[i]! }))),
          askParent: () => Promise.reject(new Error("nothing is unseen")),
          order: draft.map((_, i) => i),
          parent: member(scores(parent)),
          best: member(scores(parent)),
          promise: noPromise(by),
          width: by,
          top: by,
          mayWait: true,
        });
      };
      const [one, hundred] = [await race(1), await race(100)];
      expect(hundred.refusal).toBe(one.refusal);
      expect(hundred.rows.filter(Boolean)).toHaveLength(one.rows.filter(Boolean).length);
    }
  });

  test("a draft that is no better is seldom kept, a better one mostly; far fewer rows are looked at", async () => {
    const drawn = async (gain: number): Promise<{ kept: number; asked: number }> => {
      let [kept, asked] = [0, 0];
      for (let run = 0; run < 200; run++) {
        const stream = rng(run, `race ${gain}`);
        const parent = flat(0, 80).map(() => Number(stream.next() < 0.5));
        const draft = flat(0, 80).map(() => Number(stream.next() < 0.5 + gain));
        const verdict = await judged(racing(), { draft, parent });
        kept += Number(verdict.refusal === undefined);
        asked += verdict.asked.length;
      }
      return { kept: kept / 200, asked: asked / 200 };
    };
    const [worse, same, better] = [await drawn(-0.2), await drawn(0), await drawn(0.3)];
    expect(worse.kept).toBeLessThan(0.1);
    expect(same.kept).toBeLessThan(0.5);
    expect(better.kept).toBeGreaterThan(0.85);
    expect(worse.asked).toBeLessThan(40);
  });

  test("never more evaluations than it says, never a row twice; rows and answers are aligned", async () => {
    const score = fc.constantFrom(undefined, 0, 0.5, 1);
    const rows = fc.array(fc.record({ draft: score, parent: score, known: fc.boolean() }), {
      minLength: 1,
      maxLength: 40,
    });
    const promise = fc.record({ mean: fc.double({ min: -0.3, max: 0.3, noNaN: true }), variance: fc.constant(0.01) });
    await fc.assert(
      fc.asyncProperty(rows, promise, fc.integer({ min: 1, max: 12 }), async (table, belief, block) => {
        const rule = racing({ block });
        const [draft, parent] = [table.map((one) => one.draft), table.map((one) => one.parent)];
        const found = await judged(rule, { draft, parent, known: table.map((one) => one.known), promise: belief });
        expect(found.asked.length + found.askedParent.length).toBeLessThanOrEqual(rule.most(table.length));
        expect(new Set(found.asked).size).toBe(found.asked.length);
        expect(new Set(found.askedParent).size).toBe(found.askedParent.length);
        found.rows.forEach((row, i) => expect(row?.id).toBe(found.asked.includes(i) ? `v${i}` : undefined));
      }),
    );
  });

  test("once it is kept, blocks grow twice as large each time", async () => {
    const sizes: number[] = [];
    await racing().judge({
      ask: (places) => {
        sizes.push(places.length);
        return Promise.resolve(places.map((i) => ({ id: `v${i}`, score: 1 })));
      },
      askParent: () => Promise.reject(new Error("nothing is unseen")),
      order: flat(0, 60).map((_, i) => i),
      parent: member(flat(0, 60)),
      best: member(flat(0, 60)),
      promise: noPromise(1),
      width: 1,
      top: 1,
      mayWait: true,
    });
    expect(sizes).toEqual([8, 16, 32, 4]);
  });

  test("says why a draft is refused that is not unlikely to be better", async () => {
    const patient = racing({ drop: 0, least: 0 });
    const tie = await judged(patient, { draft: every(2), parent: every(2) });
    expect(tie.refusal).toBe("50 % likely to be better after 40 val rows, 70 % are asked for");
    const unscored = await judged(patient, { draft: flat(0).map(() => undefined), parent: flat(1) });
    expect(unscored.refusal).toBe("none of 40 val rows could be scored on both sides");
  });

  test("says so where the parent was seen on too few rows to go on, and where there is little to gain", async () => {
    const known = flat(1, 50).map((_, i) => i < 8);
    const short = await judged(racing(), { draft: every(2, 50), parent: every(2, 50), known });
    expect(short.refusal).toBe(
      "50 % likely to be better after 32 val rows, and the parent was seen on too few to go on",
    );
    const little = await judged(racing({ least: 0.05 }), { draft: every(2), parent: every(2) });
    expect(little.refusal).toMatch(/^50 % likely to be better after \d+ val rows, by less than 0.05 on average$/);
  });

  describe("a stepping stone: sure to be better, and rows still fail", () => {
    const child = { draft: every(2), parent: flat(0) };
    const race = async (changes: Partial<Race>, options: RacingOptions = {}): Promise<number> => {
      const { asked, refusal } = await judged(racing(options), { ...child, ...changes });
      expect(refusal).toBeUndefined();
      return asked.length;
    };
    const bred = { base: 0, parents: [0] };

    test("is kept without being scored on all of val, though it is likely to beat the best one", async () => {
      expect(await race({ bred })).toBeLessThan(40);
      expect(await race({ bred }, { sure: 1 })).toBe(40);
    });

    test("is none while only the baseline was seen on all of val", async () => expect(await race({})).toBe(40));

    test("is none when its parent is one, so that no two follow each other", async () => {
      const known = flat(0).map((_, i) => i < 16);
      expect(await race({ bred, known })).toBe(40);
    });

    test("is none where nothing is kept to score it in the end", async () =>
      expect(await race({ bred, mayWait: false })).toBe(40));

    test("is none when hardly a row is left", async () => {
      const few = { draft: every(2, 14), parent: flat(0, 14) };
      expect(await race({ bred, ...few })).toBe(14);
    });

    test("is none when it has every row right", async () => expect(await race({ bred, draft: flat(1) })).toBe(40));

    test("is none when it may be no better than its parent", async () => {
      const close = { draft: every(2), parent: every(3) };
      expect(await race({ bred, ...close, promise: { mean: 0.1, variance: 0.002 } }, { sure: 0.999 })).toBe(40);
    });
  });

  test("reserves no more than val twice over: a small val has room for a small budget", () => {
    expect([4, 16, 40].map((rows) => racing().most(rows))).toEqual([8, 32, 56]);
  });

  test.each<[what: string, options: RacingOptions, message: RegExp]>([
    ["an empty block", { block: 0 }, /the block of racing/],
    ["a chance above 1", { keep: 2 }, /keep of racing must be a number from 0 to 1, got 2/],
    ["a chance below 0", { drop: -1 }, /drop of racing must be a number from 0 to 1, got -1/],
    ["no number", { least: Number.NaN }, /least of racing must be a number from 0 to 1, got NaN/],
    ["a finish that never comes", { finish: 5 }, /finish of racing/],
    ["dropping what it would keep", { drop: 0.8 }, /racing must drop .* got drop 0.8, keep 0.7, finish 0.8/],
    ["dropping everything", { drop: 1, keep: 1 }, /got drop 1, keep 1/],
    ["keeping everything", { drop: 0, keep: 0 }, /got drop 0, keep 0/],
    ["finishing everything", { finish: 0 }, /finish 0/],
    ["being sure of everything", { sure: 0 }, /sure 0/],
  ])("refuses %s", (_, options, message) => expect(() => racing(options)).toThrow(message));
});
