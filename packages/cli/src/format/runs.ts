import type { EndReason, JournalRecord } from "@cultivar/core";
import { finishOf } from "@cultivar/core";
import { count, counted, dollars, duration } from "./quantities.ts";
import { oneLine } from "./safe-text.ts";
import { alignColumns } from "./table.ts";

/** What a journal says of its run. */
export interface RunSummary {
  readonly name: string;
  /** Finished: the last process that took it up came to its end. At rest: it was stopped before. */
  readonly state: "running" | "finished" | "at rest" | "damaged";
  /** Why a finished run ended. */
  readonly end?: EndReason;
  readonly target: string | undefined;
  readonly fingerprint: string | undefined;
  readonly seed: number | undefined;
  readonly inputs: Readonly<Record<string, string>>;
  /** Processes that took it up. */
  readonly processes: number;
  readonly rows: number;
  /** Replies that were paid for, and those that the cache gave. */
  readonly replies: number;
  readonly cached: number;
  /** Calls without an answer: those in flight when a process died. */
  readonly orphans: number;
  /** Failed calls by error code. */
  readonly faults: Readonly<Record<string, number>>;
  /** List price of the paid replies; undefined when one has no known price. */
  readonly usd: number | undefined;
  readonly elapsedMs: number;
}

/** Folds a journal. `trouble` is what keeps it from being read whole. */
export function summaryOf(
  name: string,
  records: readonly JournalRecord[],
  trouble?: "running" | "damaged",
): RunSummary {
  const end = trouble === undefined ? finishOf(records) : undefined;
  const first = records.find((record) => record.type === "run");
  const replies = records.filter((record) => record.type === "reply");
  const paid = replies.filter((reply) => reply.cached !== true);
  const answered = new Set(
    records.flatMap((record) => (["reply", "fault", "vectors"].includes(record.type) ? [keyOf(record)] : [])),
  );
  const faults: Record<string, number> = {};
  for (const record of records) if (record.type === "fault") faults[record.code] = (faults[record.code] ?? 0) + 1;
  return {
    name,
    state: trouble ?? (end === undefined ? "at rest" : "finished"),
    ...(end !== undefined && { end }),
    target: first?.target,
    fingerprint: first?.fingerprint,
    seed: first?.seed,
    inputs: first?.inputs ?? {},
    processes: records.filter((record) => record.type === "open").length,
    rows: records.filter((record) => record.type === "row").length,
    replies: paid.length,
    cached: replies.length - paid.length,
    orphans: records.filter((record) => record.type === "intent" && !answered.has(record.key)).length,
    faults,
    usd: paid.some((reply) => reply.usd === undefined)
      ? undefined
      : paid.reduce((sum, reply) => sum + (reply.usd ?? 0), 0),
    elapsedMs: records.reduce((most, record) => Math.max(most, "elapsedMs" in record ? record.elapsedMs : 0), 0),
  };
}

function keyOf(record: JournalRecord): string | undefined {
  return "key" in record ? record.key : undefined;
}

/** The list of runs. */
export function runTable(runs: readonly RunSummary[]): readonly string[] {
  return alignColumns(
    [
      ["run", "state", "rows", "paid", "cached", "cost", "time"],
      ...runs.map((run) => [
        oneLine(run.name, 100),
        run.state,
        count(run.rows),
        count(run.replies),
        count(run.cached),
        dollars(run.usd),
        duration(run.elapsedMs),
      ]),
    ],
    [2, 3, 4, 5, 6],
  );
}

/** One run at length. */
export function runLines(run: RunSummary): readonly string[] {
  const faults = Object.entries(run.faults).map(([code, times]) => `${code} ${count(times)}`);
  return [
    ...alignColumns([
      ["run", oneLine(run.name, 100)],
      ["target", oneLine(run.target ?? "unknown", 100)],
      [
        "state",
        `${run.state}${run.end === undefined ? "" : ` (${run.end})`}, taken up by ${run.processes === 1 ? "1 process" : `${count(run.processes)} processes`}`,
      ],
      ["seed", run.seed === undefined ? "unknown" : String(run.seed)],
      ["rows", `${count(run.rows)} scored`],
      ["calls", `${count(run.replies)} paid, ${count(run.cached)} from the cache, ${counted(run.orphans, "orphan")}`],
      ["failed", faults.length === 0 ? "none" : faults.join(", ")],
      ["cost", dollars(run.usd)],
      ["time", duration(run.elapsedMs)],
    ]),
    "inputs",
    ...alignColumns(Object.entries(run.inputs).map(([name, hash]) => ["", name, hash])),
    ...(run.state === "finished" ? [] : [`resume    npx cultivar runs resume ${oneLine(run.name, 100)}`]),
  ];
}
