import type { Candidate, ComponentId } from "@cultivar/core";

/** A candidate that was scored on all of val. */
export interface Tried {
  readonly candidate: Candidate;
  /** Undefined when no row could be scored. */
  readonly mean: number | undefined;
}

/** A text of one component that was tried. */
export interface Attempt {
  readonly text: string;
  /** Mean of the best candidate that held it, in the metric's range; undefined when none could be scored. */
  readonly score: number | undefined;
}

/**
 * The texts of the component `id` that were tried, each once, the worst first and of equals the latest: the best is the
 * last one, as it helps to see it (Yang et al., 2024, "Large Language Models as Optimizers", its ablation of their order).
 */
export function attemptsOf(tried: readonly Tried[], id: ComponentId): readonly Attempt[] {
  const scores = new Map<string, number | undefined>();
  for (const { candidate, mean } of tried) {
    const text = candidate[id]!;
    const known = scores.get(text);
    scores.set(text, known === undefined || (mean !== undefined && mean > known) ? mean : known);
  }
  const worth = (score: number | undefined): number => score ?? Number.NEGATIVE_INFINITY;
  return [...scores]
    .map(([text, score]) => ({ text, score }))
    .toReversed()
    .toSorted((a, b) => (worth(a.score) === worth(b.score) ? 0 : worth(a.score) - worth(b.score)));
}

/** A score as people read it. */
export function scoreText(score: number | undefined): string {
  return score === undefined ? "could not be scored" : `scored ${Number(score.toFixed(3))}`;
}
