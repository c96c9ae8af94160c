import { describe, expect, test } from "vitest";
import { asMetric, checkScore, metric } from "./metric.ts";

describe("checkScore", () => {
  test.each([
    [0.5, { score: 0.5 }],
    [
      { score: 1, feedback: "good" },
      { score: 1, feedback: "good" },
    ],
    [{ score: 0, feedback: undefined }, { score: 0 }],
    [
      { score: 0, objectives: { short: -3 }, byModule: { query: "too long" }, id: "x", failure: 1 },
      { score: 0, objectives: { short: -3 }, byModule: { query: "too long" } },
    ],
  ])("keeps %j", (result, kept) => {
    expect(checkScore(result, [0, 1], "row r")).toStrictEqual(kept);
  });

  test.each([
    [Number.NaN, "row r: the metric must return a number or { score, feedback? }, got NaN"],
    [{ score: Number.NaN }, "got NaN"],
    [undefined, "got undefined"],
    [null, "got null"],
    [true, "got true"],
    ["1", 'got "1"'],
    [{ score: "1" }, 'got {"score":"1"}'],
    [7, "row r: the metric returned 7, outside its range [0, 1]; scale it or declare metric(fn, { range })"],
    [-0.001, "outside its range"],
    [Number.POSITIVE_INFINITY, "outside its range"],
    [{ score: 1, feedback: 3 }, "feedback must be text, got number"],
    [{ score: 1, objectives: { cost: Number.NaN } }, "objective cost must be a finite number, got NaN"],
    [{ score: 1, objectives: null }, "the metric's objectives must be an object, got null"],
    [{ score: 1, objectives: [1] }, "the metric's objectives must be an object, got [1]"],
    [{ score: 1, byModule: "too long" }, 'the metric\'s byModule must be an object, got "too long"'],
    [{ score: 1, byModule: { query: 3 } }, "the metric's feedback for module query must be text, got number"],
  ])("refuses %j", (result, message) => {
    expect(() => checkScore(result, [0, 1], "row r")).toThrow(message);
  });
});

describe("metric", () => {
  test("declares a range", () => {
    expect(metric(() => -1, { range: [-1, 0], name: "loss" })).toMatchObject({ range: [-1, 0], name: "loss" });
    expect(asMetric(() => 1).range).toEqual([0, 1]);
    for (const range of [
      [1, 0],
      [0, 0],
      [0, Number.NaN],
      [0, Infinity],
    ] as const) {
      expect(() => metric(() => 0, { range })).toThrow("range must be [worst, best]");
    }
  });
});
