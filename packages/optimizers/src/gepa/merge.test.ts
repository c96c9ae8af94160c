import { readFileSync } from "node:fs";
import type { Rng } from "@cultivar/core";
import { rng } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { member as memberWith } from "./fixtures/members.ts";
import { commonAncestors, merge, testRows } from "./merge.ts";
import { byInstance } from "./pareto.ts";
import type { Member } from "./pool.ts";

interface ScriptedPool {
  readonly parents: readonly (readonly number[])[];
  readonly texts: readonly (readonly number[])[];
  readonly means: readonly number[];
  readonly allowed: Readonly<Record<string, readonly number[]>>;
}
const golden = JSON.parse(readFileSync(new URL("fixtures/golden.json", import.meta.url), "utf8")) as {
  readonly pools: readonly ScriptedPool[];
};

function member(texts: readonly (number | string)[], parents: readonly number[], val: readonly number[]): Member {
  const candidate = Object.fromEntries(texts.map((text, i) => [`m${i}.instructions`, String(text)]));
  return memberWith(val, { candidate, parents });
}

test("300 pools: the reference allows the same ancestors for the same pairs", () => {
  let pairs = 0;
  for (const { parents, texts, means, allowed } of golden.pools) {
    const members = texts.map((text, i) => member(text, parents[i]!, [means[i]!]));
    for (let i = 0; i < members.length; i++)
      for (let j = i + 1; j < members.length; j++) {
        expect(commonAncestors(members, [i, j], new Set())).toEqual(allowed[`${i} ${j}`] ?? []);
        pairs += allowed[`${i} ${j}`] === undefined ? 0 : 1;
      }
  }
  expect(pairs).toBeGreaterThan(100);
});

/** Two lines, each with one text of its own; the second also changed a text that the first changed too. */
const members = [
  member(["a", "b", "c"], [], [0, 0, 0, 0]),
  member(["A", "b", "x"], [0], [1, 1, 0, 0]),
  member(["a", "B", "y"], [0], [0, 0, 1, 1]),
];

describe("a merge", () => {
  const found = merge(members, byInstance.fronts(members), new Set(), rng(0, "merge"))!;

  test("takes what only one side changed, and one side's text where both did", () => {
    expect(found).toMatchObject({ pair: [1, 2], ancestor: 0 });
    expect(found.candidate).toMatchObject({ "m0.instructions": "A", "m1.instructions": "B" });
    expect(["x", "y"]).toContain(found.candidate["m2.instructions"]);
  });

  test("takes the better side's text where both changed it", () => {
    const uneven = [members[0]!, members[1]!, member(["a", "B", "y"], [0], [1, 0, 1, 1])];
    for (const seed of [0, 1, 2, 3])
      expect(merge(uneven, byInstance.fronts(uneven), new Set(), rng(seed, "m"))!.candidate["m2.instructions"]).toBe(
        "y",
      );
  });

  test("isn't tried twice", () => {
    expect(merge(members, byInstance.fronts(members), new Set(found.marks), rng(1, "merge"))).toBeUndefined();
  });

  test("needs neither positive nor any scores: where the reference stops with an error, the draw is uniform", () => {
    for (const shift of [-1, -2]) {
      const low = members.map((one) => ({
        ...one,
        val: one.val.map((score) => score! + shift),
        mean: one.mean + shift,
      }));
      expect(merge(low, byInstance.fronts(low), new Set(), rng(0, "merge"))?.pair).toEqual([1, 2]);
    }
    const zero = members.map((one) => ({ ...one, val: [0, 0, 0, 0], mean: 0 }));
    expect(merge(zero, byInstance.fronts(zero), new Set(), rng(0, "merge"))?.ancestor).toBe(0);
  });

  test("isn't made of a parent and its child, of two, or of a single text", () => {
    const line = [members[0]!, members[1]!, { ...members[2]!, parents: [1] }];
    expect(merge(line, byInstance.fronts(line), new Set(), rng(0, "merge"))).toBeUndefined();
    expect(merge(members.slice(0, 2), byInstance.fronts(members), new Set(), rng(0, "merge"))).toBeUndefined();
    const single = [member(["a"], [], [0, 0]), member(["A"], [0], [1, 0]), member(["B"], [0], [0, 1])];
    expect(merge(single, byInstance.fronts(single), new Set(), rng(0, "merge"))).toBeUndefined();
  });
});

describe("the rows that test a merge", () => {
  const one = member(["a"], [], [1, 1, 1, 0, 0, 0, 0.5, 0.5, 0.5]);
  const other = member(["a"], [], [0, 0, 0, 1, 1, 1, 0.5, 0.5, 0.5]);
  const bucket = (i: number): number => Math.floor(i / 3);

  test("come in thirds from wins, losses and ties", () => {
    for (const seed of [0, 1, 2]) {
      const rows = testRows(one, other, 5, rng(seed, "rows"));
      expect([0, 1, 2].map((third) => rows.filter((row) => bucket(row) === third).length)).toEqual([2, 2, 1]);
      expect(new Set(rows).size).toBe(5);
    }
  });

  test("are filled up from what is there, and never repeat", () => {
    const draw: Rng = rng(0, "rows");
    expect(testRows(one, one, 5, draw)).toHaveLength(5);
    expect(new Set(testRows({ ...one, val: [1, undefined, 1] }, other, 5, draw))).toEqual(new Set([0, 2]));
  });
});
