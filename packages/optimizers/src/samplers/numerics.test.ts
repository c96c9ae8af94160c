import { rng } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { boundedHistory } from "./bounded-history.ts";
import { backward, cholesky, forward, inverse } from "./cholesky.ts";
import { logExpectedImprovement } from "./expected-improvement.ts";
import { rowNoise } from "./row-noise.ts";
import { rprop } from "./rprop.ts";

describe("cholesky", () => {
  const size = 12;
  const draw = rng(0, "matrix");
  const factor = Float64Array.from({ length: size * size }, () => draw.next() - 0.5);
  /** factor factorᵀ + 0.1 I. */
  const matrix = Float64Array.from({ length: size * size }, (_, place) => {
    const [row, column] = [Math.floor(place / size), place % size];
    let sum = row === column ? 0.1 : 0;
    for (let k = 0; k < size; k++) sum += factor[row * size + k]! * factor[column * size + k]!;
    return sum;
  });
  const times = (a: Float64Array, right: Float64Array): number[] =>
    Array.from(right, (_, row) => right.reduce((sum, value, column) => sum + a[row * size + column]! * value, 0));

  test("solves and inverts", () => {
    const root = cholesky(matrix, size);
    expect(root.jitter).toBe(0);
    const right = Float64Array.from({ length: size }, () => draw.next());
    const solution = backward(root, forward(root, right));
    for (const [row, value] of times(matrix, solution).entries()) expect(value).toBeCloseTo(right[row]!, 10);
    for (const [row, value] of times(inverse(root), right).entries()) expect(value).toBeCloseTo(solution[row]!, 10);
  });

  test.each([
    ["singular", [1, 1, 1, 1], 1e-6],
    ["not positive definite", [1, 2, 2, 1], 100],
    ["all zero", [0, 0, 0, 0], 1e-6],
  ])("a matrix that is %s gets a jitter", (_, entries, most) => {
    const { jitter, lower } = cholesky(Float64Array.from(entries), 2);
    expect(jitter).toBeGreaterThan(0);
    expect(jitter).toBeLessThan(most);
    expect(lower.every(Number.isFinite)).toBe(true);
  });

  test("refuses what is not a number", () => {
    expect(() => cholesky(Float64Array.of(Number.NaN), 1)).toThrow(RangeError);
  });
});

describe("logExpectedImprovement", () => {
  // log(φ(z) + z Φ(z)) with Φ from Python's math.erfc.
  test.each([
    [3, 1.0987396653277077],
    [0, -0.9189385332046727],
    [-1, -2.4851210257126413],
    [-1.999, -4.766104517240974],
    [-2, -4.768783523917116],
    [-2.001, -4.7714633510343205],
    [-5, -16.744301162661053],
    [-10, -55.55312203612325],
  ])("at %d standard deviations", (z, expected) => {
    expect(logExpectedImprovement(z, 1, 0)).toBeCloseTo(expected, 9);
    expect(logExpectedImprovement(0.3 + 0.2 * z, 0.04, 0.3)).toBeCloseTo(expected + Math.log(0.2), 9);
  });

  test("tells points apart that are hopelessly behind, and needs no doubt", () => {
    expect(logExpectedImprovement(-100, 1, 0)).toBeGreaterThan(logExpectedImprovement(-101, 1, 0));
    expect(logExpectedImprovement(0.5, 0, 0.25)).toBe(Math.log(0.25));
    expect(logExpectedImprovement(0.5, 0, 0.5)).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("rowNoise", () => {
  test("shrinks few rows further than many, and keeps the order where rows are equal", () => {
    const history = [
      { point: [0], value: 1, rows: 4 },
      { point: [1], value: 0.8, rows: 400 },
      { point: [2], value: 0.3, rows: 400 },
      { point: [3], value: 0.2, rows: 400 },
    ];
    const { mean, shrunk, perRow } = rowNoise(history);
    expect(perRow).toBeCloseTo(0.575 * 0.425, 12);
    expect(shrunk[0]! - mean).toBeLessThan(0.75 * (1 - mean));
    expect(shrunk[1]! - mean).toBeGreaterThan(0.95 * (0.8 - mean));
    const equal = rowNoise(history.map((observation) => ({ ...observation, rows: 9 })));
    expect(equal.shrunk.toSorted((a, b) => b - a)).toEqual(equal.shrunk);
  });

  test.each([0, 0.4, 1, -3, 7])("is finite where all values are %d", (value) => {
    const { mean, between, perRow, shrunk } = rowNoise([0, 1, 2].map((place) => ({ point: [place], value, rows: 5 })));
    expect(mean).toBeCloseTo(value, 12);
    expect(Math.min(between, perRow)).toBeGreaterThan(0);
    for (const moved of shrunk) expect(moved).toBeCloseTo(value, 12);
  });
});

describe("boundedHistory", () => {
  test("keeps the most recent half and the best of the others, in their order", () => {
    const values = [0.9, 0.1, 0.5, 0.7, 0.2, 0.3, 0.1, 0];
    const history = values.map((value, place) => ({ point: [place], value, rows: 10 }));
    expect(boundedHistory(history, 8)).toBe(history);
    expect(boundedHistory(history, 5).map(({ point }) => point[0])).toEqual([0, 2, 3, 6, 7]);
    expect(boundedHistory(history, 1).map(({ point }) => point[0])).toEqual([0]);
  });
});

describe("rprop", () => {
  test("climbs to the top of a hill with uneven slopes", () => {
    const top = rprop(
      ([x, y]) => ({
        value: -((x! - 1) ** 2) - 100 * (y! + 2) ** 2,
        gradient: Float64Array.of(-2 * (x! - 1), -200 * (y! + 2)),
      }),
      Float64Array.of(0, 0),
      100,
    );
    expect(top[0]).toBeCloseTo(1, 2);
    expect(top[1]).toBeCloseTo(-2, 2);
  });

  test("with one evaluation stays where it is", () => {
    const start = Float64Array.of(3);
    expect(rprop(() => ({ value: 0, gradient: Float64Array.of(1) }), start, 1)).toEqual(start);
  });
});
