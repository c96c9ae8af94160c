import type { Rng } from "@cultivar/core";
import { CultivarError } from "@cultivar/core";
import { wholeNumber } from "../demos/limits.ts";
import { drawFrom as drawBelief } from "../beliefs/evidence.ts";
import type { Frontier, Fronts } from "./pareto.ts";
import { ascending, byInstance, frequencies, prune, within } from "./pareto.ts";
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

/**
 * The highest mean over the val rows that a member was scored on: to be used with full passes, since with races some were
 * scored on few rows.
 */
export const currentBest: ParentRule = { name: "currentBest", choose: (members) => bestOf(members) };

/** Any member with probability `epsilon`, else the highest mean. Throws a `config` error unless it is in [0, 1]. */
export function epsilonGreedy(epsilon = 0.1): ParentRule {
  if (!(epsilon >= 0 && epsilon <= 1))
    throw new CultivarError("config", `gepa: the epsilon of epsilonGreedy must be in [0, 1], got ${epsilon}`);
  return {
    name: `epsilonGreedy(${epsilon})`,
    choose: (members, rng) => (rng.next() < epsilon ? rng.int(members.length) : bestOf(members)),
  };
}

/** As {@link pareto}, among the `k` members with the highest means only. Throws a `config` error unless `k` is at least 1. */
export function topK(k = 5, frontier: Frontier = byInstance): ParentRule {
  wholeNumber("gepa", "the k of topK", k, 1);
  return {
    name: `topK(${k}, ${frontier.name})`,
    choose: (members, rng) => drawFrom(within(frontier.fronts(members), topOf(members, k)), members, rng),
  };
}

/**
 * The highest of one draw from what is believed of each member's mean (Thompson, 1933): the likelier a member is the
 * best, the oftener it is chosen. Beliefs are of gains over the baseline, which keeps the variance of the prior: the search
 * comes back to it now and then, also when it is far behind.
 */
export const thompson: ParentRule = {
  name: "thompson",
  choose(members, rng) {
    const draws = members.map(({ quality }) => drawBelief(quality, rng));
    return draws.indexOf(Math.max(...draws));
  },
};

function topOf(members: readonly Member[], k: number): ReadonlySet<number> {
  const places = members.map((_, i) => i).sort((a, b) => members[b]!.mean - members[a]!.mean);
  return new Set(places.slice(0, k));
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
