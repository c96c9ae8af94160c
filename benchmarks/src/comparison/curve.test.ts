import { expect, test } from "vitest";
import { areaUnder, evaluationsToGoal, scoreAt } from "./curve.ts";

const run = {
  baseline: 0.4,
  optimum: 0.9,
  curve: [
    { evaluations: 50, score: 0.6 },
    { evaluations: 80, score: 0.86 },
  ],
};

test("the area is the mean of the incumbent's score over the budget", () => {
  expect(areaUnder(run, 100)).toBeCloseTo(0.5 * 0.4 + 0.3 * 0.6 + 0.2 * 0.86, 12);
  expect(areaUnder({ ...run, curve: [] }, 100)).toBeCloseTo(0.4, 12);
  // an incumbent found by the last call holds for none
  expect(areaUnder({ ...run, curve: [{ evaluations: 120, score: 1 }] }, 100)).toBeCloseTo(0.4, 12);
});

test("the goal is 90 % of the way", () => {
  // 0.4 + 0.9 * 0.5 = 0.85
  expect(evaluationsToGoal(run, 100)).toBe(80);
  expect(evaluationsToGoal({ ...run, curve: run.curve.slice(0, 1) }, 100)).toBe(100);
  expect(evaluationsToGoal({ ...run, optimum: 0.4 }, 100)).toBeUndefined();
});

test("the score at a moment is that of the last incumbent", () => {
  expect([0, 49, 50, 79, 80, 200].map((calls) => scoreAt(run, calls))).toEqual([0.4, 0.4, 0.6, 0.6, 0.86, 0.86]);
});
