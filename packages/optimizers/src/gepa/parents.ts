import type { Rng } from "@cultivar/core";
import type { Frontier, Fronts } from "./pareto.ts";
import { ascending, byInstance, frequencies, prune } from "./pareto.ts";
import type { Member } from "./pool.ts";
import { bestOf } from "./pool.ts";

/** Chooses the place of the member to improve. */
export interface ParentRule {
  /** With its settings: part of the run's fingerprint. */
  readonly name: string;
  choose(members: readonly Member[], rng: Rng): number;
}

/** A member that nobody covers, by how many fronts it is on (GEPA, algorithm 2). */
export function pareto(frontier: Frontier = byInstance): ParentRule {
  return {
    name: `pareto(${frontier.name})`,
    choose: (members, rng) => drawFrom(frontier.fronts(members), members, rng),
  };
}

/** The highest mean. */
export const currentBest: ParentRule = { name: "currentBest", choose: (members) => bestOf(members) };

/** Any member with probability `epsilon` in [0, 1], else the highest mean. */
export function epsilonGreedy(epsilon = 0.1): ParentRule {
  return {
    name: `epsilonGreedy(${epsilon})`,
    choose: (members, rng) => (rng.next() < epsilon ? rng.int(members.length) : bestOf(members)),
  };
}

/** As {@link pareto}, among the `k` members with the highest means only. */
export function topK(k = 5, frontier: Frontier = byInstance): ParentRule {
  return {
    name: `topK(${k}, ${frontier.name})`,
    choose: (members, rng) => drawFrom(within(frontier.fronts(members), topOf(members, k)), members, rng),
  };
}

function topOf(members: readonly Member[], k: number): ReadonlySet<number> {
  const places = members.map((_, i) => i).sort((a, b) => members[b]!.mean - members[a]!.mean);
  return new Set(places.slice(0, k));
}

function within(fronts: Fronts, places: ReadonlySet<number>): Fronts {
  return new Map(
    [...fronts].flatMap(([key, front]) => {
      const kept = new Set([...front].filter((place) => places.has(place)));
      return kept.size === 0 ? [] : [[key, kept] as const];
    }),
  );
}

function drawFrom(fronts: Fronts, members: readonly Member[], rng: Rng): number {
  const weights = frequencies(prune(fronts, ascending(fronts, members)));
  let ticket = rng.int([...weights.values()].reduce((sum, weight) => sum + weight, 0) || 1);
  for (const [place, weight] of weights) {
    if (ticket < weight) return place;
    ticket -= weight;
  }
  return bestOf(members);
}
