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
  expect(summaryOf("t-f", records)).toEqual({
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

test("a run is finished when nothing came after its end, and at rest when it was taken up again", () => {
  const end: JournalRecord = { ...(records[0] as JournalRecord & { type: "run" }), end: "evaluations" };
  expect(summaryOf("t-f", [...records, end])).toMatchObject({ state: "finished", end: "evaluations" });
  expect(summaryOf("t-f", [...records, end, { type: "open", elapsedMs: 1, orphans: 0 }]).state).toBe("finished");
  expect(summaryOf("t-f", [...records, end, { type: "intent", key: "e", model: "m" }]).state).toBe("at rest");
  expect(summaryOf("t-f", [], "running")).toMatchObject({ state: "running" });
});

test("a paid reply of unknown price makes the sum unknown", () => {
  const unknown: JournalRecord = { type: "reply", key: "e", response, elapsedMs: 1 };
  expect(summaryOf("t-f", [...records, unknown]).usd).toBeUndefined();
});

test("shown as a table and at length", () => {
  const run = summaryOf("t-f", records);
  expect(runTable([run])).toEqual([
    "run  state    rows  paid  cached   cost  time",
    "t-f  at rest     1     1       1  $0.50  2.0s",
  ]);
  expect(runLines(run)).toContain("failed  timeout 1");
  expect(runLines(run).at(-1)).toBe("resume    npx cultivar runs resume t-f");
  // What is finished has nothing to go on with.
  expect(runLines({ ...run, state: "finished" }).join("\n")).not.toContain("resume");
});
