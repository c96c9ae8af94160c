import type { Candidate, ComponentId, ExampleId, Row } from "@cultivar/core";
import { candidateHash } from "@cultivar/core";
import type { Belief, Scores } from "../beliefs/evidence.ts";
import { combined, isNearlyScored, meanOf, pairedEvidence } from "../beliefs/evidence.ts";

/** A candidate that was kept. */
export interface Member {
  readonly candidate: Candidate;
  readonly hash: string;
  /** Places in the pool; empty for the baseline. */
  readonly parents: readonly number[];
  /** The parent that it was measured against: the better one. */
  readonly base: number | undefined;
  /** Aligned with the study's val; undefined where not scored. */
  readonly val: Scores;
  /** Aligned with val: which rows it was run on, scored or not. */
  readonly asked: readonly boolean[];
  /** Further goals by name, each larger is better: means over the scored val rows. */
  readonly objectives: Readonly<Record<string, number>>;
  /** The same by val row; undefined where there are none. */
  readonly rowObjectives: readonly (Row["objectives"] | undefined)[];
  /** Mean over the scored val rows; -Infinity for none. */
  readonly mean: number;
  /** The train rows that it was seen on, with their scores. */
  readonly train: ReadonlyMap<ExampleId, number>;
  /** What was believed of its gain on its base before it was seen on val. */
  readonly promise: Belief;
  /** What is believed of its mean score: shrunken towards what its parent and its promise let expect. */
  readonly quality: Belief;
  /** Which of the text components is next to change when they take turns. */
  readonly turn: number;
}

/** What merges need to remember. */
export interface MergeState {
  /** Each accepted draft that was no merge earns one: how many merges were accepted by then. */
  readonly earnedAt: readonly number[];
  readonly accepted: number;
  /** Whether the last step added a member that was no merge. */
  readonly fresh: boolean;
  /** Pairs with their ancestor that were tried, and what they were composed of. */
  readonly tried: ReadonlySet<string>;
}

/** A proposal that was turned down. */
export interface Refusal {
  /** Undefined when several changed. */
  readonly component?: ComponentId;
  readonly candidate: Candidate;
  readonly hash: string;
  readonly why: string;
  /** It may hold words of held-out rows: no proposer may see it. */
  readonly withheld?: true;
}

/** How often something was tried, and how often it gave a better member. */
export interface TrackRecord {
  readonly tries: number;
  readonly wins: number;
}

/** Everything that one step of the search hands to the next. */
export interface Pool {
  readonly members: readonly Member[];
  readonly merges: MergeState;
  /** Steps in a row that found nothing to try: batches that were solved, replies without a new text. */
  readonly idle: number;
  /** Why the last of them had nothing. */
  readonly idleWhy: string;
  /** Steps since a member became the believed best. */
  readonly stale: number;
  /** What was turned down, the latest last. */
  readonly rejected: readonly Refusal[];
  /** By name of a move, and by `component <id>`. */
  readonly records: ReadonlyMap<string, TrackRecord>;
  /** What moves remember, by marks of their own. */
  readonly tried: ReadonlySet<string>;
  /** How often a failure on a train row was shown to a proposer. */
  readonly shown: ReadonlyMap<ExampleId, number>;
  /** What each proposal so far added to the best belief: 0 for most. */
  readonly gains: readonly number[];
  /** Evaluations left after the last step. */
  readonly left: number;
  /** Evaluations kept for a last look, since a member was lucky; 0 before. */
  readonly kept: number;
  /** Steps so far. */
  readonly steps: number;
}

/** What a step saw of a member that was there before it. */
export interface Sighting {
  readonly place: number;
  readonly split: "train" | "val";
  readonly rows: readonly Row[];
}

/** What a new member comes with. */
export interface Arrival {
  readonly candidate: Candidate;
  readonly hash: string;
  readonly parents: readonly number[];
  /** Default the first parent. */
  readonly base?: number;
  /** Aligned with val; undefined where it was not asked for. */
  readonly val: readonly (Row | undefined)[];
  readonly train?: readonly Row[];
  readonly promise?: Belief;
}

/** Standard deviation of the gain of a proposal of which nothing is known yet, as a share of the metric's range. */
export const priorGain = 0.1;

/** The member that an arrival becomes. `width` is that of the metric's range. */
export function memberOf(arrival: Arrival, members: readonly Member[], turn: number, width: number): Member {
  const { candidate, hash, parents, promise = noPromise(width) } = arrival;
  const val = arrival.val.map((row) => row?.score);
  const rowObjectives = arrival.val.map((row) => row?.objectives);
  const base = arrival.base ?? parents[0];
  const first = base === undefined ? undefined : members[base];
  return {
    candidate,
    hash,
    parents,
    base,
    val,
    asked: arrival.val.map((row) => row !== undefined),
    objectives: objectivesOf(rowObjectives),
    rowObjectives,
    mean: meanOf(val),
    train: scoresById(new Map(), arrival.train ?? []),
    promise,
    quality: qualityOf(val, promise, first, width),
    turn,
  };
}

export function noPromise(width: number): Belief {
  return { mean: 0, variance: (priorGain * width) ** 2 };
}

/** The belief after all that was seen on val: the parent's quality and the promise, then the paired differences. */
export function qualityOf(val: Scores, promise: Belief, parent: Member | undefined, width: number): Belief {
  if (parent === undefined) return { mean: meanOf(val), variance: promise.variance };
  const { mean, variance } = combined(promise, pairedEvidence(parent.val, val, width));
  return { mean: parent.quality.mean + mean, variance };
}

/** The members after some of them were seen on more rows; what is believed of their descendants follows. */
export function witnessed(
  members: readonly Member[],
  sightings: readonly Sighting[],
  valIds: readonly ExampleId[],
  width: number,
): Member[] {
  const known = [...members];
  if (sightings.length === 0) return known;
  const changed = new Set<number>();
  for (const { place, split, rows } of sightings) {
    if (rows.length === 0) continue;
    const member = known[place]!;
    if (split === "train") {
      known[place] = { ...member, train: scoresById(member.train, rows) };
      continue;
    }
    const found = new Map(rows.map((row) => [row.id, row]));
    const val = valIds.map((id, i) => member.val[i] ?? found.get(id)?.score);
    const asked = valIds.map((id, i) => member.asked[i]! || found.has(id));
    const rowObjectives = valIds.map((id, i) => member.rowObjectives[i] ?? found.get(id)?.objectives);
    known[place] = { ...member, val, asked, mean: meanOf(val), rowObjectives, objectives: objectivesOf(rowObjectives) };
    changed.add(place);
  }
  return believedAnew(known, changed, width);
}

/**
 * The members after one of them was observed again: `rows`, aligned with val, take the place of what was known, and what is
 * believed of its descendants follows.
 */
export function observedAgain(
  members: readonly Member[],
  place: number,
  rows: readonly Row[],
  width: number,
): Member[] {
  const val = rows.map(({ score }) => score);
  const rowObjectives = rows.map(({ objectives }) => objectives);
  const asked = rows.map(() => true);
  const seen = { val, asked, mean: meanOf(val), rowObjectives, objectives: objectivesOf(rowObjectives) };
  return believedAnew(members.with(place, { ...members[place]!, ...seen }), new Set([place]), width);
}

/** The members with what is believed of those whose scores changed, and of their descendants. */
function believedAnew(members: readonly Member[], places: ReadonlySet<number>, width: number): Member[] {
  const known = [...members];
  const changed = new Set(places);
  // a parent comes before its children
  for (let place = Math.min(...changed); place < known.length; place++) {
    const member = known[place]!;
    const { base } = member;
    if (!changed.has(place) && (base === undefined || !changed.has(base))) continue;
    changed.add(place);
    const parent = base === undefined ? undefined : known[base];
    known[place] = { ...member, quality: qualityOf(member.val, member.promise, parent, width) };
  }
  return known;
}

function scoresById(before: ReadonlyMap<ExampleId, number>, rows: readonly Row[]): ReadonlyMap<ExampleId, number> {
  const scored = rows.flatMap(({ id, score }) => (score === undefined ? [] : [[id, score] as const]));
  return scored.length === 0 ? before : new Map([...before, ...scored]);
}

function objectivesOf(rows: Member["rowObjectives"]): Readonly<Record<string, number>> {
  const names = new Set(rows.flatMap((row) => Object.keys(row ?? {})));
  return Object.fromEntries([...names].map((name) => [name, meanOf(rows.map((row) => row?.[name]))] as const));
}

/** The place of the member with the highest mean; the earliest of equals. */
export function bestOf(members: readonly Member[]): number {
  return members.reduce((best, { mean }, i) => (mean > members[best]!.mean ? i : best), 0);
}

/** The place of the member that is believed best. */
export function leaderOf(members: readonly Member[]): number {
  return members.reduce((best, { quality }, i) => (quality.mean > members[best]!.quality.mean ? i : best), 0);
}

/** Whether it was run on all of val: then it can be the incumbent. */
export function isComplete({ asked }: Member): boolean {
  return asked.every((one) => one);
}

/** The member with the highest mean among those run on all of val; the baseline is one. */
export function championOf(members: readonly Member[]): Member {
  let best = members[0]!;
  for (const member of members)
    if (member.mean > best.mean && isComplete(member) && isNearlyScored(member.val)) best = member;
  return best;
}

/** Whether a candidate was kept, or turned down before. */
export function isKnown(
  { members, rejected }: Pool,
  candidate: Candidate,
  hash: string = candidateHash(candidate),
): boolean {
  return members.some((known) => known.hash === hash) || rejected.some((known) => known.hash === hash);
}

/** What the member, or else its nearest ancestor, scored on a train row; undefined when none was seen on it. */
export function lastSeen(members: readonly Member[], place: number, id: ExampleId): number | undefined {
  for (let at: number | undefined = place; at !== undefined; at = members[at]!.base) {
    const score = members[at]!.train.get(id);
    if (score !== undefined) return score;
  }
  return undefined;
}
