import type { Row } from "@cultivar/core";

/** Whether a child's rows on the batch are good enough for a pass over val. */
export interface AcceptRule {
  readonly name: string;
  /** Rows are aligned. */
  accepts(before: readonly Row[], after: readonly Row[]): boolean;
}

/** The sum over rows scored on both sides rose. */
export const improves: AcceptRule = { name: "improves", accepts: (before, after) => gain(before, after) > 0 };

/** The sum did not fall. */
export const holds: AcceptRule = { name: "holds", accepts: (before, after) => gain(before, after) >= 0 };

/** Sum of differences over the rows scored on both sides; NaN when there is none, which accepts nothing. */
function gain(before: readonly Row[], after: readonly Row[]): number {
  const differences = after.flatMap(({ score }, i) => {
    const was = before[i]?.score;
    return score === undefined || was === undefined ? [] : [score - was];
  });
  return differences.length === 0 ? Number.NaN : differences.reduce((sum, difference) => sum + difference, 0);
}
