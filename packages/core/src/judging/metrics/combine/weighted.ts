import { CultivarError } from "../../../ground/errors.ts";
import { metric } from "../../metric.ts";
import type { Combined, SomeMetric } from "./part.ts";
import { identities, judgeAll, merge, parts } from "./part.ts";

export interface Weighted<M extends SomeMetric = SomeMetric> {
  readonly metric: M;
  /** Above 0, finite. Only the proportions count. */
  readonly weight: number;
}

/**
 * The weighted mean of the metrics' scores, each put into [0, 1] by its range; range [0, 1]. The metrics run at once.
 * Throws `metric` errors for weights that are not finite or not above 0.
 */
export function weighted<const W extends readonly Weighted[]>(
  list: W,
  options: { readonly name?: string } = {},
): Combined<W[number]["metric"]> {
  const name = options.name ?? "weighted";
  const all = parts<W[number]["metric"]>(
    name,
    list.map((entry) => entry.metric),
  );
  const weights = list.map(({ weight }, index) => {
    if (Number.isFinite(weight) && weight > 0) return weight;
    throw new CultivarError(
      "metric",
      `${name}: the weight of ${all[index]!.label} must be a finite number above 0, got ${weight}; leave a metric out to give it no weight`,
    );
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return metric(
    async (args) => {
      const judged = await judgeAll(all, args);
      const sum = judged.reduce((part, { level }, index) => part + level * weights[index]!, 0);
      // Rounding must not carry a perfect score over the range's end.
      return merge(Math.min(1, sum / total), judged);
    },
    { name, options: [weights, identities(all)] },
  );
}
