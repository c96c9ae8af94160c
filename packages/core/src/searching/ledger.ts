import { CultivarError } from "../ground/errors.ts";
import type { CallRecord } from "../programs/gateway.ts";
import type { Meter } from "../programs/meter.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { Journal, JournalRecord, JournalStore } from "./journal.ts";

/** A run's journal, read: what earlier processes did, and where to append. */
export interface Ledger {
  readonly earlier: readonly JournalRecord[];
  readonly append: (record: JournalRecord) => Promise<void>;
  /** Milliseconds that earlier processes took. */
  readonly elapsedMs: number;
  /** Calls sent by an earlier process whose answer was never journaled. */
  readonly orphans: readonly Extract<JournalRecord, { type: "intent" }>[];
  readonly timedEnd: Extract<JournalRecord, { type: "timed-end" }> | undefined;
  close(): Promise<void>;
}

/** The name of a run: its target and its fingerprint, so that changed inputs start a new one. */
export function runName(target: string, fingerprint: string): string {
  return `${target.replaceAll(/[^a-zA-Z0-9._-]/g, "_").slice(0, 80)}-${fingerprint}`;
}

/** Opens (and takes up) the run of this fingerprint. `wanted` names one run: other inputs are then refused. */
export async function openLedger(
  store: JournalStore,
  target: string,
  fingerprint: Fingerprint,
  seed: number,
  version: string,
  wanted: string | undefined,
): Promise<Ledger> {
  const name = runName(target, fingerprint.hash);
  if (wanted !== undefined && wanted !== name) {
    throw new CultivarError(
      "stale",
      `run ${wanted}: its inputs have changed since (they now make run ${name}); restore them, or compile without naming a run to start a new one that reuses the cache`,
    );
  }
  const journal = await store.open(name);
  try {
    const earlier: JournalRecord[] = [];
    for await (const record of journal.read()) earlier.push(record);
    if (earlier.length === 0) {
      await journal.append({
        type: "run",
        target,
        fingerprint: fingerprint.hash,
        inputs: fingerprint.inputs,
        seed,
        version,
      });
    }
    const orphans = orphansOf(earlier);
    const elapsedMs = earlier.reduce((most, record) => Math.max(most, "elapsedMs" in record ? record.elapsedMs : 0), 0);
    await journal.append({ type: "open", elapsedMs, orphans: orphans.length });
    const timedEnd = earlier.findLast((record) => record.type === "timed-end");
    return {
      earlier,
      append: (record) => journal.append(record),
      elapsedMs,
      orphans,
      timedEnd,
      close: () => journal.close(),
    };
  } catch (error) {
    await closeQuietly(journal);
    throw error;
  }
}

/** The first error is the one to show. */
async function closeQuietly(journal: Journal): Promise<void> {
  await journal.close().catch(() => {});
}

function orphansOf(records: readonly JournalRecord[]): Extract<JournalRecord, { type: "intent" }>[] {
  const open = new Map<string, Extract<JournalRecord, { type: "intent" }>[]>();
  for (const record of records) {
    if (record.type === "intent") open.set(record.key, [...(open.get(record.key) ?? []), record]);
    else if (record.type === "reply" || record.type === "fault" || record.type === "vectors")
      open.get(record.key)?.pop();
  }
  return [...open.values()].flat();
}

/** Tells a meter what earlier processes spent: replies, failed calls, and orphans at their worst. */
export function restoreSpend(meter: Meter, ledger: Ledger): void {
  const spent = { calls: 0, tokens: 0, inputTokens: 0, usd: 0 };
  for (const record of ledger.earlier) {
    if (record.type === "reply" && record.cached !== true) {
      const { inputTokens = 0, outputTokens = 0 } = record.response.usage;
      spent.calls += 1;
      spent.inputTokens += inputTokens;
      spent.tokens += inputTokens + outputTokens;
      spent.usd += record.usd ?? 0;
    } else if (record.type === "fault" || record.type === "vectors") spent.calls += 1;
  }
  for (const orphan of ledger.orphans) {
    spent.calls += 1;
    spent.usd += orphan.worstUsd ?? 0;
  }
  meter.restore(spent);
}

/** The records that a gateway takes up. */
export function callRecords(ledger: Ledger): readonly CallRecord[] {
  return ledger.earlier.filter(
    (record) => record.type === "reply" || record.type === "vectors" || record.type === "tool",
  );
}
