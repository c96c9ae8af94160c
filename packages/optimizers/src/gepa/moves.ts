import type { Candidate, ComponentId, ExampleId, Rng, Row, Study } from "@cultivar/core";
import type { Belief } from "../beliefs/evidence.ts";
import type { Pool, Sighting } from "./pool.ts";

/** What a move works with: one step of the search. */
export interface Desk {
  /** The step's own. */
  readonly study: Study;
  readonly pool: Pool;
  readonly step: number;
  /** The texts that may change. */
  readonly texts: readonly ComponentId[];
  /** Width of the metric's range. */
  readonly width: number;
  stream(label: string): Rng;
}

/** A candidate to be tried. */
export interface Draft {
  readonly candidate: Candidate;
  /** Places in the pool; it is measured against the one that is believed best. */
  readonly parents: readonly number[];
  /** The component that changed; undefined when several did. */
  readonly component?: ComponentId;
  readonly why: string;
  /** A cheap look before it is scored on val. */
  test?(): Promise<Trial>;
}

/** What a cheap look found. */
export interface Trial {
  /** Why it is not worth a look at val; undefined when it is. */
  readonly refusal?: string;
  /** Rows of train that were seen. */
  readonly train?: readonly Row[];
  /** What it lets expect of the gain on the parent. */
  readonly promise?: Belief;
}

/** What a move came up with: a draft, or why it has none; neither when the next move is to have the step. */
export interface Proposed {
  readonly draft?: Draft;
  readonly idle?: string;
  /** What it did instead of proposing something. */
  readonly done?: string;
  /** What was seen of members on the way. */
  readonly seen?: readonly Sighting[];
  /** Train rows on which a proposer was shown a failure. */
  readonly shown?: readonly ExampleId[];
  /** The member whose next text has had its turn. */
  readonly advanced?: number;
  /** What a move is to remember of this step: what it need not try again. */
  readonly tried?: readonly string[];
  /** Merges that were tried; set by merges only. */
  readonly marks?: readonly string[];
}

/** A way to get from what is known to a new candidate. */
export interface Move {
  /** With its settings: part of the run's fingerprint. */
  readonly name: string;
  /** Evaluations that it may use in one step at most, val passes of its draft aside. */
  cost(study: Study): number;
  /** How much it wants the next step: 0 not at all, Infinity before all others, else in proportion. */
  urge(pool: Pool, study: Study): number;
  propose(desk: Desk): Promise<Proposed>;
}
