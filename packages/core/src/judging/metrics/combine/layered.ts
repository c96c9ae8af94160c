import { metric } from "../../metric.ts";
import type { Combined, Judged, SomeMetric } from "./part.ts";
import { checkLevel, identities, judgeOne, merge, parts, streams } from "./part.ts";

export interface LayeredOptions {
  /** A layer passes at this score or above, in [0, 1] of its range. Default 1: only a perfect score passes. */
  readonly stopBelow?: number;
  readonly name?: string;
}

/**
 * Cheap checks before dear ones: runs the metrics in order and stops at the first that scores below `stopBelow`, so
 * that later layers cost nothing on outputs that fail early. With n layers, of which `passed` passed before the one
 * that ran last with score s (in [0, 1] of its range), the score is `(passed + s) / n`: coming further always scores
 * higher. Range [0, 1]. Objectives of layers that did not run are absent.
 */
export function layered<const M extends readonly SomeMetric[]>(
  metrics: M,
  options: LayeredOptions = {},
): Combined<M[number]> {
  const name = options.name ?? "layered";
  const layers = parts<M[number]>(name, metrics);
  const stopBelow = checkLevel(`${name}: stopBelow`, options.stopBelow ?? 1);
  return metric(
    async (args) => {
      const own = streams(layers, args);
      const judged: Judged[] = [];
      for (const [index, layer] of layers.entries()) {
        judged.push(await judgeOne(layer, own[index]!));
        if (judged[index]!.level < stopBelow) break;
      }
      const last = judged.at(-1)!;
      const skipped = layers.slice(judged.length).map(({ label }) => label);
      const remarks = skipped.length === 0 ? [] : [`not judged, because ${last.label} failed: ${skipped.join(", ")}`];
      return merge((judged.length - 1 + last.level) / layers.length, judged, remarks);
    },
    { name, options: [stopBelow, identities(layers)] },
  );
}
