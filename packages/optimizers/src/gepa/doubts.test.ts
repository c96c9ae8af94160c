import type { Row, Study } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { doubted } from "./doubts.ts";
import { member, poolOf } from "./fixtures/members.ts";
import { championOf } from "./pool.ts";

const val = ["v0", "v1", "v2", "v3"];
const members = [
  member([0, 0, 0, 0], { candidate: { text: "a" } }),
  member([1, 1, 1, 1], { candidate: { text: "b" } }),
  member([1, 1, 1, 0], { candidate: { text: "c" } }),
];
const pool = poolOf(members, { stale: 30, left: 100 });

/** What core knows of the second member, and what a second look at it says. */
function studyOf(again: readonly (number | undefined)[], remaining = 100): { study: Study; asked: () => number } {
  let asked = 0;
  const { candidate } = members[1]!;
  const rowsOf = (scores: readonly (number | undefined)[]): readonly Row[] =>
    scores.map((score, i) => ({ id: val[i]!, ...(score !== undefined && { score, objectives: { short: score } }) }));
  const before = rowsOf([1, 1, 1, 1]);
  const after = rowsOf(again.map((score) => (1 + (score ?? 1)) / 2));
  const study: Pick<Study, "best" | "remaining" | "evaluate" | "val" | "range"> = {
    val,
    range: [0, 1],
    remaining: () => remaining - asked * val.length,
    best: () => ({ candidate, val: { n: 4 }, rows: asked === 0 ? before : after }) as never,
    evaluate: (ask) => {
      expect(ask).toMatchObject({ candidate, split: "val", ids: val, sample: 1 });
      asked += 1;
      return Promise.resolve({ rows: rowsOf(again) });
    },
  };
  return { study: study as Study, asked: () => asked };
}

describe("a champion that is right on every row", () => {
  test("has the means of two observations where the second is worse, its objectives too", async () => {
    const { study, asked } = studyOf([1, 0, 1, 0]);
    const after = await doubted(study, pool, 1, 10);
    expect(after.members[1]!.val).toEqual([1, 0.5, 1, 0.5]);
    expect(after.members[1]!.objectives).toEqual({ short: 0.75 });
    expect(after.members[2]).toBe(members[2]);
    expect(asked()).toBe(1);
    // the first of equals
    expect(championOf(after.members)).toBe(after.members[1]);
  });

  test("is no more the one that has been best for long, and evaluations are kept for a last look", async () => {
    const { study } = studyOf([0, 0, 0, 0]);
    const after = await doubted(study, pool, 1, 10);
    expect(championOf(after.members)).toBe(after.members[2]);
    expect(after).toMatchObject({ stale: 0, left: 96, kept: 24 });
  });

  test.each([
    ["as good the second time", [1, 1, 1, 1], 100, 1],
    ["not scored the second time", [undefined, undefined, undefined, undefined], 100, 1],
    ["looked at with too little left to go on", [0, 0, 0, 0], 13, 0],
  ] as const)("changes nothing where it is %s", async (_, again, remaining, times) => {
    const { study, asked } = studyOf(again, remaining);
    expect(await doubted(study, pool, 1, 10)).toBe(pool);
    expect(asked()).toBe(times);
  });
});
