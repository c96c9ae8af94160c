import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { RunRecord, RunSpec } from "./run-record.ts";
import { runStore } from "./run-store.ts";

const spec = (seed: number): RunSpec => ({
  world: "w",
  optimizer: "o",
  seed,
  noise: 0,
  persistent: false,
  budget: 10,
  rows: { train: 1, val: 1, test: 1 },
});
const record = (seed: number, code: string): RunRecord => ({ ...spec(seed), code, error: `run ${seed}` });
const line = (one: RunRecord): string => `${JSON.stringify(one)}\n`;

test("records of the same code are known, from the file and from what is kept for everybody; a torn line is not", () => {
  const folder = mkdtempSync(join(tmpdir(), "runs-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const kept = mkdtempSync(join(tmpdir(), "kept-"));
  onTestFinished(() => rmSync(kept, { recursive: true }));
  const path = join(folder, "peers.jsonl");
  writeFileSync(join(kept, "peers.jsonl"), line(record(1, "now")) + line(record(2, "before")));
  writeFileSync(path, line(record(3, "now")) + line(record(4, "now")).slice(0, 20));
  const store = runStore(path, "now", kept);
  expect([1, 2, 3, 4].map((seed) => store.get(spec(seed))?.error)).toEqual(["run 1", undefined, "run 3", undefined]);
  store.add(record(4, "now"));
  expect(runStore(path, "now", kept).get(spec(4))?.error).toBe("run 4");
  // what is kept is only read
  expect(readFileSync(join(kept, "peers.jsonl"), "utf8").split("\n")).toHaveLength(3);
});
