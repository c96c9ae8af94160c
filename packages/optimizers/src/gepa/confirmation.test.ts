import type { Candidate, Row, Scored, Study } from "@cultivar/core";
import { estimate } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import type { FakeStudy } from "../fixtures/fake-study.ts";
import { fakeStudy } from "../fixtures/fake-study.ts";
import { confirming, noConfirmation } from "./confirmation.ts";
import type { Scores } from "../beliefs/evidence.ts";
import { member } from "./fixtures/members.ts";
import type { Member } from "./pool.ts";

const val = ["v0", "v1", "v2", "v3"];
const named = (name: string): Candidate => ({ "m.instructions": name, "m.demos": '{"rows":[]}' });

/** By name: what each observation of all val rows gives. */
type Script = Readonly<Record<string, readonly Scores[]>>;

/** A study whose incumbent is who is best by the mean of all observations of all val rows, as core has it. */
function noisy(script: Script, evaluations = Number.POSITIVE_INFINITY): FakeStudy {
  const seen = new Map<string, Map<string, number[]>>();
  const scoreOf = (candidate: Candidate, id: string, sample: number): number | undefined =>
    script[candidate["m.instructions"]!]![sample]![val.indexOf(id)];
  const inner = fakeStudy({ val, evaluations, score: scoreOf });
  const best = (): Scored => {
    const complete = [...seen].flatMap(([name, rows]) => {
      if (rows.size < val.length) return [];
      const means = val.map((id) => rows.get(id)!.reduce((sum, score) => sum + score, 0) / rows.get(id)!.length);
      const told: readonly Row[] = means.map((score, i) => ({ id: val[i]!, score }));
      return [{ candidate: named(name), val: estimate(means), rows: told }];
    });
    return complete.reduce((one, other) => (other.val.mean! > one.val.mean! ? other : one));
  };
  const evaluate: Study["evaluate"] = async (ask) => {
    const name = ask.candidate["m.instructions"]!;
    const told = await inner.evaluate(ask);
    const rows = seen.get(name) ?? new Map<string, number[]>();
    for (const { id, score } of told.rows) if (score !== undefined) rows.set(id, [...(rows.get(id) ?? []), score]);
    seen.set(name, rows);
    return told;
  };
  return { ...inner, evaluate, best };
}

/** Members, and a study in which those seen on all of val already were. */
async function contest(script: Script, believed: Readonly<Record<string, number>>, evaluations?: number) {
  const study = noisy(script, evaluations);
  const members: Member[] = [];
  for (const [name, mean] of Object.entries(believed)) {
    const first = script[name]![0]!;
    const scored = val.filter((_, i) => first[i] !== undefined && !name.startsWith("open"));
    if (scored.length > 0) await study.evaluate({ candidate: named(name), split: "val", ids: scored });
    const quality = { mean, variance: 0.01 };
    members.push(
      member(scored.length > 0 ? first : [undefined, undefined, undefined, undefined], {
        candidate: named(name),
        quality,
      }),
    );
  }
  study.asks.length = 0;
  const asked = (): readonly string[] =>
    study.asks.map(({ candidate, ids, sample = 0 }) => `${candidate["m.instructions"]} ${ids.join("")} ${sample}`);
  return { study, members, asked, winner: () => study.best().candidate["m.instructions"] };
}

const same = (scores: Scores, times = 3): readonly Scores[] => Array.from({ length: times }, () => scores);
const allOf = "v0v1v2v3";
/** Good, and not quite the same each time. */
const wavering: readonly Scores[] = [
  [1, 1, 1, 1],
  [1, 1, 1, 0],
  [1, 1, 0, 1],
  [1, 0, 1, 1],
  [0, 1, 1, 1],
];

describe("confirming", () => {
  test("a lucky incumbent loses its place to the next, which is observed again in its turn", async () => {
    const script = {
      lucky: [
        [1, 1, 1, 1],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
      ],
      steady: [
        [1, 1, 1, 0],
        [1, 1, 0, 1],
        [1, 1, 1, 0],
      ],
      baseline: same([0, 0, 0, 0]),
    };
    const { study, members, asked, winner } = await contest(script, { baseline: 0, lucky: 1, steady: 0.75 });
    expect(winner()).toBe("lucky");
    await confirming().confirm!(study, members);
    expect(winner()).toBe("steady");
    expect(asked()).toEqual([`lucky ${allOf} 1`, `steady ${allOf} 1`, `steady ${allOf} 2`]);
  });

  test("an incumbent that holds its place is observed as often as asked for, and no further", async () => {
    const script = { baseline: same([0, 0, 0, 0]), good: wavering };
    for (const [observations, asks] of [
      [1, 0],
      [2, 1],
      [5, 4],
    ] as const) {
      const { study, members, asked, winner } = await contest(script, { baseline: 0, good: 1 });
      await confirming({ observations }).confirm!(study, members);
      expect(asked()).toEqual(Array.from({ length: asks }, (_, i) => `good ${allOf} ${i + 1}`));
      expect(winner()).toBe("good");
    }
  });

  test("an incumbent whose second observation says what the first did is not observed a third time", async () => {
    const { study, members, asked } = await contest(
      { baseline: same([0, 0, 0, 0]), good: same([1, 1, 0, 1], 5) },
      { baseline: 0, good: 1 },
    );
    await confirming({ observations: 5 }).confirm!(study, members);
    expect(asked()).toEqual([`good ${allOf} 1`]);
  });

  test("two that take the place from each other do not go on forever", async () => {
    const swing: readonly Scores[] = [
      [1, 1, 1, 1],
      [0, 0, 0, 0],
      [1, 1, 1, 1],
      [0, 0, 0, 0],
    ];
    const { study, members, asked } = await contest(
      { baseline: same([0, 0, 0, 0]), one: swing, two: swing },
      { baseline: 0, one: 1, two: 1 },
    );
    await confirming({ observations: 4 }).confirm!(study, members);
    expect(asked().length).toBeLessThanOrEqual(6);
    expect(new Set(asked()).size).toBe(asked().length);
  });

  test("first the finalists are scored on what they were not yet seen on, the believed best first", async () => {
    const script = {
      baseline: same([0, 0, 0, 0]),
      "open a": same([1, 0, 0, 0]),
      "open b": same([1, 1, 1, 1]),
      "open c": same([1, 1, 0, 0]),
    };
    const { study, members, asked, winner } = await contest(script, {
      baseline: 0,
      "open a": 0.3,
      "open b": 0.8,
      "open c": 0.5,
    });
    const rule = confirming({ finalists: 2, observations: 1 });
    expect(rule.reserve!(members)).toBe(8);
    await rule.confirm!(study, members);
    expect(asked()).toEqual([`open b ${allOf} 0`, `open c ${allOf} 0`]);
    expect(winner()).toBe("open b");
  });

  test("only the missing rows of a finalist are asked for", async () => {
    const script = { baseline: same([0, 0, 0, 0]), half: [[1, 1, undefined, undefined]] };
    const { study, members } = await contest(script, { baseline: 0, half: 0.9 });
    const rule = confirming({ finalists: 1, observations: 1 });
    expect(rule.reserve!(members)).toBe(2);
    await rule.confirm!(study, members);
    expect(study.asks.map(({ ids }) => ids)).toEqual([["v2", "v3"]]);
  });

  test("nothing is asked for that the evaluations left do not cover", async () => {
    const script = { baseline: same([0, 0, 0, 0]), good: wavering };
    for (const [left, asks] of [
      [0, 0],
      [3, 0],
      [4, 1],
      [7, 1],
      [8, 2],
    ] as const) {
      const { study, members, asked } = await contest(script, { baseline: 0, good: 1 }, 8 + left);
      await confirming().confirm!(study, members);
      expect(asked()).toHaveLength(asks);
    }
  });

  test("of equal members no more is asked than without them: candidates are told apart by what they say", async () => {
    const { study, members, asked } = await contest({ baseline: same([1, 1, 1, 1]) }, { baseline: 1 });
    await confirming({ observations: 2 }).confirm!(study, [...members, ...members]);
    expect(asked()).toEqual([`baseline ${allOf} 1`]);
  });

  test.each([
    [{ finalists: 0 }, /finalists of confirming/],
    [{ observations: 0 }, /observations of confirming/],
  ])("refuses %j", (options, message) => expect(() => confirming(options)).toThrow(message));
});

test("no confirmation keeps nothing and asks for nothing", () => {
  expect([noConfirmation.reserve, noConfirmation.confirm]).toEqual([undefined, undefined]);
});
