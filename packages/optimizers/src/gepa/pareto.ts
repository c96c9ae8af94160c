import type { Scores } from "../beliefs/evidence.ts";
import type { Member } from "./pool.ts";

interface Reading extends Iterable<readonly [instance: string, places: ReadonlySet<number>]> {
  values(): Iterable<ReadonlySet<number>>;
}

/**
 * For each instance (a val row, an objective): the places of the members that are best on it. Reads like a map, without
 * instances that nobody has a score on; its sets are made as they are read, since the search itself only counts.
 */
export interface Fronts extends Reading {
  readonly instances: readonly string[];
  /** By place: scores aligned with the instances, undefined where unknown. */
  readonly table: readonly Scores[];
  /** Highest score of each instance in the table; -Infinity where there is none. */
  readonly best: Float64Array;
  /** The members that count, ascending: others of the table are on no front, whatever they score. */
  readonly places: readonly number[];
  /** The indexes of the instances that a member is best on, ascending; found at the first call, O(instances). */
  readonly holding: (place: number) => readonly number[];
}

/** What members compete on. */
export interface Frontier {
  /** With its settings: part of the run's fingerprint. */
  readonly name: string;
  fronts(members: readonly Member[]): Fronts;
}

/** One front per val row: whoever scores highest on it (GEPA, section 3.3). */
export const byInstance: Frontier = {
  name: "byInstance",
  fronts: (members) => frontsOf(rowNames(members), rowTable(members)),
};

/** One front per objective of the metric, by its mean; the score itself is one of them. */
export const byObjective: Frontier = {
  name: "byObjective",
  fronts: (members) => frontsOf(objectiveNames(members), objectiveTable(members)),
};

/** Both: a front per val row and one per objective. */
export const hybrid: Frontier = {
  name: "hybrid",
  fronts(members) {
    const objectives = objectiveTable(members);
    const table = rowTable(members).map((scores, place) => [...scores, ...objectives[place]!]);
    return frontsOf([...rowNames(members), ...objectiveNames(members)], table);
  },
};

/**
 * One front per val row and objective: whoever is best at that objective on that row. The score is one of the objectives,
 * so that a metric without others gives {@link byInstance}; the reference refuses such a metric.
 */
export const cartesian: Frontier = {
  name: "cartesian",
  fronts(members) {
    const names = namesIn(members);
    const instances = rowNames(members).flatMap((row) => [row, ...names.map((name) => `${row}, objective ${name}`)]);
    const table = members.map(({ val, rowObjectives }) =>
      val.flatMap((score, i) => [score, ...names.map((name) => rowObjectives[i]?.[name])]),
    );
    return frontsOf(instances, table);
  },
};

const rowTable = (members: readonly Member[]): readonly Scores[] => members.map(({ val }) => val);
const rowNames = (members: readonly Member[]): readonly string[] => (members[0]?.val ?? []).map((_, i) => `row ${i}`);

function objectiveTable(members: readonly Member[]): readonly Scores[] {
  const names = namesIn(members);
  const known = (mean: number): number | undefined => (Number.isFinite(mean) ? mean : undefined);
  return members.map(({ mean, objectives }) => [known(mean), ...names.map((name) => objectives[name])]);
}

function objectiveNames(members: readonly Member[]): readonly string[] {
  return ["score", ...namesIn(members).map((name) => `objective ${name}`)];
}

/** The names of all objectives, in order of appearance. */
function namesIn(members: readonly Member[]): readonly string[] {
  return [...new Set(members.flatMap(({ objectives }) => Object.keys(objectives)))];
}

/** The fronts of a table with a line per member, each as long as `instances`. One pass: O(members x instances). */
export function frontsOf(instances: readonly string[], table: readonly Scores[]): Fronts {
  const best = new Float64Array(instances.length).fill(Number.NEGATIVE_INFINITY);
  for (const scores of table)
    for (let i = 0; i < best.length; i++) {
      const score = scores[i];
      if (score !== undefined && score > best[i]!) best[i] = score;
    }
  const found = new Map<number, readonly number[]>();
  const holding = (place: number): readonly number[] => {
    let held = found.get(place);
    if (held === undefined) found.set(place, (held = equals(table[place]!, best)));
    return held;
  };
  return frontsAmong([...table.keys()], { instances, table, best, holding });
}

/** Where a member's scores are the best ones. */
function equals(scores: Scores, best: Float64Array): readonly number[] {
  const found: number[] = [];
  for (let i = 0; i < best.length; i++) if (scores[i] === best[i]) found.push(i);
  return found;
}

function frontsAmong(places: readonly number[], known: Omit<Fronts, keyof Reading | "places">): Fronts {
  const { instances, table, best } = known;
  function* entries(): Generator<readonly [string, ReadonlySet<number>]> {
    for (const [i, instance] of instances.entries()) {
      const front = places.filter((place) => table[place]![i] === best[i]);
      if (front.length > 0) yield [instance, new Set(front)];
    }
  }
  function* values(): Generator<ReadonlySet<number>> {
    for (const [, front] of entries()) yield front;
  }
  return { ...known, places, values, [Symbol.iterator]: entries };
}

/** The fronts with these members on them only; a front that held none of them is gone. */
export function within(fronts: Fronts, wanted: ReadonlySet<number>): Fronts {
  return frontsAmong(
    fronts.places.filter((place) => wanted.has(place)),
    fronts,
  );
}

/**
 * Fronts without members that others cover: one is dropped when every front that holds it also holds another that stays.
 * `order` holds all that are on a front and says who is dropped first (the reference goes by ascending mean; ties by first
 * appearance). One ascending pass gives the reference's fixpoint, since dropping a member only makes the others harder to
 * drop. In that pass a member stays exactly when it is the last in order on some front that no member kept before it is
 * on: so only the last of each front are looked at, and large fronts cost nothing.
 */
export function prune(fronts: Fronts, order: readonly number[]): Fronts {
  const lastOn = lastInOrder(fronts, order);
  const covered = new Uint8Array(fronts.best.length);
  const kept = new Set<number>();
  for (const place of order) {
    if (lastOn.get(place)?.some((i) => covered[i] === 0) !== true) continue;
    kept.add(place);
    for (const i of fronts.holding(place)) covered[i] = 1;
  }
  return within(fronts, kept);
}

/** The fronts on which a member is the last in order, by member. */
function lastInOrder({ table, best }: Fronts, order: readonly number[]): ReadonlyMap<number, readonly number[]> {
  const lastOn = new Map<number, number[]>();
  const open = Int32Array.from(best.keys());
  let count = open.length;
  for (let k = order.length - 1; k >= 0 && count > 0; k--) {
    const scores = table[order[k]!]!;
    const own: number[] = [];
    let left = 0;
    for (let j = 0; j < count; j++) {
      const i = open[j]!;
      if (scores[i] === best[i]) own.push(i);
      else open[left++] = i;
    }
    count = left;
    lastOn.set(order[k]!, own);
  }
  return lastOn;
}

/** The order in which {@link prune} drops: ascending mean, ties by first appearance on a front. */
export function ascending(fronts: Fronts, members: readonly Pick<Member, "mean">[]): readonly number[] {
  const { table, best, places } = fronts;
  const first = (place: number): number => {
    const scores = table[place]!;
    let i = 0;
    while (i < best.length && scores[i] !== best[i]) i += 1;
    return i;
  };
  return places
    .map((place) => ({ place, first: first(place) }))
    .filter((one) => one.first < best.length)
    .sort((a, b) => members[a.place]!.mean - members[b.place]!.mean || a.first - b.first)
    .map(({ place }) => place);
}

/** How many fronts hold each member: the weights of the parent draw (GEPA, algorithm 2). In order of appearance. */
export function frequencies({ places, holding }: Fronts): ReadonlyMap<number, number> {
  const held = places.map((place) => [place, holding(place)] as const).filter(([, on]) => on.length > 0);
  return new Map(held.sort(([, a], [, b]) => a[0]! - b[0]!).map(([place, on]) => [place, on.length]));
}
