import type { Candidate, Rng, Study } from "@cultivar/core";
import { wholeNumber } from "../demos/limits.ts";
import { merge, testRows } from "./merge.ts";
import type { Draft, Move } from "./moves.ts";
import { ascending, byInstance, prune } from "./pareto.ts";
import type { Member } from "./pool.ts";
import { isKnown } from "./pool.ts";

/** Val rows on which a merge must hold its ground before it is scored on more. */
const mergeRows = 5;

/**
 * System-aware merge (GEPA, algorithm 4): after each accepted draft there is one more to be tried, as long as fewer than
 * `most` were accepted; those that are turned down use up none.
 */
export function merging(most: number): Move {
  wholeNumber("gepa", "the most merges of merging", most, 1);
  return {
    name: `merging(${most})`,
    cost: () => mergeRows,
    urge({ merges: { earnedAt, accepted, fresh } }, { space }) {
      // a single component cannot come from two sides
      const isOpen = fresh && earnedAt.filter((before) => before < most).length > accepted;
      return isOpen && Object.keys(space).length > 1 ? Number.POSITIVE_INFINITY : 0;
    },
    async propose({ study, pool, step, stream }) {
      const { members, merges } = pool;
      const rng = stream(`merge ${step}`);
      const fronts = byInstance.fronts(members);
      const found = merge(members, prune(fronts, ascending(fronts, members)), merges.tried, rng);
      if (found === undefined) return {};
      const { candidate, pair, marks } = found;
      const [one, other] = [members[pair[0]]!, members[pair[1]]!];
      const test = mergeTest(study, candidate, one, other, rng);
      if (isKnown(pool, candidate) || test === undefined) return { idle: "nothing new to merge", marks };
      return { draft: { candidate, parents: pair, why: "merge of two lines", test }, marks };
    },
  };
}

/**
 * A look at a few val rows that both parents have scored: the child must score at least what the better of them does
 * there, over the rows that could be scored for all three; undefined where there are too few.
 */
export function mergeTest(
  study: Study,
  candidate: Candidate,
  one: Member,
  other: Member,
  rng: Rng,
): Draft["test"] | undefined {
  const places = testRows(one, other, mergeRows, rng);
  if (places.length < mergeRows) return undefined;
  return async () => {
    const { rows } = await study.evaluate({ candidate, split: "val", ids: places.map((i) => study.val[i]!) });
    const common = rows.flatMap(({ score }, i) => {
      const [first, second] = [one.val[places[i]!], other.val[places[i]!]];
      return score === undefined || first === undefined || second === undefined
        ? []
        : [[score, first, second] as const];
    });
    if (common.length === 0) return { refusal: "no row of the merge could be scored" };
    const [own, ...parents] = [0, 1, 2].map((side) => common.reduce((sum, scores) => sum + scores[side]!, 0));
    return own! < Math.max(...parents) ? { refusal: "the merge lost to a parent" } : {};
  };
}
