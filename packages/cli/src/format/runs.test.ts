import type { JournalRecord } from "@cultivar/core";
import { expect, test } from "vitest";
import { runLines, runTable, summaryOf } from "./runs.ts";

const response = { text: "", usage: {}, finishReason: "stop", warnings: [] } as const;
const records: readonly JournalRecord[] = [
  { type: "run", target: "t", fingerprint: "f", inputs: { code: "abc" }, seed: 0, version: "0" },
  { type: "open", elapsedMs: 0, orphans: 0 },
  { type: "intent", key: "a", model: "m" },
  { type: "reply", key: "a", response, usd: 0.5, elapsedMs: 1000 },
  { type: "reply", key: "b", response, usd: 0.5, cached: true, elapsedMs: 1500 },
  { type: "intent", key: "c", model: "m" },
  { type: "fault", key: "c", code: "timeout", message: "" },
  { type: "intent", key: "d", model: "m" },
  { type: "row", key: "r", row: { id: "1", score: 1 }, calls: ["a"] },
  { type: "open", elapsedMs: 2000, orphans: 1 },
];

test("counts what a journal holds: a cached reply was not paid for, an unanswered call is an orphan", () => {
  expect(summaryOf("t-f", records, "at rest")).toEqual({
    name: "t-f",
    state: "at rest",
    target: "t",
    fingerprint: "f",
    seed: 0,
    inputs: { code: "abc" },
    processes: 2,
    rows: 1,
    replies: 1,
    cached: 1,
    orphans: 1,
    faults: { timeout: 1 },
    usd: 0.5,
    elapsedMs: 2000,
  });
});

test("a paid reply of unknown price makes the sum unknown", () => {
  const unknown: JournalRecord = { type: "reply", key: "e", response, elapsedMs: 1 };
  expect(summaryOf("t-f", [...records, unknown], "at rest").usd).toBeUndefined();
});

test("shown as a table and at length", () => {
  const run = summaryOf("t-f", records, "at rest");
  expect(runTable([run])).toEqual([
    "run  state    rows  paid  cached   cost  time",
    "t-f  at rest     1     1       1  $0.50  2.0s",
  ]);
  expect(runLines(run)).toContain("failed  timeout 1");
  expect(runLines(run).at(-1)).toBe("resume    npx cultivar runs resume t-f");
});
