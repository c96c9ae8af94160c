import { metric } from "../../metric.ts";
import type { Combined, SomeMetric } from "./part.ts";
import { identities, judgeAll, merge, parts } from "./part.ts";

/**
 * Everything must be right: the lowest of the metrics' scores, each put into [0, 1] by its range. With pass-or-fail
 * metrics that is 1 when all pass, else 0. Range [0, 1]. The metrics run at once, all of them, so that feedback names
 * every fault; see `layered` for stopping early.
 */
export function all<const M extends readonly SomeMetric[]>(
  metrics: M,
  options: { readonly name?: string } = {},
): Combined<M[number]> {
  const name = options.name ?? "all";
  const list = parts<M[number]>(name, metrics);
  return metric(
    async (args) => {
      const judged = await judgeAll(list, args);
      return merge(Math.min(...judged.map(({ level }) => level)), judged);
    },
    { name, options: identities(list) },
  );
}
