import { describe, expect, test } from "vitest";
import { duel, overall } from "./overall.ts";
import type { RunRecord } from "./run-record.ts";
import { summarize } from "./summary.ts";
import { printTable } from "./table.ts";

const spec = { noise: 0, persistent: false, budget: 100, rows: { train: 10, val: 10, test: 50 }, code: "x" };

function record(world: string, optimizer: string, seed: number, score: number, more: object = {}): RunRecord {
  return {
    ...spec,
    world,
    optimizer,
    seed,
    outcome: {
      score,
      baseline: 0.5,
      optimum: 1,
      curve: [{ evaluations: 40, score }],
      metricCalls: 90,
      lmCalls: 100,
      inputTokens: 1000,
      outputTokens: 10,
      seconds: 1,
      end: "done",
      ...more,
    },
  };
}

const records: readonly RunRecord[] = [
  ...[0.6, 0.7, 0.8].map((score, seed) => record("a", "randomSearch", seed, score)),
  ...[0.9, 0.7, 0.96].map((score, seed) => record("a", "other", seed, score)),
  { ...spec, world: "a", optimizer: "other", seed: 3, error: "it broke" },
  ...[0.4, 0.6, 0.5].map((score, seed) => record("b", "randomSearch", seed, score)),
  ...[0.6, 0.48, 0.5].map((score, seed) => record("b", "other", seed, score, { curve: undefined })),
];
const rows = summarize(records);
const row = (world: string, optimizer: string) =>
  rows.find((one) => one.world === world && one.optimizer === optimizer)!;

describe("summary", () => {
  test("means over the runs that ended; a failed one is told and is no score", () => {
    const other = row("a", "other");
    expect(other.scores).toEqual([0.9, 0.7, 0.96]);
    expect(other.score?.mean).toBeCloseTo(0.853333, 6);
    expect(other.failures).toEqual(["it broke"]);
  });
  test("is paired with random search by seed", () => {
    expect(row("a", "other").versusRandom?.mean).toBeCloseTo((0.3 + 0 + 0.16) / 3, 12);
    expect(row("a", "randomSearch").versusRandom).toBeUndefined();
  });
  test("counts runs that are worse than the baseline by more than a point", () => {
    expect(row("b", "randomSearch").worse).toBeCloseTo(1 / 3, 12);
    expect(row("b", "other").worse).toBeCloseTo(1 / 3, 12);
  });
  test("runs that never reach the goal count as the whole budget", () => {
    expect(row("a", "other").toGoal).toEqual({ median: 100, reached: 1, n: 3 });
  });
  test("without an incumbent there is a final score only", () => {
    expect(row("b", "other")).toMatchObject({ area: undefined, toGoal: undefined });
  });
});

test("overall: shares of the way, and ranks over the worlds that all ran on", () => {
  const found = overall(rows);
  expect(found.find((one) => one.optimizer === "randomSearch")).toMatchObject({ worlds: 2, rank: 2 });
  expect(found.find((one) => one.optimizer === "other")?.covered).toBeCloseTo((0.706667 + 0.053333) / 2, 5);
});

test("a duel pairs by seed, over worlds and in each", () => {
  const { overall: whole, worlds } = duel(rows, "other", "randomSearch");
  // seeds 0, 1, 2: means over both worlds
  const differences = [(0.9 + 0.6 - 0.6 - 0.4) / 2, (0.7 + 0.48 - 0.7 - 0.6) / 2, (0.96 + 0.5 - 0.8 - 0.5) / 2];
  expect(whole?.mean).toBeCloseTo(differences.reduce((sum, one) => sum + one, 0) / 3, 12);
  expect(worlds.map((one) => one.world)).toEqual(["a", "b"]);
  expect(worlds.every((one) => one.adjustedP >= one.difference.p!)).toBe(true);
});

test("the table says what failed", () => {
  const text = printTable(rows);
  expect(text).toContain("other: 1 runs failed; the first: it broke");
  expect(text).toMatch(/randomSearch +70\.0 \+- 24\.8/);
});
