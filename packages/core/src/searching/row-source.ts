import type { JournalRecord } from "./journal.ts";
import type { Observation, ObserverOptions } from "./observe.ts";
import { asJson, observer, rowKey } from "./observe.ts";
import type { Row } from "./optimizer.ts";

/** Where evaluated rows come from: memory, the journal, or the program itself. Knows nothing of budgets or order. */
export interface RowSource {
  /** `trace` asks for the row with its trace; without it the row may have one all the same. */
  get(observation: Observation, trace: boolean): Promise<Row>;
  /** True when the observation of this key was scored before. */
  hasKey(key: string): boolean;
  /** Keys of the LM calls that the observation took, sorted; empty while it is unknown. */
  callsOf(key: string): readonly string[];
  /** Resolves once nothing is being evaluated. */
  settled(): Promise<void>;
}

export interface RowSourceOptions extends ObserverOptions {
  readonly append: (record: JournalRecord) => Promise<void>;
  readonly earlier: readonly JournalRecord[];
  /** Called as each row is done. */
  readonly onRow?: (key: string) => void;
}

/**
 * A row is evaluated once: asked for again it comes from memory, on a resumed run from the journal. Only scored rows
 * are journaled, so that what the world kept from being scored is tried again. A row first scored without a trace is
 * run again for one (its calls are known by then) but keeps its score.
 */
export function rowSource(options: RowSourceOptions): RowSource {
  const observe = observer(options);
  const { scored, calls } = journaledRows(options.earlier);
  const flights = rowFlights();

  const fetch = async (observation: Observation, trace: boolean): Promise<Row> => {
    const key = rowKey(observation);
    const known = scored.get(key);
    if (known !== undefined && (!trace || known.trace !== undefined)) return known;
    const { row: full, calls: made } = await observe(observation);
    const before = scored.get(key);
    if (before === undefined) calls.set(key, made);
    const row = Object.freeze(asJson(trace ? { ...(before ?? full), ...traceOf(full) } : withoutTrace(before ?? full)));
    if (row.score !== undefined) {
      await options.append({ type: "row", key, row, calls: calls.get(key) ?? [] });
      scored.set(key, row);
    }
    options.onRow?.(key);
    return row;
  };
  return {
    get: (observation, trace) => flights.share(rowKey(observation), trace, () => fetch(observation, trace)),
    hasKey: (key) => scored.has(key),
    callsOf: (key) => calls.get(key) ?? [],
    settled: flights.settled,
  };
}

/** What earlier processes scored, and the calls that it took, by key. */
function journaledRows(earlier: readonly JournalRecord[]): {
  readonly scored: Map<string, Row>;
  readonly calls: Map<string, readonly string[]>;
} {
  const scored = new Map<string, Row>();
  const calls = new Map<string, readonly string[]>();
  for (const record of earlier) {
    if (record.type !== "row") continue;
    scored.set(record.key, Object.freeze(record.row));
    calls.set(record.key, record.calls);
  }
  return { scored, calls };
}

/** Rows in flight and scored, each one shared by all who ask for it. */
interface RowFlights {
  share(key: string, trace: boolean, fetch: () => Promise<Row>): Promise<Row>;
  settled(): Promise<void>;
}

function rowFlights(): RowFlights {
  const rows = new Map<string, Promise<Row>>();
  const running = new Set<Promise<unknown>>();
  const keep = (key: string, row: Promise<Row>): void => {
    rows.set(key, row);
    running.add(row);
    const done = (scored: boolean): void => {
      running.delete(row);
      if (!scored) rows.delete(key);
    };
    row.then(
      ({ score }) => done(score !== undefined),
      () => done(false),
    );
  };
  return {
    share(plain, trace, fetch) {
      const traced = `${plain}+`;
      // A row with its trace answers both; one that runs without is let finish first, so that it is scored once.
      const known = rows.get(traced) ?? (trace ? undefined : rows.get(plain));
      if (known !== undefined) return known;
      const before = rows.get(plain);
      const row = before === undefined ? fetch() : before.then(fetch, fetch);
      keep(trace ? traced : plain, row);
      return row;
    },
    async settled() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

function traceOf({ trace }: Row): Pick<Row, "trace"> {
  return trace === undefined ? {} : { trace };
}

function withoutTrace(row: Row): Row {
  const { trace: _trace, ...rest } = row;
  return rest;
}
