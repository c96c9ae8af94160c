import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JournalRecord } from "@cultivar/core";
import { contentHash } from "@cultivar/core";
import { fileJournalStore } from "@cultivar/core/node";
import { inLanes } from "./measure.ts";

// Arguments: number of records to append, number of records to replay, then each number of appends in flight.
const [count, replayed, ...lanes] = process.argv.slice(2).map(Number);

const directory = mkdtempSync(join(tmpdir(), "cultivar-journal-"));
const record = (index: number): JournalRecord => ({
  type: "reply",
  key: contentHash(index, 64),
  response: {
    text: JSON.stringify({ queue: "billing", urgent: index % 2 === 0, note: "a reply of an ordinary length" }),
    usage: { inputTokens: 400, outputTokens: 20 },
    finishReason: "stop",
    warnings: [],
    modelId: "mock",
  },
  usd: 0.0001,
  elapsedMs: index,
});

async function append(name: string, records: readonly JournalRecord[], inFlight: number): Promise<number> {
  const journal = await fileJournalStore({ directory }).open(name);
  const began = performance.now();
  await inLanes(records.length, inFlight, (index) => journal.append(records[index]!));
  const seconds = (performance.now() - began) / 1000;
  await journal.close();
  return records.length / seconds;
}

try {
  const records = Array.from({ length: count! }, (_, index) => record(index));
  await append("warm", records.slice(0, 2000), 64);
  const perSecond: Record<string, number> = {};
  for (const inFlight of lanes) perSecond[inFlight] = await append(`with-${inFlight}`, records, inFlight);
  await append("replay", records.slice(0, replayed), replayed!);
  const journal = await fileJournalStore({ directory }).open("replay");
  const began = performance.now();
  let read = 0;
  for await (const { type } of journal.read()) read += type === "reply" ? 1 : 0;
  const replayMs = performance.now() - began;
  await journal.close();
  if (read !== replayed) throw new Error(`expected ${replayed} records back, got ${read}`);
  process.stdout.write(JSON.stringify({ perSecond, replayMs }));
} finally {
  rmSync(directory, { recursive: true, force: true });
}
