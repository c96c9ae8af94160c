import { describe, expect, test } from "vitest";
import { count, counted, dollars, duration, score, scoreWithError, spent, together } from "./quantities.ts";

describe("duration", () => {
  test.each([
    [0, "0.0s"],
    [-5, "0.0s"],
    [420, "0.4s"],
    [9949, "9.9s"],
    [9950, "10s"],
    [59_400, "59s"],
    [59_600, "1m00s"],
    [220_000, "3m40s"],
    [3_599_600, "1h00m"],
    [7_500_000, "2h05m"],
    [86_400_000 * 3 + 3_600_000 * 4, "3d04h"],
    [Infinity, "unknown"],
    [undefined, "unknown"],
  ])("%s ms is %s", (ms, text) => expect(duration(ms)).toBe(text));
});

describe("count", () => {
  test.each([
    [0, "0"],
    [999, "999"],
    [1520, "1,520"],
    [1_234_567, "1,234,567"],
    [Infinity, "no limit"],
    [undefined, "unknown"],
  ])("%s is %s", (value, text) => expect(count(value)).toBe(text));
  test("nouns", () =>
    expect([counted(0, "call"), counted(1, "call"), counted(2, "call")]).toEqual(["0 calls", "1 call", "2 calls"]));
});

describe("dollars", () => {
  test.each([
    [undefined, "unknown"],
    [Number.NaN, "unknown"],
    [0, "$0.00"],
    [0.000001, "under $0.0001"],
    [0.0042, "$0.0042"],
    [0.1, "$0.10"],
    [1.225, "$1.23"],
    [1234.5, "$1,234.50"],
  ])("%s is %s", (usd, text) => expect(dollars(usd)).toBe(text));

  test("a sum with an unknown price in it is never shown as the known part alone", () => {
    expect(spent({ usd: 1.5, pricedUsd: 1.5, unpriced: [] })).toBe("$1.50");
    expect(spent({ usd: undefined, pricedUsd: 1.5, unpriced: ["a/b"] })).toBe("over $1.50 (price unknown for a/b)");
    expect(spent({ usd: undefined, pricedUsd: 0, unpriced: ["a/b"] })).toBe("cost unknown for a/b");
  });
});

describe("scores", () => {
  test.each([
    [{ mean: 0.8116, standardError: 0.0214, n: 50 }, "0.812 ± 0.021", "+0.812 ± 0.021"],
    [{ mean: -0.05, standardError: 0.01, n: 9 }, "-0.050 ± 0.010", "-0.050 ± 0.010"],
    [{ mean: -0.0001, standardError: 0.01, n: 9 }, "0.000 ± 0.010", "0.000 ± 0.010"],
    [{ mean: 1, standardError: undefined, n: 1 }, "1.000", "+1.000"],
    [{ mean: undefined, standardError: undefined, n: 0 }, "unknown", "unknown"],
  ])("%o", (estimate, plain, signed) => {
    expect(scoreWithError(estimate)).toBe(plain);
    expect(scoreWithError(estimate, { signed: true })).toBe(signed);
  });
  test("an empty set is unknown", () => expect(score(undefined)).toBe("unknown"));
});

test("several spends are one sum, unknown as soon as one of them is", () => {
  const known = { calls: 2, inputTokens: 3, outputTokens: 4, usd: 0.25, pricedUsd: 0.25, unpriced: [] };
  const unknown = { ...known, usd: undefined, pricedUsd: 0, unpriced: ["a/b"] };
  expect(together([known, known])).toEqual({
    calls: 4,
    inputTokens: 6,
    outputTokens: 8,
    usd: 0.5,
    pricedUsd: 0.5,
    unpriced: [],
  });
  expect(spent(together([known, unknown, unknown]))).toBe("over $0.25 (price unknown for a/b)");
});
