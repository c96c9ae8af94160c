import type { Candidate, ComponentId, Row } from "@cultivar/core";

/** A candidate that was scored on val. */
export interface Member {
  readonly candidate: Candidate;
  /** Places in the pool; empty for the baseline. */
  readonly parents: readonly number[];
  /** Aligned with the study's val; undefined where unscored. */
  readonly val: readonly (number | undefined)[];
  /** Further goals by name, each larger is better: means over the scored rows. */
  readonly objectives: Readonly<Record<string, number>>;
  /** Mean over the scored rows; -Infinity for none. */
  readonly mean: number;
  /** Which of the text components is next to change when they take turns. */
  readonly turn: number;
}

/** What merges need to remember. */
export interface MergeState {
  /** Merges that an accepted reflection has earned and that were not yet accepted. */
  readonly due: number;
  readonly accepted: number;
  /** Whether the last step added a member by reflection. */
  readonly fresh: boolean;
  /** Pairs with their ancestor that were tried, and what they were composed of. */
  readonly tried: ReadonlySet<string>;
}

/** Everything that one step of the search hands to the next. */
export interface Pool {
  readonly members: readonly Member[];
  readonly merges: MergeState;
  /** Steps in a row that found nothing to try: batches that were solved, replies without a new text. */
  readonly idle: number;
  /** Why proposals were turned down, the latest last. */
  readonly rejected: readonly {
    readonly component: ComponentId;
    readonly candidate: Candidate;
    readonly why: string;
  }[];
}

/** A member from its rows on val. */
export function memberOf(candidate: Candidate, parents: readonly number[], rows: readonly Row[], turn: number): Member {
  const val = rows.map((row) => row.score);
  return { candidate, parents, val, objectives: objectivesOf(rows), mean: meanOf(val), turn };
}

/** Mean of the known values; -Infinity when there is none, so that it is nobody's best. */
export function meanOf(values: readonly (number | undefined)[]): number {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? Number.NEGATIVE_INFINITY : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function objectivesOf(rows: readonly Row[]): Readonly<Record<string, number>> {
  const names = new Set(rows.flatMap((row) => Object.keys(row.objectives ?? {})));
  return Object.fromEntries(
    [...names].map((name) => [name, meanOf(rows.map((row) => row.objectives?.[name]))] as const),
  );
}

/** The place of the member with the highest mean; the earliest of equals. */
export function bestOf(members: readonly Member[]): number {
  return members.reduce((best, { mean }, i) => (mean > members[best]!.mean ? i : best), 0);
}
