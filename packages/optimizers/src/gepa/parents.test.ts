import { rng } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import type { Scores } from "../beliefs/evidence.ts";
import { member } from "./fixtures/members.ts";
import type { ParentRule } from "./parents.ts";
import { currentBest, epsilonGreedy, pareto, thompson, topK } from "./parents.ts";
import type { Member } from "./pool.ts";

/** How often each member is chosen, of 2,000 draws. */
function shares(rule: ParentRule, members: readonly Member[]): readonly number[] {
  const counts = members.map(() => 0);
  for (let i = 0; i < 2000; i++) counts[rule.choose(members, rng(i, "parents"))]! += 1;
  return counts.map((count) => count / 2000);
}
/** Four standard errors of such a share are at most 0.045. */
const farthest = (found: readonly number[], wanted: readonly number[]): number =>
  Math.max(...found.map((share, i) => Math.abs(share - wanted[i]!)));
const membersOf = (...scores: readonly Scores[]): readonly Member[] => scores.map((val) => member(val));

describe("by the front", () => {
  // the second is covered by the third; the first is best on one row of four, the third on all others
  const members = membersOf([1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1, 1]);
  test("pareto: by how many fronts hold a member that nobody covers", () =>
    expect(farthest(shares(pareto(), members), [0.25, 0, 0.75])).toBeLessThan(0.045));
  test("topK: among the best means only", () => expect(shares(topK(1), members)).toEqual([0, 0, 1]));
  test("current best: the highest mean, the earliest of equals", () => {
    expect(currentBest.choose(members, rng(0, "x"))).toBe(2);
    expect(currentBest.choose(membersOf([1, 0], [0, 1]), rng(0, "x"))).toBe(0);
  });
  test("epsilon: anyone now and then", () =>
    expect(farthest(shares(epsilonGreedy(0.3), members), [0.1, 0.1, 0.8])).toBeLessThan(0.045));
});

describe("thompson", () => {
  const believed = (...beliefs: readonly (readonly [mean: number, variance: number])[]): readonly Member[] =>
    beliefs.map(([mean, variance]) => member([0], { quality: { mean, variance } }));

  test("one far above the others is always chosen", () =>
    expect(shares(thompson, believed([0.2, 0.0001], [0.9, 0.0001], [0.5, 0.0001]))).toEqual([0, 1, 0]));
  test("equals take turns", () =>
    expect(
      farthest(shares(thompson, believed([0.5, 0.01], [0.5, 0.01], [0.5, 0.01])), [1 / 3, 1 / 3, 1 / 3]),
    ).toBeLessThan(0.045));
  // P(N(0.1, 0.02) > 0) = 0.7602
  test("by the chance to be the best", () =>
    expect(farthest(shares(thompson, believed([0.5, 0.01], [0.6, 0.01])), [0.2398, 0.7602])).toBeLessThan(0.045));
  test("one of which little is known has its chance, though its mean is lower", () => {
    const [sure, unsure] = shares(thompson, believed([0.5, 0.0001], [0.4, 0.04]));
    // P(N(-0.1, 0.0401) > 0) = 0.3088
    expect(farthest([sure!, unsure!], [0.6912, 0.3088])).toBeLessThan(0.045);
  });
  test("the same stream, the same choice", () => {
    const members = believed([0.5, 0.01], [0.5, 0.01]);
    expect(thompson.choose(members, rng(7, "x"))).toBe(thompson.choose(members, rng(7, "x")));
  });
});
