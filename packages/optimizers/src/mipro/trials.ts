import type { Candidate } from "@cultivar/core";
import type { Belief, Scores } from "../beliefs/evidence.ts";
import { chanceAbove, combined, isNearlyScored, meanOf, pairedEvidence } from "../beliefs/evidence.ts";
import type { Observation, Point } from "../samplers/sampler.ts";
import type { Standing } from "./brackets.ts";

/** What is expected of a point before val is looked at. */
export interface Guess {
  /** Its mean over all rows; undefined where none of those that it is made from could be scored. */
  readonly value: number | undefined;
  /** How many train rows it is made from, from 1. */
  readonly asked: number;
}

/** A point that was tried. */
export interface Trial {
  readonly point: Point;
  readonly candidate: Candidate;
  /** On the first rows of the run's order; undefined where a row could not be scored. */
  readonly scores: Scores;
  /** From the failures of its phase, if there were any. */
  readonly guess?: Guess;
}

/** Rows that a trial was scored on, of train and val. */
export function askedOf({ guess, scores }: Trial): number {
  return (guess?.asked ?? 0) + scores.length;
}

/** Standard deviation of what a point gains over the baseline before it was seen, as a share of the metric's range. */
const priorGain = 0.3;
/** A trial whose chance to be better than the best one is below this is scored on no further rows. */
const hopeless = 0.1;
/** What a train row that a text was written for says of all rows, one of val being 1. Chosen on the benchmark, seeds 205 to 216. */
const rehearsed = 0.5;

/** What is believed of a trial's gain over `other`, from the rows that both were scored on. */
export function gainOver(other: Trial, { scores }: Trial, width: number): Belief {
  const prior = { mean: 0, variance: (priorGain * width) ** 2 };
  return combined(prior, pairedEvidence(other.scores.slice(0, scores.length), scores, width));
}

/** The trial that is believed best: by its gain over the first one, the baseline. The earliest of equals. */
export function leaderOf(trials: readonly Trial[], width: number): Trial {
  const gains = trials.map((trial, i) => (i === 0 ? 0 : gainOver(trials[0]!, trial, width).mean));
  return trials[gains.reduce((best, gain, i) => (gain > gains[best]! ? i : best), 0)]!;
}

/**
 * The `count` trials that are believed best, by their gains over the first one, the baseline. Of those that were scored on
 * failures alone it is not known how they do on val: the best guess comes in where nobody else has val rows.
 */
export function finalistsOf(trials: readonly Trial[], count: number, width: number): readonly Trial[] {
  const gain = (trial: Trial): number => (trial === trials[0] ? 0 : gainOver(trials[0]!, trial, width).mean);
  const seen = trials.filter(({ scores }) => scores.length > 0);
  const best = seen.toSorted((a, b) => gain(b) - gain(a)).slice(0, count);
  if (seen.length > 1) return best;
  const guessed = trials.filter(({ guess }) => guess?.value !== undefined);
  return [...guessed.toSorted((a, b) => b.guess!.value! - a.guess!.value!).slice(0, 1), ...best];
}

/**
 * The best by mean among the trials that were asked for all `rows` rows and could be scored on nearly all of them; the
 * baseline, the first, counts as one.
 */
export function championOf(trials: readonly Trial[], rows: number): Trial {
  const complete = trials.filter(
    (trial, i) => i === 0 || (trial.scores.length === rows && isNearlyScored(trial.scores)),
  );
  return complete.reduce((best, trial) => (meanOf(trial.scores) > meanOf(best.scores) ? trial : best));
}

/** Trials as a rule for rows sees them. */
export function standings(trials: readonly Trial[], rows: number, width: number): readonly Standing[] {
  const champion = championOf(trials, rows);
  return trials.map((trial) => ({
    asked: askedOf(trial),
    mean: (level) => expectedOf(trial, level),
    open: chanceAbove(gainOver(champion, trial, width)) >= hopeless,
  }));
}

/** The mean of a trial on its first `level` rows, its guess weighed in; -Infinity when nothing is known. */
function expectedOf({ guess, scores }: Trial, level: number): number {
  if (guess === undefined) return meanOf(scores.slice(0, level));
  const known = scores.slice(0, Math.max(0, level - guess.asked)).filter((score) => score !== undefined);
  const weight = guess.value === undefined ? 0 : rehearsed * guess.asked;
  const sum = known.reduce((total, score) => total + score, weight * (guess.value ?? 0));
  return known.length + weight === 0 ? Number.NEGATIVE_INFINITY : sum / (known.length + weight);
}

/**
 * Trials as a sampler sees them, in shares of the metric's range. A mean over few rows is told as what it says of all:
 * the baseline's mean on all rows, and the trial's difference from it on the rows that it was scored on; before any of val,
 * as its guess.
 */
export function observationsOf(trials: readonly Trial[], worst: number, width: number): readonly Observation[] {
  const { scores: before } = trials[0]!;
  const level = meanOf(before);
  return trials.flatMap(({ point, scores, guess }) => {
    const pairs = scores.flatMap((score, i) =>
      score === undefined || before[i] === undefined ? [] : [score - before[i]],
    );
    if (pairs.length === 0) {
      if (guess?.value === undefined) return [];
      return [{ point, value: (guess.value - worst) / width, rows: Math.max(1, rehearsed * guess.asked) }];
    }
    return [{ point, value: (level + meanOf(pairs) - worst) / width, rows: pairs.length }];
  });
}

/** Whether a trial has the best score, `top`, on every one of `rows` rows: nothing can be better. */
export function isSolved(trials: readonly Trial[], rows: number, top: number): boolean {
  return trials.some(({ scores }) => scores.length === rows && scores.every((score) => score === top));
}

/** Rows that trials were scored on, in all. */
export function rowsOf(trials: readonly Trial[]): number {
  return trials.reduce((sum, trial) => sum + askedOf(trial), 0);
}
