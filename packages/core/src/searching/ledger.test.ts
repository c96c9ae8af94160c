import { expect, test } from "vitest";
import { createMeter } from "../programs/meter.ts";
import type { JournalRecord } from "./journal.ts";
import { openLedger, restoreSpend } from "./ledger.ts";
import { memoryJournalStore } from "./memory-journal.ts";

const intent = (key: string): JournalRecord => ({ type: "intent", key, model: "p/m", worstUsd: 1, worstTokens: 100 });
const reply = (key: string, usage: object, more: object = {}): JournalRecord => ({
  type: "reply",
  key,
  response: { text: "", usage, finishReason: "stop", warnings: [] },
  elapsedMs: 7,
  ...more,
});

test("what earlier processes spent is told to the meter, unknown usage and orphans at their worst", async () => {
  const store = memoryJournalStore();
  const fingerprint = { hash: "f", inputs: {} };
  const first = await openLedger(store, "t", fingerprint, 0, "1", undefined);
  const records: readonly JournalRecord[] = [
    intent("known"),
    reply("known", { inputTokens: 10, outputTokens: 5 }, { usd: 0.25 }),
    intent("unknown"),
    reply("unknown", {}),
    intent("billed"),
    { type: "fault", key: "billed", code: "timeout", message: "no answer", billed: true },
    intent("billed"),
    { type: "fault", key: "billed", code: "rate-limit", message: "later" },
    intent("vectors"),
    { type: "vectors", key: "vectors", vectors: [[1]], usage: { inputTokens: 3, outputTokens: 0 }, usd: 0.125 },
    intent("silent"),
    { type: "vectors", key: "silent", vectors: [[1]] },
    intent("lost"),
    // Another process made this call meanwhile: ours stays an orphan.
    reply("lost", { inputTokens: 1, outputTokens: 1 }, { usd: 0.5, cached: true }),
  ];
  for (const record of records) await first.append(record);
  await first.close();
  const second = await openLedger(store, "t", fingerprint, 0, "1", undefined);
  expect(second).toMatchObject({ elapsedMs: 7, largest: { tokens: 100, usd: 1 }, orphans: [{ key: "lost" }] });
  const meter = createMeter({ usd: 100 });
  restoreSpend(meter, second);
  // Two known calls, and four at their worst: two of unknown usage, maybe billed, lost. The refused one cost nothing.
  expect(meter.spend()).toMatchObject({ calls: 7, inputTokens: 13, outputTokens: 5 + 4 * 100, pricedUsd: 0.375 + 4 });
  await second.close();
});
