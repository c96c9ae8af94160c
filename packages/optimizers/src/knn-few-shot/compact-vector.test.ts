import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compactVector } from "./compact-vector.ts";

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

describe("compactVector", () => {
  test.each([
    [
      [3, 4],
      [6000, 8000],
    ],
    [
      [-1e-9, 0],
      [-10_000, 0],
    ],
    [
      [0, 0],
      [0, 0],
    ],
    [
      [1, -1e-9],
      [10_000, 0],
    ],
    [[], []],
  ])("%j is %j", (vector, compact) => {
    expect(compactVector(vector)).toEqual(compact);
  });

  test("keeps every cosine, and is short", () => {
    const number = fc.double({ min: -1, max: 1, noNaN: true });
    const vector = fc.array(number, { minLength: 256, maxLength: 256 }).filter((list) => Math.hypot(...list) > 0.01);
    fc.assert(
      fc.property(vector, vector, (a, b) => {
        const compact = compactVector(a);
        expect(Math.abs(cosine(compact, b) - cosine(a, b))).toBeLessThan(1e-3);
        expect(JSON.stringify(compact).length).toBeLessThan(7 * a.length);
      }),
      { numRuns: 50 },
    );
  });
});
