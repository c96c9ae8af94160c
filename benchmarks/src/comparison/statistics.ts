import { estimate } from "@cultivar/core";
import jstat from "jstat";

/** A mean with half the width of its 95 % interval by Student's t; the width is undefined below two values. */
export interface Interval {
  readonly mean: number;
  readonly half: number | undefined;
  readonly n: number;
}

/** Mean and 95 % interval; undefined for no values. */
export function interval(values: readonly number[]): Interval | undefined {
  const { mean, standardError, n } = estimate(values);
  if (mean === undefined) return undefined;
  return { mean, half: standardError === undefined ? undefined : jstat.studentt.inv(0.975, n - 1) * standardError, n };
}

/** A paired comparison: the mean difference, its interval, and the two-sided p of the paired t test. */
export interface Paired extends Interval {
  /** 1 when all differences are 0; undefined below two pairs. */
  readonly p: number | undefined;
}

/** `after - before`, aligned; undefined for no pairs. Throws a `RangeError` when the lists differ in length. */
export function paired(before: readonly number[], after: readonly number[]): Paired | undefined {
  if (before.length !== after.length)
    throw new RangeError(`paired: expected lists of equal length, got ${before.length} and ${after.length}`);
  const differences = after.map((value, i) => value - before[i]!);
  const found = interval(differences);
  return found === undefined ? undefined : { ...found, p: twoSided(differences) };
}

function twoSided(differences: readonly number[]): number | undefined {
  const { mean, standardError, n } = estimate(differences);
  if (mean === undefined || standardError === undefined) return undefined;
  if (standardError === 0) return mean === 0 ? 1 : 0;
  return 2 * (1 - jstat.studentt.cdf(Math.abs(mean / standardError), n - 1));
}

/** Holm's step-down adjustment: p values, aligned, that may be held against one level together (Holm, 1979). */
export function holm(ps: readonly number[]): readonly number[] {
  const order = ps.map((p, i) => ({ p, i })).toSorted((a, b) => a.p - b.p);
  const adjusted: number[] = Array.from({ length: ps.length }, () => 1);
  let highest = 0;
  order.forEach(({ p, i }, rank) => {
    highest = Math.max(highest, Math.min(1, p * (ps.length - rank)));
    adjusted[i] = highest;
  });
  return adjusted;
}

/** Ranks from 1 for the highest value; ties share their mean rank. */
export function ranks(values: readonly number[]): readonly number[] {
  return values.map((value) => {
    const above = values.filter((other) => other > value).length;
    const equal = values.filter((other) => other === value).length;
    return above + (equal + 1) / 2;
  });
}

/**
 * Nemenyi's critical difference of mean ranks at 5 %, for `contestants` over `blocks` worlds (Demšar, 2006, equation 2
 * and table 5): two whose mean ranks differ by less are not told apart.
 */
export function criticalDifference(contestants: number, blocks: number): number {
  // the studentized range with infinite degrees of freedom
  const q = jstat.tukey.inv(0.95, contestants, 1e6) / Math.SQRT2;
  return q * Math.sqrt((contestants * (contestants + 1)) / (6 * blocks));
}

/** The middle value, or the mean of the two in the middle; undefined for none. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return undefined;
  return Number.isInteger(middle) ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)];
}
