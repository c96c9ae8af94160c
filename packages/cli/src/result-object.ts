import type { Artifact, CompileResult, Comparison } from "@cultivar/core";
import { duration, spent } from "./format/quantities.ts";
import type { Report } from "./format/report.ts";
import { worseOnTest } from "./format/report.ts";

/** What a result does not know by itself. */
export interface Circumstances {
  readonly elapsedMs: number;
  /** Answers that earlier processes of the run had journaled. */
  readonly resumed: number;
  readonly artifact: string;
  readonly next: readonly string[];
  readonly simulated: boolean;
}

/** A result as `--json` gives it, and as the closing report shows it. */
export function resultObject(
  result: CompileResult,
  { elapsedMs, resumed, artifact, next, simulated }: Circumstances,
): { readonly object: Readonly<Record<string, unknown>>; readonly report: Report } {
  const { target, improved, val, test, incomplete, end, evaluations, paid, reused, orphans, remarks, learned } = result;
  const reusedCalls = reused.journaled + reused.cached;
  const report: Report = {
    target,
    improved,
    val,
    test,
    incomplete: incomplete?.rows.length ?? 0,
    end,
    evaluations,
    calls: paid.calls,
    resumed,
    reused: reusedCalls,
    orphans,
    cost: `${spent(paid)}${simulated ? " at made-up prices" : ""}`,
    elapsed: duration(elapsedMs),
    simulated,
    learned,
    remarks,
    artifact,
    next,
  };
  const object = {
    target,
    status: "compiled",
    improved,
    worseOnTest: worseOnTest(result),
    val: scores(val),
    test: test === undefined ? null : scores(test),
    incomplete: incomplete ?? null,
    rows: { val: rows(val), test: test === undefined ? null : rows(test) },
    end,
    evaluations,
    calls: paid.calls,
    resumed,
    reused: reusedCalls,
    orphans,
    costUsd: paid.usd ?? null,
    seconds: Math.round(elapsedMs) / 1000,
    artifact,
    simulated,
    learned,
    remarks,
  };
  return { object, report };
}

/** An up-to-date artifact as `--json` gives it: the same keys, and nothing was paid. */
export function storedObject(artifact: Artifact, path: string, simulated: boolean): Readonly<Record<string, unknown>> {
  const { target, improved, val, test, end, evaluations } = artifact;
  return {
    target,
    status: "up-to-date",
    improved,
    worseOnTest: worseOnTest({
      test: test === undefined ? undefined : { ...test, fixed: [], broken: [], unscored: { rows: 0 } },
    }),
    val,
    test: test ?? null,
    end,
    evaluations,
    calls: 0,
    costUsd: 0,
    artifact: path,
    simulated,
  };
}

function scores({ baseline, best, difference }: Comparison): Readonly<Record<string, unknown>> {
  return { baseline, best, difference };
}

function rows({ fixed, broken, unscored }: Comparison): Readonly<Record<string, unknown>> {
  return { fixed, broken, unscored };
}
