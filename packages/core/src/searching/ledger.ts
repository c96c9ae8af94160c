import { CultivarError } from "../ground/errors.ts";
import type { CallRecord } from "../programs/gateway.ts";
import type { Meter } from "../programs/meter.ts";
import type { Usage } from "../values/language-model.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { changedInputs } from "./fingerprint.ts";
import type { Journal, JournalRecord, JournalStore } from "./journal.ts";
import type { EndReason } from "./result.ts";

type Intent = Extract<JournalRecord, { type: "intent" }>;

/** A run's journal, read: what earlier processes did, and where to append. */
export interface Ledger {
  readonly earlier: readonly JournalRecord[];
  readonly append: (record: JournalRecord) => Promise<void>;
  /** Milliseconds that earlier processes took. */
  readonly elapsedMs: number;
  /** Calls sent by an earlier process whose answer was never journaled. */
  readonly orphans: readonly Intent[];
  readonly timedEnds: readonly Extract<JournalRecord, { type: "timed-end" }>[];
  /** The most that one call of earlier processes used; its worst case where nobody said. */
  readonly largest: { readonly tokens: number; readonly usd: number };
  /** Why the run ended, when an earlier process finished it and nothing was added since. */
  readonly finished: EndReason | undefined;
  /** Journals that the run is finished; nothing when it was so already. */
  finish(end: EndReason): Promise<void>;
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
    const changed = await changedSince(store, wanted, fingerprint);
    throw new CultivarError(
      "stale",
      `run ${wanted}: ${changed} (they now make run ${name}); restore them, or compile without naming a run to start a new one that reuses the cache`,
    );
  }
  const journal = await store.open(name);
  try {
    const earlier: JournalRecord[] = [];
    for await (const record of journal.read()) earlier.push(record);
    const { hash, inputs } = fingerprint;
    const run: JournalRecord = { type: "run", target, fingerprint: hash, inputs, seed, version };
    if (earlier.length === 0) await journal.append(run);
    const orphans = orphansOf(earlier);
    const elapsedMs = earlier.reduce((most, record) => Math.max(most, "elapsedMs" in record ? record.elapsedMs : 0), 0);
    await journal.append({ type: "open", elapsedMs, orphans: orphans.length });
    let finished = finishOf(earlier);
    return {
      earlier,
      append(record) {
        finished = undefined;
        return journal.append(record);
      },
      finished,
      async finish(end) {
        if (finished !== end) await journal.append({ ...run, end });
      },
      elapsedMs,
      orphans,
      timedEnds: earlier.filter((record) => record.type === "timed-end"),
      largest: largestOf(earlier),
      close: () => journal.close(),
    };
  } catch (error) {
    await closeQuietly(journal);
    throw error;
  }
}

/** What is different from what a run was made from, in words. Never rejects: the run may be locked, or unreadable. */
async function changedSince(store: JournalStore, wanted: string, now: Fingerprint): Promise<string> {
  try {
    if (!(await store.list()).includes(wanted)) return "there is no such run of these inputs";
    const journal = await store.open(wanted);
    try {
      for await (const record of journal.read())
        if (record.type === "run")
          return `its inputs have changed since: ${changedInputs(record.inputs, now.inputs).join(", ")}`;
    } finally {
      await closeQuietly(journal);
    }
  } catch {
    // The names of what changed are a courtesy.
  }
  return "its inputs have changed since";
}

/** How the run stands: why it ended, or undefined when the last process to work on it did not finish it. */
export function finishOf(records: readonly JournalRecord[]): EndReason | undefined {
  const last = records.findLast(({ type }) => type !== "open");
  return last?.type === "run" ? last.end : undefined;
}

/** The first error is the one to show. */
async function closeQuietly(journal: Pick<Journal, "close">): Promise<void> {
  await journal.close().catch(() => {});
}

/** What an answer that was paid for used; undefined for any other record. */
function paidUsage(
  record: JournalRecord,
): (Usage & { readonly key: string; readonly usd: number | undefined }) | undefined {
  if (record.type === "vectors") return { ...record.usage, key: record.key, usd: record.usd };
  if (record.type !== "reply" || record.cached === true) return undefined;
  return { ...record.response.usage, key: record.key, usd: record.usd };
}

function largestOf(records: readonly JournalRecord[]): { tokens: number; usd: number } {
  const largest = { tokens: 0, usd: 0 };
  const intents = new Map<string, Intent>();
  for (const record of records) {
    if (record.type === "intent") intents.set(record.key, record);
    const usage = paidUsage(record);
    if (usage === undefined) continue;
    const { inputTokens, outputTokens } = usage;
    const known = inputTokens !== undefined && outputTokens !== undefined;
    const intent = intents.get(usage.key);
    largest.tokens = Math.max(largest.tokens, known ? inputTokens + outputTokens : (intent?.worstTokens ?? 0));
    largest.usd = Math.max(largest.usd, usage.usd ?? intent?.worstUsd ?? 0);
  }
  return largest;
}

function orphansOf(records: readonly JournalRecord[]): Intent[] {
  const open = new Map<string, Intent[]>();
  for (const record of records) {
    if (record.type === "intent") open.set(record.key, [...(open.get(record.key) ?? []), record]);
    // A reply from the shared cache answers no intent of this run.
    else if (record.type === "reply" && record.cached === true) continue;
    else if (record.type === "reply" || record.type === "fault" || record.type === "vectors")
      open.get(record.key)?.pop();
  }
  return [...open.values()].flat();
}

/**
 * Tells a meter what earlier processes spent: replies, failed calls that may be billed, and orphans, at their worst
 * where nobody said what they used.
 */
export function restoreSpend(meter: Meter, ledger: Ledger): void {
  const spent = { calls: 0, tokens: 0, inputTokens: 0, usd: 0 };
  const unpriced = new Set<string>();
  const worst = (intent: Intent | undefined): void => {
    spent.tokens += intent?.worstTokens ?? 0;
    spent.usd += intent?.worstUsd ?? 0;
  };
  const intents = new Map<string, Intent>();
  for (const record of ledger.earlier) {
    if (record.type === "intent") intents.set(record.key, record);
    else if (record.type === "fault") {
      spent.calls += 1;
      if (record.billed === true) worst(intents.get(record.key));
    }
    const usage = paidUsage(record);
    if (usage !== undefined) {
      const { inputTokens, outputTokens } = usage;
      const intent = intents.get(usage.key);
      const known = inputTokens !== undefined && outputTokens !== undefined;
      spent.calls += 1;
      spent.inputTokens += known ? inputTokens : 0;
      spent.tokens += known ? inputTokens + outputTokens : (intent?.worstTokens ?? 0);
      spent.usd += usage.usd ?? intent?.worstUsd ?? 0;
      if (usage.usd === undefined && intent !== undefined) unpriced.add(intent.model);
    }
  }
  spent.calls += ledger.orphans.length;
  for (const orphan of ledger.orphans) worst(orphan);
  meter.restore({ ...spent, unpriced: [...unpriced] });
}

/** The records that a gateway takes up. */
export function callRecords(ledger: Ledger): readonly CallRecord[] {
  return ledger.earlier.filter(
    (record) => record.type === "reply" || record.type === "vectors" || record.type === "tool",
  );
}
