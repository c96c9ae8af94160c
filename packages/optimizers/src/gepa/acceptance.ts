import type { Row } from "@cultivar/core";

/** Whether a child's rows on the batch are good enough for a look at val. */
export interface AcceptRule {
  readonly name: string;
  /** Rows are aligned. */
  accepts(before: readonly Row[], after: readonly Row[]): boolean;
}

/** The sum over rows scored on both sides rose. */
export const improves: AcceptRule = { name: "improves", accepts: (before, after) => gainOf(before, after).sum > 0 };

/** The sum did not fall. */
export const holds: AcceptRule = { name: "holds", accepts: (before, after) => gainOf(before, after).sum >= 0 };

/** Sum of differences over the rows scored on both sides, and how many there are; NaN when there is none, which accepts nothing. */
export function gainOf(before: readonly Row[], after: readonly Row[]): { readonly sum: number; readonly rows: number } {
  const differences = after.flatMap(({ score }, i) => {
    const was = before[i]?.score;
    return score === undefined || was === undefined ? [] : [score - was];
  });
  const rows = differences.length;
  return { sum: rows === 0 ? Number.NaN : differences.reduce((sum, difference) => sum + difference, 0), rows };
}
