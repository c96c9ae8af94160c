import { numberFrom, wholeNumber } from "../demos/limits.ts";
import type { Pool } from "./pool.ts";
import { championOf } from "./pool.ts";

/** Ends the search before its budget does. */
export interface StopRule {
  /** With its settings: part of the run's fingerprint. */
  readonly name: string;
  /** Why to stop now, in words that follow "gepa: stopped: "; undefined to go on. `top` is the best of the metric's range. */
  why(pool: Pool, top: number): string | undefined;
}

/** After `steps` steps in a row that found nothing to try: batches that were solved, replies without a new text. */
export function whenDry(steps = 20): StopRule {
  wholeNumber("gepa", "the steps of whenDry", steps, 1);
  return {
    name: `whenDry(${steps})`,
    why: ({ idle, idleWhy }) =>
      idle < steps ? undefined : `${idle} steps in a row found nothing to try; of the last one: ${idleWhy}`,
  };
}

/**
 * When a candidate has the best score there is on every val row that could be scored: nothing can take its place as incumbent,
 * unless a second look takes it down.
 */
export const whenSolved: StopRule = {
  name: "whenSolved",
  why({ members }, top) {
    // rows one by one: a mean of scores such as 0.7 may miss 0.7
    const scored = championOf(members).val.filter((score) => score !== undefined);
    return scored.length > 0 && scored.every((score) => score >= top) ? "every val row has the best score" : undefined;
  },
};

/** After `steps` steps in which the same member was believed best. */
export function onPlateau(steps: number): StopRule {
  wholeNumber("gepa", "the steps of onPlateau", steps, 1);
  return {
    name: `onPlateau(${steps})`,
    why: ({ stale }) => (stale < steps ? undefined : `nothing better was found in ${stale} steps`),
  };
}

/**
 * When a further proposal is expected to gain less than `least`, in units of the score: the mean of what the last
 * `proposals` added to the best one, most of them nothing. Throws a `config` error for numbers out of range.
 */
export function whenLittleToGain(least: number, proposals = 12): StopRule {
  numberFrom("gepa", "the least gain of whenLittleToGain", least, 0);
  wholeNumber("gepa", "the proposals of whenLittleToGain", proposals, 1);
  return {
    name: `whenLittleToGain(${least}, ${proposals})`,
    why({ gains }) {
      if (gains.length < proposals) return undefined;
      const mean = gains.slice(-proposals).reduce((sum, gain) => sum + gain, 0) / proposals;
      return mean >= least
        ? undefined
        : `the last ${proposals} proposals gained ${Number(mean.toPrecision(2))} each on average, less than ${least}`;
    },
  };
}
