import { secondLook } from "../beliefs/second-look.ts";
import type { Phase } from "./search.ts";
import { search } from "./search.ts";
import type { Trial } from "./trials.ts";
import { isSolved } from "./trials.ts";

/**
 * {@link search}, and on with it where what ended it was luck: a trial that is right on every row is observed once more,
 * and the search is over if it is right again.
 */
export async function searchOn(phase: Phase, before: readonly Trial[]): Promise<readonly Trial[]> {
  let trials = before;
  for (let look = 0; ; look++) {
    const found = await search({ ...phase, label: look === 0 ? phase.label : `${phase.label}/${look}` }, trials);
    trials = await lookedAtAgain(phase, found);
    if (trials === found) return trials;
  }
}

/**
 * The trials, those that were right on every row by luck with the means of two observations; the same array where there
 * are none. One that is right again is enough, and no other one is looked at then. Nothing is where evaluations are
 * short, nor at the baseline, the first: it costs nothing to keep.
 */
async function lookedAtAgain({ study, order, reserve }: Phase, trials: readonly Trial[]): Promise<readonly Trial[]> {
  let seen = trials;
  for (const [place, trial] of trials.entries()) {
    if (place === 0 || !isSolved([trial], order.length, study.range[1])) continue;
    if (study.remaining() - reserve < order.length) break;
    const scores = await secondLook(study, trial.candidate, order, trial.scores);
    if (scores === undefined) break;
    seen = seen.with(place, { ...trial, scores });
  }
  return seen;
}
