import type { Row } from "@cultivar/core";
import { CultivarError } from "@cultivar/core";

/**
 * Whether a run is good enough to be shown as a demo: it was scored, did not fail, and its score is at least
 * `threshold`, by default the best of the metric's range (less a billionth of it, for sums of weights such as
 * 0.1 + 0.2 + 0.7). Throws a `config` error for a threshold outside the range.
 */
export function passRule(
  where: string,
  range: readonly [number, number],
  threshold: number | undefined,
): (row: Row) => boolean {
  const [worst, best] = range;
  if (threshold !== undefined && !(threshold >= worst && threshold <= best)) {
    throw new CultivarError(
      "config",
      `${where}: threshold must be in the metric's range [${worst}, ${best}], got ${threshold}`,
    );
  }
  const bar = (threshold ?? best) - 1e-9 * (best - worst);
  return ({ score, failure }) => failure === undefined && score !== undefined && score >= bar;
}
