import { describe, expect, test } from "vitest";
import { estimate, pairedDifference } from "./stats.ts";

describe("estimate", () => {
  test("is numpy's mean and std(ddof=1) / sqrt(n)", () => {
    const { mean, standardError, n } = estimate([0.1, 0.9, 0.4, 1, 0, 0.25]);
    expect(mean).toBeCloseTo(0.44166666666666665, 12);
    expect(standardError).toBeCloseTo(0.17049763765062684, 12);
    expect(n).toBe(6);
  });

  test("unknown is undefined", () => {
    expect(estimate([])).toEqual({ mean: undefined, standardError: undefined, n: 0 });
    expect(estimate([0.5])).toEqual({ mean: 0.5, standardError: undefined, n: 1 });
    expect(estimate([1, 1, 1])).toEqual({ mean: 1, standardError: 0, n: 3 });
  });
});

describe("pairedDifference", () => {
  test("a row unscored on either side drops out of both", () => {
    const { mean, standardError, n } = pairedDifference([0, undefined, 1, 0.5], [1, 1, undefined, 0]);
    expect([mean, n]).toEqual([0.25, 2]);
    // Differences 1 and -0.5: sd 1.5 / sqrt 2, over sqrt 2.
    expect(standardError).toBeCloseTo(0.75, 12);
    expect(pairedDifference([undefined], [1]).mean).toBeUndefined();
  });
});
