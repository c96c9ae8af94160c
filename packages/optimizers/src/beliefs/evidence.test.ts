import { rng } from "@cultivar/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Belief } from "./evidence.ts";
import { chanceAbove, combined, drawFrom, expectedGain, normalCdf, pairedEvidence } from "./evidence.ts";

const score = fc.double({ min: -1, max: 1, noNaN: true });
const belief: fc.Arbitrary<Belief> = fc.record({
  mean: score,
  variance: fc.double({ min: 1e-4, max: 4, noNaN: true }),
});

describe("the normal distribution", () => {
  // statistics.NormalDist().cdf of Python
  test.each([
    [0, 0.5],
    [0.5, 0.6914624612740131],
    [-0.5, 0.3085375387259869],
    [1, 0.8413447460685429],
    [-1, 0.15865525393145707],
    [1.959963984540054, 0.975],
    [-2.5, 0.006209665325776159],
    [4, 0.9999683287581669],
    [-6, 9.865876449133282e-10],
  ])("is at %d %d", (z, chance) => expect(Math.abs(normalCdf(z) - chance)).toBeLessThan(7.5e-8));

  test("rises, within [0, 1], and is symmetric", () => {
    const z = fc.double({ min: -40, max: 40, noNaN: true });
    fc.assert(
      fc.property(z, z, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map(normalCdf) as [number, number];
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(high - low).toBeGreaterThan(-1.5e-7);
        expect(normalCdf(a) + normalCdf(-a)).toBeCloseTo(1, 6);
      }),
    );
  });
});

describe("what paired rows say", () => {
  // mean of the differences; (sum of squares + 4 (width / 2)^2) / (n + 3) / n, by hand
  test.each([
    ["several rows", [0, 1, 0, 0, 1], [1, 1, 0, 1, 0], 1, 0.2, 0.095],
    ["one row", [0.25], [0.75], 1, 0.5, 0.25],
    ["equal rows are not certain", [1, 0, 1, 0], [1, 0, 1, 0], 1, 0, 0.03571428571428571],
    ["a wider range", [1, -2, 0], [0, 0, 0], 4, 1 / 3, 1.1481481481481481],
    ["rows of one side only drop out", [0, undefined, 1], [0.5, 1, undefined], 1, 0.5, 0.25],
    ["rows beyond the shorter side drop out", [0], [0.5, 1], 1, 0.5, 0.25],
  ])("%s", (_, before, after, width, mean, variance) => {
    const found = pairedEvidence(before, after, width)!;
    expect(found.mean).toBeCloseTo(mean, 12);
    expect(found.variance).toBeCloseTo(variance, 12);
  });

  test("nothing without a row on both sides", () => {
    expect(pairedEvidence([], [], 1)).toBeUndefined();
    expect(pairedEvidence([1, undefined], [undefined, 0], 1)).toBeUndefined();
  });

  const pairs = fc.array(fc.tuple(score, score), { minLength: 1, maxLength: 30 });
  test("the other way round the sign changes and nothing else; the order of rows is all one", () => {
    fc.assert(
      fc.property(pairs, (rows) => {
        const [before, after] = [rows.map(([b]) => b), rows.map(([, a]) => a)];
        const there = pairedEvidence(before, after, 2)!;
        const back = pairedEvidence(after, before, 2)!;
        const reversed = pairedEvidence(before.toReversed(), after.toReversed(), 2)!;
        expect(back.mean).toBeCloseTo(-there.mean, 10);
        expect(back.variance).toBeCloseTo(there.variance, 10);
        expect(reversed.mean).toBeCloseTo(there.mean, 10);
        expect(reversed.variance).toBeCloseTo(there.variance, 10);
      }),
    );
  });

  test("scores and range in another unit are the same in that unit", () => {
    fc.assert(
      fc.property(pairs, fc.integer({ min: 1, max: 100 }), (rows, unit) => {
        const scores = (by: number, side: 0 | 1): readonly number[] => rows.map((row) => by * row[side]);
        const one = pairedEvidence(scores(1, 0), scores(1, 1), 2)!;
        const other = pairedEvidence(scores(unit, 0), scores(unit, 1), 2 * unit)!;
        expect(other.mean / unit).toBeCloseTo(one.mean, 8);
        expect(other.variance / unit ** 2).toBeCloseTo(one.variance, 8);
      }),
    );
  });

  test("more of the same makes surer", () => {
    fc.assert(
      fc.property(pairs, (rows) => {
        const [before, after] = [rows.map(([b]) => b), rows.map(([, a]) => a)];
        const once = pairedEvidence(before, after, 2)!;
        const twice = pairedEvidence([...before, ...before], [...after, ...after], 2)!;
        expect(twice.mean).toBeCloseTo(once.mean, 10);
        expect(twice.variance).toBeLessThan(once.variance);
      }),
    );
  });
});

describe("two beliefs together", () => {
  // mean and variance of the product of the two densities, integrated numerically
  test.each([
    [{ mean: 0, variance: 0.01 }, { mean: 0.3, variance: 0.02 }, 0.1, 0.00666666667],
    [{ mean: 0.5, variance: 1 }, { mean: -1, variance: 0.25 }, -0.7, 0.2],
    [{ mean: 0.1, variance: 0.04 }, { mean: 0.1, variance: 0.04 }, 0.1, 0.02],
  ])("%j and %j", (one, other, mean, variance) => {
    const found = combined(one, other);
    expect(found.mean).toBeCloseTo(mean, 8);
    expect(found.variance).toBeCloseTo(variance, 8);
  });

  test("without evidence the prior stays", () => {
    const prior = { mean: 0.3, variance: 0.01 };
    expect(combined(prior, undefined)).toEqual(prior);
  });

  test("lie between the two, are surer than either, and come in any order", () => {
    fc.assert(
      fc.property(belief, belief, belief, (a, b, c) => {
        const ab = combined(a, b);
        expect(ab.mean).toBeGreaterThanOrEqual(Math.min(a.mean, b.mean) - 1e-9);
        expect(ab.mean).toBeLessThanOrEqual(Math.max(a.mean, b.mean) + 1e-9);
        expect(ab.variance).toBeLessThan(Math.min(a.variance, b.variance));
        const [left, right] = [combined(ab, c), combined(combined(c, b), a)];
        expect(left.mean).toBeCloseTo(right.mean, 8);
        expect(left.variance).toBeCloseTo(right.variance, 8);
      }),
    );
  });
});

describe("chances and gains", () => {
  // numeric integration of x over the part above 0; 1 - cdf(0)
  test.each([
    [0, 1, 0.5, 0.3989422845570773],
    [0.1, 0.01, 0.8413447460685429, 0.10833154731082005],
    [-0.1, 0.01, 0.15865525393145707, 0.008331547310821306],
    [0.5, 0.0001, 1, 0.5],
    [-2, 0.25, 3.167124183311998e-5, 3.572629913234984e-6],
    [0.02, 0.04, 0.539827837277029, 0.09018706706792626],
  ])("of mean %d and variance %d", (mean, variance, chance, gain) => {
    expect(chanceAbove({ mean, variance })).toBeCloseTo(chance, 6);
    expect(expectedGain({ mean, variance })).toBeCloseTo(gain, 6);
  });

  test("a gain is at least the mean, at least 0, and grows with the doubt", () => {
    fc.assert(
      fc.property(belief, fc.double({ min: 1, max: 3, noNaN: true }), (one, by) => {
        const gain = expectedGain(one);
        expect(gain).toBeGreaterThan(Math.max(0, one.mean) - 1e-6);
        expect(expectedGain({ ...one, variance: one.variance * by })).toBeGreaterThan(gain - 1e-6);
      }),
    );
  });

  test("a chance is above a half exactly where the mean is above 0", () => {
    const clear = belief.filter(({ mean, variance }) => Math.abs(mean) / Math.sqrt(variance) > 1e-5);
    fc.assert(
      fc.property(clear, (one) => {
        expect(chanceAbove(one) > 0.5).toBe(one.mean > 0);
      }),
    );
  });

  test("draws have the mean and the variance", () => {
    const stream = rng(0, "draws");
    const draws = Array.from({ length: 20_000 }, () => drawFrom({ mean: 0.3, variance: 0.04 }, stream));
    const mean = draws.reduce((sum, one) => sum + one, 0) / draws.length;
    const variance = draws.reduce((sum, one) => sum + (one - mean) ** 2, 0) / draws.length;
    // four standard errors
    expect(Math.abs(mean - 0.3)).toBeLessThan(4 * Math.sqrt(0.04 / draws.length));
    expect(Math.abs(variance - 0.04)).toBeLessThan(4 * 0.04 * Math.sqrt(2 / draws.length));
  });
});
