import type { ExampleId, Rng } from "@cultivar/core";
import type { FailureGroup } from "./triage.ts";

/**
 * Up to `most` failures for one proposal. Turn 0 takes from all groups by turns, the typical ones first. Turn t takes up
 * to half of them from group t - 1 (counted round), and fills up from all: mostly that group where it is large, the whole
 * of it where it is small.
 */
export function focusOn(groups: readonly FailureGroup[], turn: number, most: number, rng: Rng): readonly ExampleId[] {
  const queues = groups.map(({ ids }) => [...ids.slice(0, 1), ...rng.shuffle(ids.slice(1))]);
  const chosen: ExampleId[] = [];
  if (turn > 0 && queues.length > 0) chosen.push(...queues[(turn - 1) % queues.length]!.splice(0, Math.ceil(most / 2)));
  for (let i = 0; chosen.length < most && queues.some((queue) => queue.length > 0); i++) {
    const next = queues[i % queues.length]!.shift();
    if (next !== undefined) chosen.push(next);
  }
  return chosen;
}
