import type { Member } from "./pool.ts";

/** For each instance (a val row, an objective): the places of the members that are best on it. */
export type Fronts = ReadonlyMap<string, ReadonlySet<number>>;

/** What members compete on. */
export interface Frontier {
  readonly name: string;
  fronts(members: readonly Member[]): Fronts;
}

/** One front per val row: whoever scores highest on it (GEPA, section 3.3). Rows that nobody has scored have none. */
export const byInstance: Frontier = {
  name: "byInstance",
  fronts: (members) => frontsOf(members, ({ val }) => val.map((score, i) => [`row ${i}`, score] as const)),
};

/** One front per objective of the metric; the score itself is one of them. */
export const byObjective: Frontier = {
  name: "byObjective",
  fronts: (members) =>
    frontsOf(members, ({ mean, objectives }) => [
      ["score", mean] as const,
      ...Object.entries(objectives).map(([name, value]) => [`objective ${name}`, value] as const),
    ]),
};

/** Both: a front per val row and one per objective. */
export const hybrid: Frontier = {
  name: "hybrid",
  fronts: (members) => new Map([...byInstance.fronts(members), ...byObjective.fronts(members)]),
};

function frontsOf(
  members: readonly Member[],
  scoresOf: (member: Member) => readonly (readonly [key: string, score: number | undefined])[],
): Fronts {
  const best = new Map<string, { score: number; places: Set<number> }>();
  members.forEach((member, place) => {
    for (const [key, score] of scoresOf(member)) {
      if (score === undefined) continue;
      const front = best.get(key);
      if (front === undefined || score > front.score) best.set(key, { score, places: new Set([place]) });
      else if (score === front.score) front.places.add(place);
    }
  });
  return new Map([...best].map(([key, { places }]) => [key, places]));
}

/**
 * Fronts without members that others cover: one is dropped when every front that holds it also holds another that stays.
 * `order` says who is dropped first (the reference goes by ascending mean; ties by first appearance). One ascending pass
 * gives the reference's fixpoint, since dropping a member only makes the others harder to drop. O(sum of front sizes).
 */
export function prune(fronts: Fronts, order: readonly number[]): Fronts {
  const left = new Map([...fronts].map(([key, front]) => [key, front.size]));
  const keysOf = new Map<number, string[]>();
  for (const [key, front] of fronts)
    for (const place of front) {
      const keys = keysOf.get(place);
      if (keys === undefined) keysOf.set(place, [key]);
      else keys.push(key);
    }
  const dropped = new Set<number>();
  for (const place of order) {
    const keys = keysOf.get(place);
    if (keys === undefined || keys.some((key) => left.get(key)! < 2)) continue;
    dropped.add(place);
    for (const key of keys) left.set(key, left.get(key)! - 1);
  }
  return new Map([...fronts].map(([key, front]) => [key, new Set([...front].filter((place) => !dropped.has(place)))]));
}

/** The order in which {@link prune} drops: ascending mean, ties by first appearance on a front. */
export function ascending(fronts: Fronts, members: readonly Pick<Member, "mean">[]): readonly number[] {
  const seen = new Set<number>();
  for (const front of fronts.values()) for (const place of front) seen.add(place);
  return [...seen].sort((a, b) => members[a]!.mean - members[b]!.mean);
}

/** How many fronts hold each member: the weights of the parent draw (GEPA, algorithm 2). In order of appearance. */
export function frequencies(fronts: Fronts): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const front of fronts.values()) for (const place of front) counts.set(place, (counts.get(place) ?? 0) + 1);
  return counts;
}
