import type { Candidate, ComponentId, Rng } from "@cultivar/core";
import type { Fronts } from "./pareto.ts";
import { frequencies } from "./pareto.ts";
import type { Member } from "./pool.ts";

/** A child that takes from each of two members what it changed since their common ancestor. */
export interface Merge {
  readonly candidate: Candidate;
  /** Places in the pool, ascending. */
  readonly pair: readonly [number, number];
  readonly ancestor: number;
  /** What was tried, to be remembered: the triple, and the composition. */
  readonly marks: readonly [string, string];
}

/** Attempts at a pair, and at each pair's ancestor. */
const attempts = 10;

/**
 * A system-aware merge (GEPA, appendix F; algorithm 4): two members that nobody covers, neither an ancestor of the other,
 * with a common ancestor that is no better than either and a text that only one of them changed. Per text: the side that
 * changed it; when both did, the better member's; undefined when nothing can be merged. The ancestor is drawn by its mean
 * score, as in the reference, and uniformly when means are not positive, where the reference stops with an error.
 */
export function merge(
  members: readonly Member[],
  fronts: Fronts,
  tried: ReadonlySet<string>,
  rng: Rng,
): Merge | undefined {
  const places = [...frequencies(fronts).keys()].sort((a, b) => a - b);
  if (places.length < 2 || members.length < 3) return undefined;
  for (let attempt = 0; attempt < attempts * attempts; attempt++) {
    const [a, b] = rng.sample(places, 2) as [number, number];
    const pair = [Math.min(a, b), Math.max(a, b)] as const;
    const ancestor = ancestorOf(members, pair, tried, rng);
    if (ancestor === undefined) continue;
    const found = compose(members, pair, ancestor, rng);
    if (!tried.has(found.marks[1])) return found;
  }
  return undefined;
}

/** The common ancestors over which a pair may be merged, ascending; none when one descends from the other. */
export function commonAncestors(
  members: readonly Member[],
  [i, j]: readonly [number, number],
  tried: ReadonlySet<string>,
): readonly number[] {
  const [ofI, ofJ] = [ancestorsOf(members, i), ancestorsOf(members, j)];
  if (ofI.has(j) || ofJ.has(i)) return [];
  return [...ofI]
    .filter((place) => ofJ.has(place))
    .sort((a, b) => a - b)
    .filter((place) => !tried.has(tripleOf([i, j], place)))
    .filter((place) => members[place]!.mean <= members[i]!.mean && members[place]!.mean <= members[j]!.mean)
    .filter((place) => hasOneSided(members[place]!.candidate, members[i]!.candidate, members[j]!.candidate));
}

function ancestorOf(
  members: readonly Member[],
  pair: readonly [number, number],
  tried: ReadonlySet<string>,
  rng: Rng,
): number | undefined {
  const common = commonAncestors(members, pair, tried);
  if (common.length === 0) return undefined;
  const means = common.map((place) => members[place]!.mean);
  const weights = means.every((mean) => mean > 0) ? means : means.map(() => 1);
  let ticket = rng.next() * weights.reduce((sum, weight) => sum + weight, 0);
  return common.find((_, k) => (ticket -= weights[k]!) < 0) ?? common.at(-1);
}

/** All places from which a member descends. */
export function ancestorsOf(members: readonly Member[], place: number): ReadonlySet<number> {
  const found = new Set<number>();
  const open = [...members[place]!.parents];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...members[next]!.parents);
  }
  return found;
}

/** Whether some component was changed by exactly one of two descendants. */
function hasOneSided(ancestor: Candidate, one: Candidate, other: Candidate): boolean {
  return Object.keys(ancestor).some(
    (id) => one[id] !== other[id] && (ancestor[id] === one[id] || ancestor[id] === other[id]),
  );
}

/** Takes each component from the side that changed it. */
function compose(members: readonly Member[], pair: readonly [number, number], ancestor: number, rng: Rng): Merge {
  const [i, j] = pair;
  const [base, one, other] = [members[ancestor]!, members[i]!, members[j]!];
  const sources: number[] = [];
  const take = (id: ComponentId): string => {
    const [was, left, right] = [base.candidate[id]!, one.candidate[id]!, other.candidate[id]!];
    let source = i;
    if (left !== right) {
      if (was === left) source = j;
      else if (was === right) source = i;
      else if (one.mean === other.mean) source = rng.pick([i, j]);
      else source = one.mean > other.mean ? i : j;
    }
    sources.push(source);
    return members[source]!.candidate[id]!;
  };
  const candidate = Object.fromEntries(Object.keys(base.candidate).map((id) => [id, take(id)]));
  return { candidate, pair, ancestor, marks: [tripleOf(pair, ancestor), `${i} ${j} from ${sources.join(" ")}`] };
}

function tripleOf([i, j]: readonly [number, number], ancestor: number): string {
  return `${i} ${j} over ${ancestor}`;
}

/**
 * Places in val on which to test a merge: `count` of those that both parents have scored, drawn in thirds from those that
 * the first wins, those that the second wins, and ties.
 */
export function testRows(one: Member, other: Member, count: number, rng: Rng): readonly number[] {
  const common = one.val.flatMap((score, i) => (score === undefined || other.val[i] === undefined ? [] : [i]));
  const lead = (i: number): number => Math.sign(one.val[i]! - other.val[i]!);
  const each = Math.max(1, Math.ceil(count / 3));
  const chosen: number[] = [];
  for (const sign of [1, -1, 0]) {
    const bucket = common.filter((i) => lead(i) === sign);
    chosen.push(...rng.sample(bucket, Math.min(each, count - chosen.length)));
  }
  const rest = common.filter((i) => !chosen.includes(i));
  return [...chosen, ...rng.sample(rest, count - chosen.length)];
}
