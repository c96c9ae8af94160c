import type { RunEvent } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import type { Progress } from "./progress.ts";
import { advance, progressLine, remainingMs, startProgress } from "./progress.ts";

const plan = { evaluations: 800, calls: 800, usd: 1, testRows: 10, unpriced: [] };
const spend = { calls: 418, inputTokens: 1, outputTokens: 1, usd: 1.22, pricedUsd: 1.22, unpriced: [] };
const estimate = { mean: 0.812, standardError: 0.021, n: 100 };
const events: readonly (readonly [RunEvent, number])[] = [
  [{ type: "start", target: "route", fingerprint: "f", resumed: 0, orphans: 0, plan }, 0],
  [{ type: "evaluated", evaluations: 100, split: "val", rows: 100, unscored: 0 }, 10_000],
  [
    { type: "incumbent", candidate: {}, val: estimate, baseline: { ...estimate, mean: 0.487 }, evaluations: 100 },
    10_000,
  ],
  [{ type: "progress", evaluations: 400, spend, elapsedMs: 40_000 }, 40_000],
];
const fold = (more: readonly (readonly [RunEvent, number])[]): Progress =>
  [...events, ...more].reduce((state, [event, at]) => advance(state, event, at), startProgress("route"));

describe("progressLine", () => {
  test("before anything is known", () => {
    expect(progressLine(startProgress("route"))).toBe("route  scoring the baseline  0 evaluations  0.0s");
  });
  test("best, baseline, evaluations, spend and time left", () => {
    expect(progressLine(fold([]))).toBe(
      "route  best 0.812 ± 0.021 (baseline 0.487)  400/800 evaluations  418 calls  $1.22  eta 40s",
    );
  });
  test.each([
    [80, "route  best 0.812 ± 0.021 (baseline 0.487)  400/800 evaluations  $1.22  eta 40s"],
    [60, "route  best 0.812 ± 0.021  400/800  $1.22  eta 40s"],
    [40, "route  0.812  400/800  eta 40s"],
    [25, "0.812  400/800  eta 40s"],
    [10, "0.812  400/800  eta 40s"],
  ])("in %i columns what tells least is left out first", (columns, line) => {
    expect(progressLine(fold([]), columns)).toBe(line);
  });
  test("waiting on a rate limit, until the wait is over", () => {
    const retry: RunEvent = {
      type: "retry",
      model: "openai/x",
      attempt: 1,
      delayMs: 12_000,
      code: "rate-limit",
      message: "slow down",
    };
    const waiting = fold([[retry, 41_000]]);
    expect(progressLine(waiting)).toContain("waiting 12s on openai/x (rate limit)");
    const later: RunEvent = { type: "progress", evaluations: 401, spend, elapsedMs: 60_000 };
    expect(progressLine(advance(waiting, later, 60_000))).not.toContain("waiting");
  });
  test("unscored rows are counted, and the final report is announced", () => {
    expect(
      progressLine(fold([[{ type: "evaluated", evaluations: 401, split: "val", rows: 1, unscored: 2 }, 41_000]])),
    ).toContain("2 unscored");
    expect(progressLine(fold([[{ type: "testing", rows: 10 }, 50_000]]))).toBe(
      "route  opening the test split for the final report",
    );
  });
});

describe("remainingMs", () => {
  test("unknown without a budget of evaluations or before the first", () => {
    expect(remainingMs({ ...fold([]), expected: undefined })).toBeUndefined();
    expect(remainingMs(startProgress("route"))).toBeUndefined();
  });
  test("a resumed run's speed is that of this process", () => {
    expect(remainingMs({ ...fold([]), evaluationsAtStart: 300, evaluations: 400, elapsedMs: 10_000 })).toBe(40_000);
  });
});
