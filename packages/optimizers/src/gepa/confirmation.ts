import type { Study } from "@cultivar/core";
import { observeAgain } from "../beliefs/observe-again.ts";
import { wholeNumber } from "../demos/limits.ts";
import type { Member } from "./pool.ts";
import { isComplete } from "./pool.ts";

/** What is done with the last evaluations. */
export interface Confirmation {
  /** With its settings: part of the run's fingerprint. */
  readonly name: string;
  /**
   * Whether a search that ends since every val row has the best score goes on where a second look at them says otherwise:
   * while a budget of evaluations leaves some for another step and, then, for a last look. Default false.
   */
  readonly doubtsLuck?: boolean;
  /** Evaluations that are kept for it; without it the search goes on to the end of its budget. */
  reserve?(members: readonly Member[]): number;
  confirm?(study: Study, members: readonly Member[]): Promise<void>;
}

/** Nothing: the search goes on to the end of its budget. */
export const noConfirmation: Confirmation = { name: "noConfirmation" };

export interface ConfirmingOptions {
  /** Members that are believed best, from 1. Default 3. */
  readonly finalists?: number;
  /** Observations of each val row of the winner, from 1; no third one where the second changed nothing. Default 3. */
  readonly observations?: number;
}

/**
 * Scores the members that are believed best on the val rows that they were not yet seen on. With what is left then, the
 * incumbent is observed again, row by row, until it has been the incumbent with `observations` of them: a candidate
 * that was merely lucky loses its place to the next, which is observed again in its turn.
 */
export function confirming(options: ConfirmingOptions = {}): Confirmation {
  const finalists = wholeNumber("gepa", "finalists of confirming", options.finalists ?? 3, 1);
  const observations = wholeNumber("gepa", "observations of confirming", options.observations ?? 3, 1);
  const open = (members: readonly Member[]): readonly Member[] =>
    [...members]
      .sort((a, b) => b.quality.mean - a.quality.mean)
      .slice(0, finalists)
      .filter((member) => !isComplete(member));
  const unseen = ({ asked }: Member): readonly number[] => asked.flatMap((one, i) => (one ? [] : [i]));
  return {
    name: `confirming(${finalists}, ${observations})`,
    doubtsLuck: observations > 1,
    reserve: (members) => open(members).reduce((sum, member) => sum + unseen(member).length, 0),
    async confirm(study, members) {
      for (const member of open(members)) {
        const ids = unseen(member).map((i) => study.val[i]!);
        if (ids.length > study.remaining()) return;
        await study.evaluate({ candidate: member.candidate, split: "val", ids });
      }
      await observeAgain(study, observations);
    },
  };
}
