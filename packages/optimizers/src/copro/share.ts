/** What is left to a run, and what its rounds would like to have. */
export interface Demand {
  /** Evaluations left, Infinity without such a budget, and those of one pass over val. */
  readonly left: number;
  readonly pass: number;
  /** Rounds to come, this one included, and components that each of them goes through. */
  readonly rounds: number;
  readonly components: number;
  /** Train rows and texts per component that this round would take. */
  readonly looked: number;
  readonly texts: number;
}

/** What a round may have. */
export interface Share {
  readonly looked: number;
  /** Per component; 0 when not even one pass fits. */
  readonly texts: number;
}

/**
 * Deals the passes that the budget still pays for evenly to the rounds to come, so that there is a history to learn from.
 * No more than an eighth of the evaluations goes to train rows, and never those of the last pass.
 */
export function shareOf({ left, pass, rounds, components, looked, texts }: Demand): Share {
  if (left < pass) return { looked: 0, texts: 0 };
  const rows = Math.min(looked, Math.floor(left / 8), left - pass);
  const fair = Math.floor((left - rows) / (pass * rounds * components));
  return { looked: rows, texts: Math.min(texts, Math.max(1, fair)) };
}
