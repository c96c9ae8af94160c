/** One run of the comparison: what was asked. */
export interface RunSpec {
  readonly world: string;
  readonly optimizer: string;
  readonly seed: number;
  /** Share of metric calls that are flipped, in [0, 1]. */
  readonly noise: number;
  /** Flips that belong to rows instead of calls. */
  readonly persistent: boolean;
  /** Metric calls on train and val that the run may make. */
  readonly budget: number;
  /** Rows of each split. */
  readonly rows: { readonly train: number; readonly val: number; readonly test: number };
}

/** The incumbent's noise-free test score from `evaluations` metric calls on. */
export interface CurvePoint {
  readonly evaluations: number;
  readonly score: number;
}

/** What one run gave. Scores are noise-free means over the test rows, which no run ever sees. */
export interface RunOutcome {
  /** Of the returned candidate. */
  readonly score: number;
  readonly baseline: number;
  readonly optimum: number;
  /** Ascending in evaluations; the baseline holds before the first. Undefined when the incumbent isn't shown. */
  readonly curve?: readonly CurvePoint[];
  /** As counted by whoever serves the metric. */
  readonly metricCalls: number;
  /** As the framework itself reports them, where it does. */
  readonly reportedMetricCalls?: number;
  readonly lmCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** At list prices; undefined where unknown. */
  readonly usd?: number;
  readonly seconds: number;
  /** Why it ended, in the framework's own word. */
  readonly end: string;
}

/** A run that is done: its outcome, or why there is none. A failed run is never a score of 0. */
export type RunRecord = RunSpec & {
  /** Hash of the code that ran: a record is used again only for the same code. */
  readonly code: string;
} & ({ readonly outcome: RunOutcome; readonly error?: never } | { readonly error: string; readonly outcome?: never });

/** What tells runs apart. */
export function specKey({ world, optimizer, seed, noise, persistent, budget, rows }: RunSpec): string {
  return JSON.stringify([world, optimizer, seed, noise, persistent, budget, rows.train, rows.val, rows.test]);
}
