import type { RunOutcome } from "./run-record.ts";

/** A run that shows its incumbent. */
export type Curved = Pick<RunOutcome, "baseline" | "optimum"> & Required<Pick<RunOutcome, "curve">>;

/** Whether a run shows its incumbent. */
export function isCurved<T extends RunOutcome>(outcome: T): outcome is T & Curved {
  return outcome.curve !== undefined;
}

/** Mean noise-free score of the incumbent over the budget: the area under the best-so-far curve, divided by its width. */
export function areaUnder({ baseline, curve }: Curved, budget: number): number {
  let area = 0;
  let at = 0;
  let score = baseline;
  for (const point of curve) {
    const reached = Math.min(point.evaluations, budget);
    area += (reached - at) * score;
    [at, score] = [reached, point.score];
  }
  return (area + (budget - at) * score) / budget;
}

/** How far the incumbent must come: 90 % of the way from baseline to optimum. */
const share = 0.9;

/**
 * Metric calls until the incumbent's noise-free score has covered 90 % of the way from baseline to optimum; the whole
 * budget for runs that never do, undefined where there is no way to go.
 */
export function evaluationsToGoal({ baseline, optimum, curve }: Curved, budget: number): number | undefined {
  if (optimum <= baseline) return undefined;
  const goal = baseline + share * (optimum - baseline);
  return Math.min(budget, curve.find((point) => point.score >= goal)?.evaluations ?? budget);
}

/** The incumbent's score after `evaluations` metric calls. */
export function scoreAt({ baseline, curve }: Curved, evaluations: number): number {
  return curve.findLast((point) => point.evaluations <= evaluations)?.score ?? baseline;
}
