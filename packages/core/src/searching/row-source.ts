import { blame, CultivarError, isCultivarError, messageOf } from "../ground/errors.ts";
import type { Limit } from "../ground/limit.ts";
import type { Metric } from "../judging/metric.ts";
import { scoreRow } from "../judging/score-row.ts";
import type { Gateway } from "../programs/gateway.ts";
import { recording } from "../programs/gateway.ts";
import type { AnyModule, Frame } from "../programs/module.ts";
import type { Candidate } from "../values/component.ts";
import type { Example, ExampleId } from "../values/example.ts";
import type { JournalRecord } from "./journal.ts";
import type { Row } from "./optimizer.ts";

export type SplitName = "train" | "val" | "test";

/** Where evaluated rows come from: memory, the journal, or the program itself. Knows nothing of budgets or order. */
export interface RowSource {
  get(
    candidate: Candidate,
    hash: string,
    split: SplitName,
    id: ExampleId,
    sample: number,
    trace: boolean,
  ): Promise<Row>;
  /** True when the observation of this key was scored before. */
  hasKey(key: string): boolean;
  /** Keys of the LM calls that the observation took, sorted; empty while it is unknown. */
  callsOf(key: string): readonly string[];
  /** Resolves once nothing is being evaluated. */
  settled(): Promise<void>;
}

export interface RowSourceOptions {
  readonly module: AnyModule;
  readonly metric: Metric<never, never>;
  readonly examples: Readonly<Record<SplitName, ReadonlyMap<ExampleId, Example>>>;
  readonly gateway: Gateway;
  readonly signal: AbortSignal;
  readonly seed: number;
  readonly limit: Limit;
  readonly frameFor: (candidate: Candidate) => Frame;
  readonly append: (record: JournalRecord) => Promise<void>;
  readonly earlier: readonly JournalRecord[];
  /** Called as each row is done. */
  readonly onRow?: () => void;
}

/** The name of one observation. */
export function rowKey(hash: string, split: SplitName, id: ExampleId, sample: number): string {
  return `${hash}/${split}/${id}/${sample}`;
}

/**
 * A row is evaluated once: asked for again it comes from memory, on a resumed run from the journal. Only scored rows
 * are journaled, so that what the world kept from being scored is tried again. A row first scored without a trace is
 * run again for one (its calls are known by then) but keeps its score.
 */
export function rowSource(options: RowSourceOptions): RowSource {
  const rows = new Map<string, Promise<Row>>();
  const scored = new Map<string, Row>();
  const calls = new Map<string, readonly string[]>();
  const running = new Set<Promise<unknown>>();
  const frames = new Map<string, Frame>();
  for (const record of options.earlier) {
    if (record.type !== "row") continue;
    scored.set(record.key, record.row);
    calls.set(record.key, record.calls);
  }

  const run = async (
    candidate: Candidate,
    hash: string,
    split: SplitName,
    id: ExampleId,
    sample: number,
    key: string,
  ): Promise<Row> => {
    const example = options.examples[split].get(id);
    if (example === undefined) throw new CultivarError("data", `evaluate: ${split} has no row ${id}`);
    let frame = frames.get(hash);
    if (frame === undefined) frames.set(hash, (frame = options.frameFor(candidate)));
    const { module, metric, signal, seed } = options;
    const keys = new Set<string>();
    const guarded = unswallowed(recording(options.gateway, keys));
    const full = await options.limit(async () => {
      signal.throwIfAborted();
      const { gateway } = guarded;
      return scoreRow({ module, frame, example, metric, gateway, signal, sample, seed, address: [key] });
    });
    guarded.check();
    // What failed while everything was being torn down says nothing of the candidate.
    if (full.failure !== undefined) signal.throwIfAborted();
    const before = scored.get(key);
    if (before === undefined) {
      calls.set(key, [...keys].sort());
      return full;
    }
    return { ...before, ...(full.trace !== undefined && { trace: full.trace }) };
  };
  const fetch = async (
    candidate: Candidate,
    hash: string,
    split: SplitName,
    id: ExampleId,
    sample: number,
    trace: boolean,
  ): Promise<Row> => {
    const key = rowKey(hash, split, id, sample);
    const known = scored.get(key);
    if (known !== undefined && (!trace || known.trace !== undefined)) return known;
    const full = await run(candidate, hash, split, id, sample, key);
    const row = asJson(trace ? full : withoutTrace(full));
    if (row.score !== undefined) {
      await options.append({ type: "row", key, row, calls: calls.get(key) ?? [] });
      scored.set(key, row);
    }
    options.onRow?.();
    return row;
  };
  return {
    get(candidate, hash, split, id, sample, trace) {
      const plain = rowKey(hash, split, id, sample);
      const traced = `${plain}+`;
      // A row with its trace answers both; one that runs without is let finish first, so that it is scored once.
      const known = rows.get(traced) ?? (trace ? undefined : rows.get(plain));
      if (known !== undefined) return known;
      const begin = (): Promise<Row> => fetch(candidate, hash, split, id, sample, trace);
      const before = rows.get(plain);
      const row = before === undefined ? begin() : before.then(begin, begin);
      const key = trace ? traced : plain;
      rows.set(key, row);
      running.add(row);
      const done = (keep: boolean): void => {
        running.delete(row);
        if (!keep) rows.delete(key);
      };
      row.then(
        (told) => done(told.score !== undefined),
        () => done(false),
      );
      return row;
    },
    hasKey: (key) => scored.has(key),
    callsOf: (key) => calls.get(key) ?? [],
    async settled() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

/**
 * A gateway of one row, and what to ask once the row is scored: an error that ends the whole run (a used-up budget, a
 * wrong key) stands, whatever the program made of it.
 */
function unswallowed(gateway: Gateway): { readonly gateway: Gateway; check(): void } {
  let fatal: { readonly error: unknown } | undefined;
  const keep = (error: unknown): never => {
    if (isCultivarError(error) && blame(error) === "run") fatal ??= { error };
    throw error;
  };
  return {
    gateway: {
      ...gateway,
      generate: (lm, request, note) => gateway.generate(lm, request, note).catch(keep),
      embed: (embedder, texts) => gateway.embed(embedder, texts).catch(keep),
    },
    check() {
      if (fatal !== undefined) throw fatal.error;
    },
  };
}

/** The row as a resumed run would read it: what is told must not depend on whether it was journaled. */
function asJson(row: Row): Row {
  try {
    return JSON.parse(JSON.stringify(row)) as Row;
  } catch (cause) {
    throw new CultivarError(
      "program",
      `row ${row.id}: its trace holds what JSON cannot (${messageOf(cause)}); let modules and tools return plain data`,
      { cause },
    );
  }
}

function withoutTrace(row: Row): Row {
  const { trace: _trace, ...rest } = row;
  return rest;
}

/** All rows, or the first rejection once every one has settled: nothing in flight is left behind. */
export async function allSettled(rows: readonly Promise<Row>[]): Promise<Row[]> {
  const results = await Promise.allSettled(rows);
  const failures = results.filter((result) => result.status === "rejected");
  const worst = failures.find(({ reason }) => !isCultivarError(reason, "run-ended")) ?? failures[0];
  if (worst !== undefined) throw worst.reason;
  return results.map((result) => (result as PromiseFulfilledResult<Row>).value);
}
