import type { Estimate } from "../ground/stats.ts";
import type { LogicalCalls } from "../programs/gateway.ts";
import type { Spend } from "../programs/meter.ts";
import type { Candidate, ComponentId } from "../values/component.ts";
import type { ExampleId } from "../values/example.ts";
import type { Row } from "./optimizer.ts";
import type { IncompleteReport } from "./report-gaps.ts";

/** Why a run ended. The first four are logical and repeat exactly; the others are physical. */
export type EndReason =
  "done" | "evaluations" | "target" | "plateau" | "stalled" | "calls" | "tokens" | "usd" | "seconds" | "aborted";

/** Baseline and best on the same rows, and their paired difference (best minus baseline). */
export interface Comparison {
  readonly baseline: Estimate;
  readonly best: Estimate;
  readonly difference: Estimate;
  /** Rows that changed sides of the middle of the metric's range. */
  readonly fixed: readonly ExampleId[];
  readonly broken: readonly ExampleId[];
  /** Rows left unscored on either side, with the cause of the first. */
  readonly unscored: { readonly rows: number; readonly cause?: string };
}

/** A candidate in the run's history. */
export interface LineageEntry {
  readonly candidate: Candidate;
  readonly hash: string;
  /** Hashes of its parents. */
  readonly parents: readonly string[];
  readonly component?: ComponentId;
  readonly why: string;
  /** Evaluations used when it was proposed. */
  readonly at: number;
  /** On all of val, once it was scored there. */
  readonly val?: Estimate;
}

/** What a run gives back. Logical figures are the same on every run; paid ones are what this journal paid. */
export interface CompileResult {
  readonly target: string;
  readonly candidate: Candidate;
  readonly baseline: Candidate;
  /** True when the candidate passed the gate; otherwise `candidate` is the baseline. */
  readonly improved: boolean;
  readonly val: Comparison;
  /** Undefined without a test split. */
  readonly test: Comparison | undefined;
  /** Set when a limit, an abort or an outage cut the final report short; `test` then holds what there is. */
  readonly incomplete: IncompleteReport | undefined;
  /** Why the search ended; `aborted` also when the report was. */
  readonly end: EndReason;
  readonly evaluations: number;
  readonly logical: LogicalCalls;
  readonly paid: Spend;
  readonly reused: { readonly journaled: number; readonly cached: number };
  /** Calls that an earlier process of this run sent and never saw answered: they may have been paid for. */
  readonly orphans: number;
  /** Every candidate scored on all of val, in the order of the run's history. */
  readonly candidates: readonly {
    readonly candidate: Candidate;
    readonly hash: string;
    readonly rows: readonly Row[];
  }[];
  readonly lineage: readonly LineageEntry[];
  /** Candidates that are best on at least one val row, by hash. */
  readonly front: readonly string[];
  /** What the returned candidate knows that the baseline did not, in plain sentences, with the step that found it. */
  readonly learned: readonly string[];
  /** What the user should know: the cut of val from train, unknown prices, a missing test split, optimizer remarks. */
  readonly remarks: readonly string[];
  readonly fingerprint: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly seed: number;
}

/** What happens while a run goes on; for progress lines. */
export type RunEvent =
  | {
      readonly type: "start";
      readonly target: string;
      readonly fingerprint: string;
      /** Answers that earlier processes journaled. */
      readonly resumed: number;
      /** Why the run ended, when an earlier process finished it; absent for a new run and an interrupted one. */
      readonly finished?: EndReason;
      readonly orphans: number;
      readonly plan: Plan;
    }
  | {
      readonly type: "evaluated";
      readonly evaluations: number;
      readonly split: "train" | "val";
      readonly rows: number;
      readonly unscored: number;
    }
  | {
      readonly type: "incumbent";
      readonly candidate: Candidate;
      readonly val: Estimate;
      readonly baseline: Estimate;
      readonly evaluations: number;
    }
  | { readonly type: "proposal"; readonly hash: string; readonly why: string }
  | { readonly type: "progress"; readonly evaluations: number; readonly spend: Spend; readonly elapsedMs: number }
  | {
      readonly type: "retry";
      readonly model: string;
      readonly attempt: number;
      readonly delayMs: number;
      readonly code: string;
      readonly message: string;
    }
  | { readonly type: "remark"; readonly text: string }
  | { readonly type: "end"; readonly reason: EndReason; readonly evaluations: number }
  | { readonly type: "testing"; readonly rows: number };

/** What a run is expected to need, before the first paid call. */
export interface Plan {
  readonly evaluations: number | undefined;
  /** Calls of the program and of the final report; proposer calls come on top. */
  readonly calls: number | undefined;
  readonly usd: number | undefined;
  readonly testRows: number;
  readonly unpriced: readonly string[];
}
