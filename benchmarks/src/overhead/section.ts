import type { Figure } from "./measure.ts";

/** A figure that was promised, and what was measured. */
export interface Goal {
  readonly name: string;
  readonly goal: string;
  readonly measured: number;
  readonly unit: string;
  readonly met: boolean;
}

/** One line of a section's table. */
export interface Line {
  readonly name: string;
  readonly figures: Readonly<Record<string, Figure>>;
}

/** What one section of the benchmark found. */
export interface Section {
  readonly name: string;
  /** How it was measured, in a line. */
  readonly method: string;
  readonly lines: readonly Line[];
  readonly goals: readonly Goal[];
}

/** How much work to put in. */
export interface Effort {
  readonly quick: boolean;
  /** CPU seconds at most for one run of `scale` or `search`; what a stopped run did not reach is left out of the table. */
  readonly capSeconds?: number;
}

/** A goal of the form "at most". */
export function atMost(name: string, measured: number, limit: number, unit: string): Goal {
  return { name, goal: `at most ${limit} ${unit}`.trim(), measured, unit, met: measured <= limit };
}

/** A goal of the form "at least". */
export function atLeast(name: string, measured: number, limit: number, unit: string): Goal {
  return { name, goal: `at least ${limit} ${unit}`.trim(), measured, unit, met: measured >= limit };
}
