import { CultivarError } from "../../../ground/errors.ts";
import { metric } from "../../metric.ts";
import type { Combined, SomeMetric } from "./part.ts";
import { checkLevel, identities, judgeAll, merge, parts } from "./part.ts";

export interface QuorumOptions {
  /** A metric passes at this score or above, in [0, 1] of its range. Default 1. */
  readonly threshold?: number;
  readonly name?: string;
}

/**
 * k of n: 1 when at least `k` metrics pass, below that the share `passes / k`, so that nearing the quorum is seen.
 * Range [0, 1]. The metrics run at once, all of them. Throws `metric` errors for a `k` that is no whole number in [1,
 * n].
 */
export function quorum<const M extends readonly SomeMetric[]>(
  k: number,
  metrics: M,
  options: QuorumOptions = {},
): Combined<M[number]> {
  const name = options.name ?? "quorum";
  const all = parts<M[number]>(name, metrics);
  if (!Number.isInteger(k) || k < 1 || k > all.length) {
    throw new CultivarError(
      "metric",
      `${name}: k must be a whole number from 1 to ${all.length}, the number of metrics, got ${k}`,
    );
  }
  const threshold = checkLevel(`${name}: threshold`, options.threshold ?? 1);
  return metric(
    async (args) => {
      const judged = await judgeAll(all, args);
      const passes = judged.filter(({ level }) => level >= threshold).length;
      return merge(Math.min(1, passes / k), judged, [`${passes} of ${all.length} passed, ${k} are needed`]);
    },
    { name, options: [k, threshold, identities(all)] },
  );
}
