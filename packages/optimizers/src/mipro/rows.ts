import { CultivarError } from "@cultivar/core";
import { wholeNumber } from "../demos/limits.ts";
import type { Ladder } from "./brackets.ts";
import { leastRows } from "./brackets.ts";

/** How many rows a trial is scored on at first, and how many trials are scored on more. */
export interface RowsRule {
  /** With its settings: part of the run's fingerprint. */
  readonly name: string;
  /** Rising numbers of rows; the last one is `rows`, all of val. */
  levels(rows: number): readonly number[];
  /** One trial in so many goes on from each level to the next; from 2. */
  readonly factor: number;
  /** How many train rows that the best one fails on come before those of val, from 0; no more than the first level counts. Default 0. */
  readonly failures?: number;
}

/** All of val at once. */
export const fullRows: RowsRule = { name: "fullRows", levels: (rows) => [rows], factor: 2 };

/** Train rows that may come first: none where all of val is seen at once, few where val is small, no more than a first level. */
export function mostFailures(rows: RowsRule, val: number): number {
  const [first, second] = rows.levels(val);
  return second === undefined ? 0 : Math.min(rows.failures ?? 0, Math.floor(val / 8), first!);
}

/** Rows without which no bracket begins, whatever number of `failures` at most there will be. */
export function leastRowsOf(rows: RowsRule, val: number, failures: number): number {
  return Math.max(...laddersOf(rows, val, failures).map(leastRows));
}

/** By how many failures there are, from none to so many. */
export function laddersOf(rows: RowsRule, val: number, failures: number): readonly Ladder[] {
  return Array.from({ length: failures + 1 }, (_, wrong) => ladderOf(rows, val, wrong));
}

/** The levels of trials that are scored on `failures` train rows and then on `val` others. */
export function ladderOf(rows: RowsRule, val: number, failures: number): Ladder {
  return { levels: rows.levels(failures + val), factor: rows.factor };
}

export interface HalvingOptions {
  /** Rows of the first level, from 1. Default 6. */
  readonly least?: number;
  /** How many times as many rows the next level has; and one trial in so many goes up. From 2. Default 2. */
  readonly factor?: number;
  /** How many train rows that the best one fails on come before those of val, from 0; no more than `least`, its default. */
  readonly failures?: number;
}

/**
 * Successive halving over rows: points begin in brackets, as many as a round's share of the budget pays for, and of those
 * that reached a level the best one in `factor` goes on to the next, so that most rows are spent on what is promising. All
 * trials see the rows in the same order, and are compared on the same ones. Without waiting for a bracket (ASHA) the first
 * points of a round would go up as the best of two or three: on 200 val rows they took all of its rows. What a point is first
 * scored on are `failures`: where most rows are right already, a few others tell nobody apart.
 * Source: Jamieson and Talwalkar, 2016, "Non-stochastic Best Arm Identification and Hyperparameter Optimization"
 * (arXiv 1502.07943, algorithm 1). Throws `config` errors for options out of range.
 */
export function halving(options: HalvingOptions = {}): RowsRule {
  const least = wholeNumber("mipro", "least of halving", options.least ?? 6, 1);
  const factor = wholeNumber("mipro", "factor of halving", options.factor ?? 2, 2);
  const failures = wholeNumber("mipro", "failures of halving", options.failures ?? least, 0);
  if (failures > least)
    throw new CultivarError("config", `mipro: failures of halving must be at most least, ${least}, got ${failures}`);
  return {
    name: `halving(${least}, ${factor}, ${failures})`,
    levels(rows) {
      const levels: number[] = [];
      // a level that is nearly all of val saves nothing
      for (let level = least; level * Math.sqrt(factor) < rows; level *= factor) levels.push(level);
      return [...levels, rows];
    },
    factor,
    failures,
  };
}
