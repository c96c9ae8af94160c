import type { PhysicalLimit } from "../programs/meter.ts";
import type { ExampleId } from "../values/example.ts";
import { maxUnscoredShare } from "./known-rows.ts";
import type { Row } from "./optimizer.ts";

/** As many rows may fail in any report, however small, without calling it an outage. */
const fewRows = 2;

/** What cut a final report short: a physical limit, an abort, or models that did not answer. */
export type ReportCut = PhysicalLimit | "aborted" | "outage";

/** A final report that is not whole: running the same inputs again scores what is missing, and pays for nothing twice. */
export interface IncompleteReport {
  readonly reason: ReportCut;
  /** Test rows left unscored on either side. */
  readonly rows: readonly ExampleId[];
}

/**
 * Whether test rows are missing for a reason that another run can mend. A limit or an abort always counts; failures of
 * the world count as an outage above the share at which law 4 trusts a candidate no more (5 %), and above two rows, which
 * may be bad luck in any small set. Fewer unscored rows are ordinary, and so are rows that the metric itself throws on:
 * they are noted, and the report is whole.
 */
export function gapsIn(
  baseline: readonly Row[],
  best: readonly Row[],
  limit: PhysicalLimit | undefined,
): IncompleteReport | undefined {
  const missing = baseline.flatMap((row, i) => {
    const failures = [row, best[i]!].flatMap(({ score, failure }) => (score === undefined ? [failure?.code] : []));
    return failures.length === 0 ? [] : [{ id: row.id, failures }];
  });
  const rows = missing.map(({ id }) => id);
  const causedBy = (code: string): boolean => missing.some(({ failures }) => failures.includes(code));
  if (causedBy("aborted")) return { reason: "aborted", rows };
  if (limit !== undefined && causedBy("run-ended")) return { reason: limit, rows };
  const unanswered = missing.filter(({ failures }) => failures.some((code) => code !== "metric"));
  return unanswered.length > Math.max(fewRows, maxUnscoredShare * baseline.length)
    ? { reason: "outage", rows }
    : undefined;
}

/** What to tell the user of it. */
export function gapsRemark({ reason, rows }: IncompleteReport, total: number, cause: string | undefined): string {
  const shown = rows.slice(0, 3).join(", ");
  const others = rows.length > 3 ? ` and ${rows.length - 3} more` : "";
  const why =
    reason === "aborted"
      ? "aborted; run again"
      : reason === "outage"
        ? `the world failed on them: ${cause ?? "no answer"}; run again when it answers`
        : `budget.${reason} ended it; raise it and run again`;
  return `the test report is incomplete: ${rows.length} of ${total} test rows were not scored (${shown}${others}), ${why}, what was paid for is kept`;
}
