import type { MetricLike } from "../judging/metric.ts";
import type { ResponseCache } from "../programs/cache.ts";
import type { Budget } from "../programs/meter.ts";
import type { Need } from "../programs/module.ts";
import type { Clock } from "../ground/clock.ts";
import type { ExampleRow } from "../values/example.ts";
import type { Models } from "../values/language-model.ts";
import type { Rows } from "../values/split.ts";
import type { Gate } from "./gate.ts";
import type { JournalStore } from "./journal.ts";
import type { Optimizer } from "./optimizer.ts";

/** The three splits. No val: cut from train by seed, and said. No test: the report says so. Optimizers never see test. */
export interface Data<E extends ExampleRow> {
  readonly train: Rows<E, "train">;
  readonly val?: Rows<E, "val"> | undefined;
  readonly test?: Rows<E, "test"> | undefined;
  /** The same input in two splits is an error unless this says "allow". */
  readonly overlap?: "error" | "allow";
}

/**
 * By component id: the values to choose among (the first is the baseline's), `true` for every choice there is, or
 * `false` to hold a text or demo set at its initial value.
 */
export type Vary = Readonly<Record<string, boolean | readonly string[]>>;

/** What a search is made from: every field but the last two changes its result, and is in the fingerprint. */
export interface SearchOptions<E extends ExampleRow, O> {
  readonly metric: MetricLike<NoInfer<E>, NoInfer<O>>;
  readonly data: Data<E>;
  readonly optimizer: Optimizer;
  /** Default 0, which is a seed like any other. */
  readonly seed?: number;
  readonly vary?: Vary;
  /** When a better candidate is returned instead of the baseline; default `oneStandardError`. */
  readonly gate?: Gate;
  /** Stop once the incumbent's val mean reaches this. */
  readonly targetScore?: number;
  /** Stop after this many evaluations without a new incumbent. */
  readonly patience?: number;
  /** At least one limit. Not part of the fingerprint: raising it continues the run. */
  readonly budget: Budget;
  /** Rows evaluated at once, at most; never changes the result. Default 16. */
  readonly concurrency?: number;
}

/** Where a run is kept, what it is called, and what it stands on: nothing here changes where a search goes. */
export interface RunOptions {
  /** The run's name in the journal, beside the fingerprint. Default: the program's name. */
  readonly name?: string;
  /** Resume exactly this run; refuses with a `stale` error when the inputs have changed since. */
  readonly run?: string;
  /**
   * What stands for the code behind the program and the metric: one text that changes with it, or a hash by file name,
   * so that a message can name the files that changed. Without it function sources are hashed, with a warning.
   */
  readonly fingerprint?: string | Readonly<Record<string, string>>;
  readonly journal?: JournalStore;
  readonly cache?: ResponseCache;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/** What a run is made from, as one flat object: the one that a config holds. */
export interface TargetOptions<E extends ExampleRow, O> extends SearchOptions<E, O>, RunOptions {}

/** A target of a program that needs models, or of one that does not. */
export type Target<E extends ExampleRow, O, N extends Need = "models"> = TargetOptions<E, O> &
  (N extends "models" ? { readonly models: Models } : { readonly models?: Models });
