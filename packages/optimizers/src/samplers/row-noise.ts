import type { Observation } from "./sampler.ts";

/** What the values of a history say of its points before any model: a random-effects mean (DerSimonian and Laird, 1986). */
export interface RowNoise {
  /** Of the points: each weighs the more, the better it is known. */
  readonly mean: number;
  /** Variance of the true values of points around `mean`; above 0. */
  readonly between: number;
  /** Variance of the scores of one point's rows around its true value, at most; above 0. */
  readonly perRow: number;
  /** Each value, moved towards `mean` as far as its rows leave in doubt (empirical Bayes). */
  readonly shrunk: readonly number[];
}

/** Standard deviations below this share of the metric's range are taken for it: nothing is known without doubt. */
const leastDeviation = 0.01;
/** Of the observed variance, what is left to the points at least, however much of it noise could explain. */
const leastShare = 0.1;

/**
 * Tells differences of points from noise of rows. Scores in [0, 1] have a variance of at most mean (1 - mean), which is what
 * yes-or-no scores have: that is taken for `perRow`, so graded scores are shrunk too far rather than too little.
 * `history` holds at least one observation.
 */
export function rowNoise(history: readonly Observation[]): RowNoise {
  const plain = averageOf(history.map(({ value }) => value));
  const inside = Math.min(1, Math.max(0, plain));
  const perRow = Math.max(inside * (1 - inside), leastDeviation ** 2);
  const squares = history.reduce((sum, { value }) => sum + (value - plain) ** 2, 0);
  const spread = squares / Math.max(1, history.length - 1);
  const byNoise = perRow * averageOf(history.map(({ rows }) => 1 / rows));
  const between = Math.max(spread - byNoise, leastShare * spread, leastDeviation ** 2);
  let sum = 0;
  let weights = 0;
  for (const { value, rows } of history) {
    const weight = 1 / (between + perRow / rows);
    sum += weight * value;
    weights += weight;
  }
  const mean = sum / weights;
  const shrunk = history.map(({ value, rows }) => mean + ((value - mean) * between) / (between + perRow / rows));
  return { mean, between, perRow, shrunk };
}

function averageOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
