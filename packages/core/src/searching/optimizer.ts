import type { Rng } from "../ground/rng.ts";
import type { Estimate } from "../ground/stats.ts";
import type { Sketch } from "../programs/module.ts";
import type { Failure, Row } from "../judging/score-row.ts";
import type { Candidate, ComponentId, Space } from "../values/component.ts";
import type { DemoRow } from "../values/demo.ts";
import type { Example, ExampleId } from "../values/example.ts";
import type { Request, Response } from "../values/language-model.ts";

export type { Failure, Row };

/**
 * Asks for one candidate on some rows. `sample` (0 to 999, default 0) is which repeated observation of them this is.
 * Charged: one evaluation per (candidate, row, sample) first asked for in this run, admitted whole.
 */
export type Ask = { readonly candidate: Candidate; readonly ids: readonly ExampleId[]; readonly sample?: number } & (
  { readonly split: "train"; readonly capture: "score" | "trace" } | { readonly split: "val" }
);

/** The answer: rows aligned with `ask.ids`. */
export interface Tell {
  readonly rows: readonly Row[];
}

/** A candidate scored on all of val. */
export interface Scored {
  readonly candidate: Candidate;
  readonly val: Estimate;
  /** Aligned with `study.val`; a row observed more than once has the mean of its observations. */
  readonly rows: readonly Row[];
}

/** What an optimizer tells the run's lineage. */
export type Note =
  | {
      readonly type: "proposal";
      readonly candidate: Candidate;
      readonly parents: readonly Candidate[];
      /** The component that changed; undefined when several did. */
      readonly component?: ComponentId;
      readonly why: string;
    }
  /** Something worth telling the user, once. */
  | { readonly type: "remark"; readonly text: string };

/** The roles of proposer calls; `models.reflect` answers "reflect" (else `default`), `models.judge` answers "judge". */
export type Role = "default" | "reflect" | "judge";

/** What an optimizer sees of a run. It asks, and is told; test is out of its reach. */
export interface Study {
  readonly space: Space;
  /** The seed candidate: every component's initial value; already scored on all of val. */
  readonly baseline: Candidate;
  readonly sketch: Sketch;
  /** Rows may be shown to proposers. */
  readonly train: readonly Example[];
  /** Ids only: content never reaches a proposer. */
  readonly val: readonly ExampleId[];
  /** [worst, best] of the metric. */
  readonly range: readonly [number, number];
  /** Rejects with `run-ended` when the run is over (no optimizer may swallow that), with `candidate` for one outside the space. */
  evaluate(ask: Ask): Promise<Tell>;
  /** A proposer call. Equal requests get sample indexes 0, 1, 2, ... in call order. */
  generate(role: Role, request: Request): Promise<Response>;
  /** Names of the embedders in `models.embedders`, in the order given. */
  readonly embedders: readonly string[];
  /**
   * One vector per text, in order, all of one length and of finite numbers, by the embedder of that name. Texts of train
   * rows and proposals are at hand. Equal lists of texts are one call of the run; a list of none is no call. Rejects with
   * `run-ended` when the run is over, with `config` for a name that is not among `embedders`.
   */
  embed(embedder: string, texts: readonly string[]): Promise<readonly (readonly number[])[]>;
  /** The stream named by the run's seed and `label`. */
  rng(label: string): Rng;
  /** Evaluations left at this logical step; Infinity without such a budget. */
  remaining(): number;
  /** The incumbent at this logical step. */
  best(): Scored;
  /** A labelled train row as a demo of the demo component `id`; undefined when its `expected` does not fit that module. */
  labelledDemo(id: ComponentId, example: Example): DemoRow | undefined;
  note(note: Note): void;
  readonly signal: AbortSignal;
}

/** Owns its search and nothing else. Returns when it has nothing more to ask. */
export interface Optimizer {
  readonly name: string;
  /** Its options as JSON, for the run's fingerprint. */
  readonly options?: unknown;
  run(study: Study): Promise<void>;
}
