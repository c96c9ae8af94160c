import { describe, expect, test } from "vitest";
import { oneStandardError, significant, upperTail } from "./gate.ts";

/** P(T > t), from scipy.stats.t.sf of SciPy. */
const golden: readonly (readonly [df: number, t: number, p: number])[] = [
  [1, 0.1, 0.4682744825694465],
  [1, 1.0, 0.25],
  [1, 10.0, 0.03172551743055357],
  [2, 1.96, 0.09452865480086614],
  [3, 2.5, 0.04385332350403278],
  [4, 4.0, 0.008065044950046273],
  [5, 0.5, 0.31914943582046457],
  [10, 1.645, 0.06549753526467571],
  [19, 1.96, 0.032414489644484665],
  [30, 10.0, 2.287625704114809e-11],
  [49, 2.5, 0.00790789442359004],
  [99, 1.645, 0.05157072460787596],
  [99, 10.0, 5.46987850399603e-17],
  [499, 4.0, 3.646811114295097e-5],
  [9999, 1.96, 0.0250117615026051],
  [9999, 10.0, 9.816650753247004e-24],
];

describe("upperTail", () => {
  for (const [df, t, p] of golden)
    test(`t ${t}, df ${df}`, () => expect(Math.abs(upperTail(t, df) / p - 1)).toBeLessThan(1e-9));
});

const of = (mean: number | undefined, standardError: number | undefined, n: number) => ({ mean, standardError, n });

describe("oneStandardError", () => {
  test.each([
    [of(0.1, 0.09, 20), true],
    [of(0.1, 0.1, 20), false],
    [of(0.1, 0.11, 20), false],
    [of(0, 0, 20), false],
    [of(-0.1, 0, 20), false],
    [of(0.1, 0, 20), true],
    [of(1, undefined, 1), false],
    [of(0, undefined, 1), false],
    [of(undefined, undefined, 0), false],
  ])("%j: %s", (difference, passes) => expect(oneStandardError.passes(difference)).toBe(passes));
});

describe("significant", () => {
  const gate = significant(0.05);
  test.each([
    // The one-sided 5 % point of t with 19 degrees of freedom is 1.729.
    [of(1.73, 1, 20), true],
    [of(1.728, 1, 20), false],
    [of(6.32, 1, 2), true],
    [of(6.3, 1, 2), false],
    [of(1, undefined, 1), false],
    [of(0.1, 0, 20), true],
    [of(0, 0, 20), false],
    [of(-3, 1, 20), false],
    [of(undefined, undefined, 0), false],
  ])("%j: %s", (difference, passes) => expect(gate.passes(difference)).toBe(passes));

  test("is named by its level, which is in (0, 0.5]", () => {
    expect(gate.name).toBe("significant(0.05)");
    for (const level of [0, -1, 0.6, Number.NaN]) expect(() => significant(level)).toThrow(RangeError);
  });
});
