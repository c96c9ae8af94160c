import { metric } from "../../metric.ts";
import type { Combined, SomeMetric } from "./part.ts";
import { checkLevel, identities, judgeOne, merge, parts, streams } from "./part.ts";

export interface VetoOptions {
  /** The gate passes at this score or above, in [0, 1] of its range. Default 1. */
  readonly threshold?: number;
  readonly name?: string;
}

/**
 * A gate that can only forbid: when `gate` fails, the score is the bottom of `metric`'s range and `metric` is not
 * called; when it passes, the score is `metric`'s own. The range is `metric`'s.
 */
export function veto<G extends SomeMetric, M extends SomeMetric>(
  gate: G,
  judged: M,
  options: VetoOptions = {},
): Combined<G | M> {
  const name = options.name ?? "veto";
  const list = parts<G | M>(name, [gate, judged]);
  const [first, second] = [list[0]!, list[1]!];
  const threshold = checkLevel(`${name}: threshold`, options.threshold ?? 1);
  return metric(
    async (args) => {
      const own = streams(list, args);
      const gated = await judgeOne(first, own[0]!);
      if (gated.level < threshold) {
        return merge(second.metric.range[0], [gated], [`vetoed by ${gated.label}; ${second.label} was not judged`]);
      }
      const main = await judgeOne(second, own[1]!);
      return merge(main.result.score, [gated, main]);
    },
    { name, range: second.metric.range, options: [threshold, identities(list)] },
  );
}
