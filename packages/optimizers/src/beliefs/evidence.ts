import type { Rng } from "@cultivar/core";

/** What is believed of an unknown number: a normal distribution. */
export interface Belief {
  readonly mean: number;
  /** Above 0. */
  readonly variance: number;
}

/** Scores of one candidate on the rows of a list, aligned with it; undefined where unknown. */
export type Scores = readonly (number | undefined)[];

/** A candidate with a larger share of unscored rows can't become incumbent (core, law 4). */
const maxUnscoredShare = 0.05;

/** Whether so few rows could not be scored that a candidate can become incumbent. */
export function isNearlyScored(scores: Scores): boolean {
  return scores.filter((score) => score === undefined).length <= maxUnscoredShare * scores.length;
}

/** Mean of the known values; -Infinity when there is none, so that it is nobody's best. */
export function meanOf(values: Scores): number {
  let sum = 0;
  let n = 0;
  for (const value of values) {
    if (value === undefined) continue;
    sum += value;
    n += 1;
  }
  return n === 0 ? Number.NEGATIVE_INFINITY : sum / n;
}

/**
 * Rows that the variance of differences is taken to have been seen on before any was: a few equal differences must not
 * pass for certainty.
 */
const priorRows = 4;
/** Their standard deviation, as a share of the metric's range: a quarter of the rows of a yes-or-no metric changed. */
const priorDeviation = 0.5;

/** Rows of two candidates, as they come in. */
export interface PairedTally {
  /** A row that is scored on one side only says nothing. */
  add(before: number | undefined, after: number | undefined): void;
  /** What the rows so far say of `after - before`, before any prior on it; undefined without any. */
  belief(): Belief | undefined;
}

/** Counts pairs one by one (Welford, 1962): each costs the same, however many there were. */
export function pairedTally(width: number): PairedTally {
  let n = 0;
  let mean = 0;
  let squares = 0;
  return {
    add(before, after) {
      if (before === undefined || after === undefined) return;
      const difference = after - before;
      const apart = difference - mean;
      n += 1;
      mean += apart / n;
      squares += apart * (difference - mean);
    },
    belief() {
      if (n === 0) return undefined;
      const variance = (squares + priorRows * (priorDeviation * width) ** 2) / (n - 1 + priorRows);
      return { mean, variance: variance / n };
    },
  };
}

/** What the rows scored on both sides say of `after - before`, before any prior on it; undefined without such rows. */
export function pairedEvidence(before: Scores, after: Scores, width: number): Belief | undefined {
  const tally = pairedTally(width);
  for (let i = 0; i < after.length; i++) tally.add(before[i], after[i]);
  return tally.belief();
}

/** Two independent beliefs of one number taken together (the conjugate update of a normal mean). */
export function combined(prior: Belief, evidence: Belief | undefined): Belief {
  if (evidence === undefined) return prior;
  const [a, b] = [1 / prior.variance, 1 / evidence.variance];
  return { mean: (prior.mean * a + evidence.mean * b) / (a + b), variance: 1 / (a + b) };
}

/** P(x > 0). */
export function chanceAbove({ mean, variance }: Belief): number {
  return normalCdf(mean / Math.sqrt(variance));
}

/** E[max(x, 0)]: what is to be gained on average if x is taken only where it is above 0. */
export function expectedGain({ mean, variance }: Belief): number {
  const deviation = Math.sqrt(variance);
  const z = mean / deviation;
  return mean * normalCdf(z) + (deviation * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}

/** The standard normal distribution function, to 7.5e-8 (Abramowitz and Stegun, 26.2.17). */
export function normalCdf(z: number): number {
  const t = 1 / (1 + 0.231_641_9 * Math.abs(z));
  const poly =
    t * (0.319_381_53 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
  const tail = (poly * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
  return z >= 0 ? 1 - tail : tail;
}

/** One draw from a belief (Box and Muller, 1958). */
export function drawFrom({ mean, variance }: Belief, rng: Rng): number {
  const radius = Math.sqrt(-2 * Math.log(1 - rng.next()));
  return mean + Math.sqrt(variance) * radius * Math.cos(2 * Math.PI * rng.next());
}
