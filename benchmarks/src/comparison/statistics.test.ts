import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { criticalDifference, holm, interval, median, paired, ranks } from "./statistics.ts";

describe("interval", () => {
  test("is Student's", () => {
    // t(0.975, 4) = 2.776445; sample standard deviation of 1..5 is sqrt(2.5)
    expect(interval([1, 2, 3, 4, 5])).toEqual({
      mean: 3,
      half: expect.closeTo(2.776445 * Math.sqrt(0.5), 5) as number,
      n: 5,
    });
  });
  test("of one value has no width, of none there is none", () => {
    expect(interval([7])).toEqual({ mean: 7, half: undefined, n: 1 });
    expect(interval([])).toBeUndefined();
  });
});

describe("paired", () => {
  test("gives the two-sided p of the t test", () => {
    // differences 1, 2, 3, 4, 5: t = 3 / sqrt(0.5) = 4.242641 with 4 degrees of freedom, p = 0.013236
    const found = paired([0, 0, 0, 0, 0], [1, 2, 3, 4, 5])!;
    expect(found.mean).toBe(3);
    expect(found.p).toBeCloseTo(0.013236, 5);
  });
  test("knows no doubt where there is none", () => {
    expect(paired([1, 2], [1, 2])?.p).toBe(1);
    expect(paired([1, 2], [2, 3])?.p).toBe(0);
    expect(paired([1], [2])?.p).toBeUndefined();
    expect(() => paired([1], [])).toThrow(RangeError);
  });
});

describe("holm", () => {
  test("adjusts step by step", () => {
    // sorted 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1, each at least the one before
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    [0.03, 0.06, 0.06, 0.02].forEach((p, i) => expect(adjusted[i]).toBeCloseTo(p, 12));
  });
  test("never makes a p smaller, and keeps their order", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), (ps) => {
        const adjusted = holm(ps);
        ps.forEach((p, i) => {
          expect(adjusted[i]).toBeGreaterThanOrEqual(p);
          const later = ps.flatMap((other, j) => (p < other ? [adjusted[j]!] : []));
          expect(Math.min(...later, 1)).toBeGreaterThanOrEqual(adjusted[i]!);
        });
      }),
    );
  });
});

test("ranks give ties their mean", () => {
  expect(ranks([0.5, 0.9, 0.5, 0.1])).toEqual([2.5, 1, 2.5, 4]);
});

test("the critical difference uses the published quantiles", () => {
  // Demšar (2006), table 5a: q at 0.05 for 2, 5 and 10 classifiers
  for (const [contestants, q] of [
    [2, 1.96],
    [5, 2.728],
    [10, 3.164],
  ] as const)
    expect(criticalDifference(contestants, 6)).toBeCloseTo(q * Math.sqrt((contestants * (contestants + 1)) / 36), 2);
});

test("median", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeUndefined();
});
