import type { Row } from "@cultivar/core";
import { rng } from "@cultivar/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Batch, BatchRule, FailuresFirstOptions, Glance } from "./batches.ts";
import { epochRows, epochs, failuresFirst } from "./batches.ts";

const stream = (label: string) => rng(0, label);
const idsOf = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `r${i}`);

interface Known {
  /** What the parent really scores; default 0. Undefined: it cannot be scored. */
  readonly score?: (id: string) => number | undefined;
  readonly known?: Readonly<Record<string, number>>;
  readonly own?: Readonly<Record<string, number>>;
  readonly shown?: Readonly<Record<string, number>>;
  readonly step?: number;
}

/** A batch, and the rows that were looked at for it. */
async function taken(
  rule: BatchRule,
  count: number,
  know: Known = {},
): Promise<Batch & { readonly looked: readonly string[] }> {
  const { score = () => 0, known = {}, own = {}, shown = {}, step = 0 } = know;
  const looked: string[] = [];
  const glance: Glance = {
    ids: idsOf(count),
    step,
    stream,
    known: (id) => own[id] ?? known[id],
    own: (id) => own[id],
    shown: (id) => shown[id] ?? 0,
    top: 1,
    look(ids) {
      looked.push(...ids);
      return Promise.resolve(
        ids.map((id): Row => {
          const found = score(id);
          return { id, ...(found !== undefined && { score: found }) };
        }),
      );
    },
  };
  return { ...(await rule.take(glance)), looked };
}

const all = (ids: readonly string[], value: number): Readonly<Record<string, number>> =>
  Object.fromEntries(ids.map((id) => [id, value]));

describe("epochs", () => {
  const ids = idsOf(7);
  test("show every row once before any again, in batches of one size", () => {
    const batches = [0, 1, 2].map((step) => epochRows(3, ids, step, stream));
    expect(batches.map((batch) => batch.length)).toEqual([3, 3, 3]);
    expect(new Set(batches.flat())).toEqual(new Set(ids));
    expect(epochRows(3, ids, 0, stream)).toEqual(batches[0]);
    expect(epochRows(3, ids, 3, stream)).not.toEqual(batches[0]);
  });

  test("never repeat a row within a batch, however few there are", () => {
    for (let step = 0; step < 12; step++) {
      const batch = epochRows(3, ids, step, stream);
      expect(new Set(batch).size).toBe(3);
    }
    expect(epochRows(3, ["a", "b"], 5, stream).toSorted()).toEqual(["a", "b"]);
  });

  test("the child is tested on the rows that the parent was run on", async () => {
    const { rows, test: tested, looked } = await taken(epochs(3), 7, { step: 2 });
    expect(looked).toEqual(epochRows(3, ids, 2, stream));
    expect(rows.map(({ id }) => id)).toEqual(looked);
    expect(tested).toEqual(rows);
  });
});

describe("the batch of failures", () => {
  const few = (options: FailuresFirstOptions = {}) =>
    failuresFirst({ size: 3, most: 6, guards: 2, scales: [1], ...options });

  test("known failures that nobody was shown come first, then new rows, then what was shown in vain", async () => {
    const know = {
      known: { ...all(["r1", "r2", "r3"], 0), ...all(["r4", "r5"], 0.5) },
      shown: { ...all(["r4"], 1), ...all(["r5"], 2) },
    };
    // r0 is new; r6 and r7 are known to be right
    const { looked } = await taken(few({ size: 6 }), 8, { ...know, own: all(["r6", "r7"], 1) });
    expect(new Set(looked.slice(0, 3))).toEqual(new Set(["r1", "r2", "r3"]));
    expect(looked.slice(3)).toEqual(["r0", "r4", "r5"]);
  });

  test("rows that only an ancestor had right are looked at when no other fails, if that is asked for", async () => {
    const know: Known = { known: all(idsOf(5), 1), own: all(["r4"], 1), score: (id) => (id === "r2" ? 0 : 1) };
    const { looked, rows } = await taken(few({ again: true }), 6, know);
    expect(looked[0]).toBe("r5");
    expect(looked.slice(1).toSorted()).toEqual(["r0", "r1", "r2", "r3"]);
    expect(rows[0]).toMatchObject({ id: "r2", score: 0 });
    expect((await taken(few(), 6, know)).looked).toEqual(["r5"]);
    const fails: Known = { ...know, score: (id) => (id === "r5" ? 0 : 1) };
    expect((await taken(few({ again: true }), 6, fails)).looked).toEqual(["r5"]);
  });

  test("looks no further than it has to", async () => {
    expect((await taken(few(), 20, { known: all(idsOf(10), 0) })).looked).toHaveLength(3);
    // of new rows every other one fails
    const { looked, rows } = await taken(few(), 20, { score: (id) => Number(id.slice(1)) % 2 });
    expect(rows.filter(({ score }) => score === 0).length).toBeLessThanOrEqual(3);
    expect(looked.length).toBeLessThanOrEqual(6);
    expect(new Set(looked).size).toBe(looked.length);
  });

  test("shows the failures first, then what turned out right", async () => {
    const { rows } = await taken(few(), 20, { score: (id) => Number(Number(id.slice(1)) < 14) });
    const scores = rows.map(({ score }) => score!);
    expect(scores).toEqual(scores.toSorted((a, b) => a - b));
    expect(rows).toHaveLength(6);
  });

  test("guards are rows that the parent itself had right; those that it was not run on for this batch come first", async () => {
    const own = all(["r0", "r1", "r2", "r3"], 1);
    const { test: tested, looked } = await taken(few(), 8, { own, known: all(["r4"], 1), score: () => 0 });
    expect(looked).not.toContain("r4"); // an ancestor had it right
    const failed = tested.slice(0, 3);
    expect(failed.every(({ score }) => score === 0)).toBe(true);
    expect(tested.slice(3)).toHaveLength(2);
    for (const { id, score } of tested.slice(3)) expect([id in own, score]).toEqual([true, 1]);
  });

  test("guards may be rows of this batch that turned out right, but not those that could not be scored", async () => {
    const right = await taken(few({ most: 8 }), 8, { score: (id) => Number(id !== "r0") });
    expect(right.test.map(({ score }) => score)).toEqual([0, 1, 1]);
    const broken = await taken(few({ most: 8 }), 8, { score: (id) => (id === "r0" ? 0 : undefined) });
    expect(broken.test.map(({ id }) => id)).toEqual(["r0"]);
  });

  test("where none can be scored, what was looked at is shown, and nothing is tested", async () => {
    const { rows, test: tested, looked } = await taken(few(), 4, { score: () => undefined });
    expect(rows.map(({ id }) => id)).toEqual(looked);
    expect(looked.length).toBeGreaterThan(0);
    expect(tested).toEqual([]);
  });

  test("nothing is looked at where all is right", async () => {
    expect(await taken(few(), 4, { own: all(idsOf(4), 1) })).toMatchObject({ rows: [], looked: [] });
  });

  test("the first step takes the first scale, later ones draw", async () => {
    const scaled = few({ scales: [1, 1 / 3] });
    const sizes = await Promise.all(
      Array.from({ length: 30 }, async (_, step) => (await taken(scaled, 20, { step })).rows.length),
    );
    expect(sizes[0]).toBe(3);
    expect(new Set(sizes)).toEqual(new Set([1, 3]));
  });

  test("the same step gives the same rows, another step others", async () => {
    const [one, again, other] = await Promise.all([2, 2, 3].map((step) => taken(few(), 30, { step })));
    expect(again).toEqual(one);
    expect(other!.looked).not.toEqual(one!.looked);
  });

  test("never more than it says, never a row twice, never a row that is known to be right", async () => {
    const scores = fc.constantFrom(undefined, 0, 0.5, 1);
    const row = fc.record({ truth: scores, known: scores, own: scores, shown: fc.nat(3) });
    const options = fc.record({
      size: fc.integer({ min: 1, max: 5 }),
      most: fc.integer({ min: 1, max: 9 }),
      guards: fc.nat(4),
      again: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 12 }),
        options,
        fc.nat(5),
        async (rows, { size, most, guards, again }, step) => {
          const table = <T>(pick: (one: (typeof rows)[number]) => T | undefined): Readonly<Record<string, T>> =>
            Object.fromEntries(rows.flatMap((one, i) => (pick(one) === undefined ? [] : [[`r${i}`, pick(one)!]])));
          const [truth, known, own] = [
            table((one) => one.own ?? one.truth),
            table((one) => one.known),
            table((one) => one.own),
          ];
          const rule = failuresFirst({ size, most, guards, again, scales: [1] });
          const found = await taken(rule, rows.length, {
            score: (id) => truth[id],
            known,
            own,
            shown: table((one) => one.shown),
            step,
          });
          const ids = found.test.map(({ id }) => id);
          expect(found.looked.length).toBeLessThanOrEqual(rule.most.looked);
          expect(ids.length).toBeLessThanOrEqual(rule.most.tested);
          expect(new Set(found.looked).size).toBe(found.looked.length);
          expect(new Set(ids).size).toBe(ids.length);
          for (const id of found.looked) expect(own[id] ?? 0).toBeLessThan(1);
          const isOpen = (id: string): boolean => (own[id] ?? known[id] ?? 0) < 1;
          const fails = (id: string): boolean => truth[id] !== undefined && truth[id] < 1;
          const failing = found.looked.filter((id) => isOpen(id) && fails(id));
          expect((again && failing.length === 0) || found.looked.every(isOpen)).toBe(true);
          expect(found.test.filter(({ score }) => score !== undefined && score < 1).length).toBeLessThanOrEqual(size);
        },
      ),
    );
  });

  test.each([
    [{ size: 0 }, /size of failuresFirst/],
    [{ most: 0 }, /most of failuresFirst/],
    [{ guards: -1 }, /guards of failuresFirst/],
    [{ scales: [] }, /scales of failuresFirst must be numbers in \(0, 1\], got \[\]/],
    [{ scales: [1, 2] }, /got \[1, 2\]/],
  ])("refuses %j", (options, message) => expect(() => failuresFirst(options)).toThrow(message));
});
