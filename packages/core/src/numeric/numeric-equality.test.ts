import { describe, expect, test } from "vitest";
import { rng } from "../ground/rng.ts";
import type { MetricArguments, ScoreResult } from "../judging/metric.ts";
import type { Trace } from "../values/trace.ts";
import type { NumericEqualityOptions } from "./numeric-equality.ts";
import { numericEquality } from "./numeric-equality.ts";

const trace: Trace = { kind: "module", path: "", name: "p", input: {}, components: {}, children: [] };

async function judged(
  expected: unknown,
  answer: unknown,
  options: NumericEqualityOptions<{ expected?: unknown }> = {},
): Promise<ScoreResult> {
  const args: MetricArguments<{ expected?: unknown }, { answer: unknown }> = {
    example: { expected },
    output: { answer },
    trace,
    rng: rng(0, "t"),
  };
  return (await numericEquality("answer", options).score(args)) as ScoreResult;
}

describe("numericEquality", () => {
  test.each<[unknown, unknown, NumericEqualityOptions<{ expected?: unknown }>, number]>([
    [18, 18, {}, 1],
    [18, "18 eggs", {}, 1],
    [18, 18.001, {}, 0],
    [18, 18.1, { tolerance: 0.1000001 }, 1],
    [1000, 1009, { relativeTolerance: 0.01 }, 1],
    [1000, 1011, { relativeTolerance: 0.01 }, 0],
    [0.3, 0.1 + 0.2, {}, 1],
    [0.3, 0.1 + 0.2, { relativeTolerance: 0 }, 0],
    ["$1,234.50", "1234.5", {}, 1],
    ["$5", "€5", {}, 0],
    ["5 USD", "$5", {}, 1],
    [0.5, "50%", {}, 1],
    [50, "50%", {}, 0],
    [50, "50%", { percent: "number" }, 1],
    [0.75, "3/4", {}, 1],
    ["1.234,5", "1234.5", {}, 1],
    ["1.234", "1234", { decimal: "," }, 1],
    ["5 km", "5000 m", {}, 1],
    ["5 km", "5 m", {}, 0],
    ["5 km", "5 kg", {}, 0],
    ["5 km", "5 m", { units: "ignore" }, 1],
    ["5 km", "5", {}, 1],
    ["5 km", "5", { units: "strict" }, 0],
    ["5", "5 km", { units: "strict" }, 0],
    ["18 eggs", "18 duck eggs", {}, 1],
    ["18 eggs", "18 duck eggs", { units: "strict" }, 0],
    ["32 °F", "0 °C", { tolerance: 1e-9 }, 1],
    ["work\n#### 18", "9 * 2 = 18\nA: 18", { extract: "final" }, 1],
    [18, "the answer is 18", {}, 0],
    [18, "the answer is 18", { extract: "final" }, 1],
    [{ answer: 18 }, "18", {}, 1],
    [0, 0, {}, 1],
    [18, Number.NaN, {}, 0],
    [18, undefined, {}, 0],
    [18, true, {}, 0],
  ])("expected %j, got %j, %j: %d", async (expected, answer, options, score) => {
    expect((await judged(expected, answer, options)).score).toBe(score);
  });

  test.each([
    [18, 26, "answer: expected 18, got 26 (too high by 8)"],
    [18, -18, "answer: expected 18, got -18 (too low by 36): the sign is wrong"],
    [18, "1,800", "answer: expected 18, got 1800 (too high by 1782): wrong by a power of ten"],
    [18, "many", 'answer: expected the number 18, got "many": there is no number in it'],
    [
      18,
      "It is 18",
      'answer: expected the number 18, got "It is 18": give the number alone, without words before it or a calculation',
    ],
    [18, undefined, "answer: expected the number 18, got nothing: that is no number"],
    ["5 km", "5 kg", "answer: expected 5 km, got 5 kg: kg cannot be converted to km"],
    ["$5", "€5", "answer: expected 5 USD, got 5 EUR: the currency is wrong (EUR instead of USD)"],
    [18, "18", "answer: correct (18)"],
  ])("feedback for expected %j, got %j", async (expected, answer, feedback) => {
    expect((await judged(expected, answer)).feedback).toBe(feedback);
  });

  test("bad rows and bad options are errors, not scores", async () => {
    await expect(judged("many", 3)).rejects.toMatchObject({ code: "metric" });
    await expect(judged(undefined, 3)).rejects.toMatchObject({ code: "metric" });
    expect(() => numericEquality("answer", { tolerance: -1 })).toThrow(/tolerances must be finite/);
    expect(() => numericEquality("answer", { relativeTolerance: Number.NaN })).toThrow(/tolerances must be finite/);
  });
});
