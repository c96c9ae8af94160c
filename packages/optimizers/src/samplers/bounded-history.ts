import { rowNoise } from "./row-noise.ts";
import type { Observation } from "./sampler.ts";

/**
 * `most` observations at most, in the order of the history: of a longer one the most recent half, and the best of the others
 * by values shrunk according to rows; ties go to the earlier.
 */
export function boundedHistory(history: readonly Observation[], most: number): readonly Observation[] {
  if (history.length <= most) return history;
  const recent = history.length - (most >> 1);
  const { shrunk } = rowNoise(history);
  const earlier = history.slice(0, recent).map((_, index) => index);
  const best = new Set(earlier.toSorted((a, b) => shrunk[b]! - shrunk[a]!).slice(0, most - (most >> 1)));
  return history.filter((_, index) => index >= recent || best.has(index));
}
