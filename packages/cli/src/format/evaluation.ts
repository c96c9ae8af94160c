import type { Estimate, Evaluation } from "@cultivar/core";
import { count, counted, scoreWithError, spent, together } from "./quantities.ts";
import { alignColumns } from "./table.ts";

/** One target's scores on one split: the baseline's, and the artifact's when there is one. */
export interface Evaluated {
  readonly target: string;
  readonly split: string;
  readonly simulated: boolean;
  readonly baseline: Evaluation;
  readonly best: Evaluation | undefined;
  /** Artifact minus baseline, paired. */
  readonly difference: Estimate | undefined;
  readonly fixed: readonly string[];
  readonly broken: readonly string[];
}

/** What `cultivar eval` says of one target. */
export function evalLines({
  target,
  split,
  simulated,
  baseline,
  best,
  difference,
  fixed,
  broken,
}: Evaluated): readonly string[] {
  const models = simulated ? " (simulated models)" : "";
  const row = (name: string, { score, unscored, failures }: Evaluation): readonly string[] => [
    name,
    scoreWithError(score),
    String(score.n),
    [
      ...(failures > 0 ? [counted(failures, "failure")] : []),
      ...(unscored > 0 ? [`${count(unscored)} unscored`] : []),
    ].join(", "),
  ];
  const worse = difference?.mean !== undefined && difference.mean < 0 ? "the artifact is worse: " : "";
  const gain =
    difference === undefined
      ? "no artifact to compare with"
      : `${worse}${scoreWithError(difference, { signed: true })} paired over n=${difference.n}`;
  const paid = together([baseline.spend, ...(best === undefined ? [] : [best.spend])]);
  return [
    `${target} on ${split}: ${gain}${models}`,
    ...alignColumns(
      [["", "score", "n", ""], row("baseline", baseline), ...(best === undefined ? [] : [row("artifact", best)])],
      [2],
    ),
    ...(best === undefined ? [] : [`${count(fixed.length)} wrong -> right, ${count(broken.length)} right -> wrong`]),
    `paid ${counted(paid.calls, "call")}, ${spent(paid)}${simulated ? " at made-up prices" : ""}`,
  ];
}

/** The same as an object. */
export function evalObject({ baseline, best, ...rest }: Evaluated): Readonly<Record<string, unknown>> {
  const part = ({ score, unscored, failures, spend }: Evaluation): Readonly<Record<string, unknown>> => ({
    score,
    unscored,
    failures,
    calls: spend.calls,
    costUsd: spend.usd ?? null,
  });
  return {
    ...rest,
    difference: rest.difference ?? null,
    baseline: part(baseline),
    artifact: best === undefined ? null : part(best),
  };
}
