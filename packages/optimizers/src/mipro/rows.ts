import { wholeNumber } from "../demos/limits.ts";

/** What is known of a trial that may be scored on more rows. */
export interface Standing {
  /** Rows that it was scored on, the first so many of the run's order. */
  readonly asked: number;
  /** Its mean over the first `rows` rows. */
  mean(rows: number): number;
  /** Whether it may still turn out to be the best. */
  readonly open: boolean;
}

/** How many val rows a trial is scored on at first, and which trials are scored on more. */
export interface RowsRule {
  /** With its settings: part of the run's fingerprint. */
  readonly name: string;
  /** Rising numbers of rows; the last one is `rows`, all of val. */
  levels(rows: number): readonly number[];
  /** Places of the trials that go up to their next level, the most promising first. */
  promoted(trials: readonly Standing[], levels: readonly number[]): readonly number[];
}

/** All of val at once. */
export const fullRows: RowsRule = { name: "fullRows", levels: (rows) => [rows], promoted: () => [] };

export interface HalvingOptions {
  /** Rows of the first level, from 1. Default 6. */
  readonly least?: number;
  /** How many times as many rows the next level has; and one trial in so many goes up. From 2. Default 2. */
  readonly factor?: number;
}

/**
 * Successive halving over rows, without barriers: of the trials that reached a level, the best one in `factor` goes on to
 * the next, so that most rows are spent on what is promising, and whoever gets to the end is scored on all of val. All
 * trials see the rows in the same order, and are compared on the same ones.
 * Source: Li et al., 2020, "A System for Massively Parallel Hyperparameter Tuning" (ASHA, algorithm 2); Jamieson and
 * Talwalkar, 2016. Throws `config` errors for options out of range.
 */
export function halving(options: HalvingOptions = {}): RowsRule {
  const least = wholeNumber("mipro", "least of halving", options.least ?? 6, 1);
  const factor = wholeNumber("mipro", "factor of halving", options.factor ?? 2, 2);
  return {
    name: `halving(${least}, ${factor})`,
    levels(rows) {
      const levels: number[] = [];
      // a level that is nearly all of val saves nothing
      for (let level = least; level * Math.sqrt(factor) < rows; level *= factor) levels.push(level);
      return [...levels, rows];
    },
    promoted(trials, levels) {
      const found: number[] = [];
      for (const level of levels.slice(0, -1).toReversed()) {
        const there = trials.flatMap(({ asked }, i) => (asked >= level ? [i] : []));
        const means = new Map(there.map((i) => [i, trials[i]!.mean(level)]));
        const best = there.toSorted((a, b) => means.get(b)! - means.get(a)! || a - b);
        const up = best.slice(0, Math.floor(there.length / factor));
        found.push(...up.filter((i) => trials[i]!.asked === level && trials[i]!.open));
      }
      return found;
    },
  };
}
