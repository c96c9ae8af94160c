import type { RowsRule } from "./rows.ts";
import { ladderOf, mostFailures } from "./rows.ts";

/** How much is spent. */
export type Effort = "light" | "medium" | "heavy";

/** New texts per component, and demo sets per module. */
export const proposalsOf: Readonly<Record<Effort, number>> = { light: 6, medium: 12, heavy: 18 };

/** What an effort comes to. */
export interface Plan {
  /** Points that are tried, over all rounds. */
  readonly trials: number;
  /** Evaluations at most, those on train included, the baseline's own pass not. */
  readonly evaluations: number;
}

/**
 * What a run of this effort takes. Trials grow with the axes and with the logarithm of their values, as in MIPROv2
 * (`max(2 v log2 n, 1.5 n)` in its reference implementation), and the rows of one trial are counted generously,
 * as if each level were reached by all that stay in the one before. `axes` counts the components that may change, `looked` train rows of each round.
 */
export function planOf(
  effort: Effort,
  size: { readonly axes: number; readonly val: number; readonly looked: number; readonly rounds: number },
  rows: RowsRule,
): Plan {
  const proposals = proposalsOf[effort];
  const trials = Math.ceil(Math.max(2 * size.axes * Math.log2(proposals), 1.5 * proposals));
  const { levels } = ladderOf(rows, size.val, Math.min(size.looked, mostFailures(rows, size.val)));
  const perTrial = levels.reduce((sum, level, i) => {
    const before = levels[i - 1] ?? 0;
    return sum + (level - before) * (i === 0 ? 1 : levels[0]! / before);
  }, 0);
  const evaluations = Math.ceil(size.rounds * size.looked + trials * perTrial + 2 * size.val);
  return { trials, evaluations };
}
