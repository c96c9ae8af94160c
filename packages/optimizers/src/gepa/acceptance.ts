import type { Row } from "@cultivar/core";

/** Whether a child's rows on the batch are good enough for a look at val. */
export interface AcceptRule {
  readonly name: string;
  /** Rows are aligned. */
  accepts(before: readonly Row[], after: readonly Row[]): boolean;
}

/** The sum over rows scored on both sides rose. No error rate: what it lets pass is tested on val. */
export const improves: AcceptRule = { name: "improves", accepts: (before, after) => gainOf(before, after).sum > 0 };

/** The sum did not fall. */
export const holds: AcceptRule = { name: "holds", accepts: (before, after) => gainOf(before, after).sum >= 0 };

/** What is left of a sum by rounding alone, as a share of the sum of its terms' sizes. */
const rounding = 1e-12;

/**
 * Sum of differences over the rows scored on both sides, 0 when only rounding keeps it from 0, and how many rows there are;
 * NaN when there is none, which accepts nothing.
 */
export function gainOf(before: readonly Row[], after: readonly Row[]): { readonly sum: number; readonly rows: number } {
  const differences = after.flatMap(({ score }, i) => {
    const was = before[i]?.score;
    return score === undefined || was === undefined ? [] : [score - was];
  });
  const rows = differences.length;
  if (rows === 0) return { sum: Number.NaN, rows };
  const sum = differences.reduce((total, one) => total + one, 0);
  const size = differences.reduce((total, one) => total + Math.abs(one), 0);
  return { sum: Math.abs(sum) <= rounding * size ? 0 : sum, rows };
}
