import { drawNewPoint, drawPoint, keysOf } from "./new-points.ts";
import type { Sampler } from "./sampler.ts";

/**
 * Any point that is not in the history, with equal chances; any point at all when none is left. What the others are
 * measured against. Bergstra and Bengio, "Random Search for Hyper-Parameter Optimization" (2012).
 */
export const uniform: Sampler = {
  name: "uniform",
  suggest: (history, space, rng) => drawNewPoint(space, keysOf(history), rng) ?? drawPoint(space, rng),
};
