import type { Rng } from "@cultivar/core";
import type { Axis, Point } from "./sampler.ts";

/** A mixture over a finite space: one kernel for each point that it was made of, and a uniform one, the prior. */
export interface Parzen {
  readonly space: readonly Axis[];
  readonly points: readonly Point[];
  /** Of the kernels in the order of `points`, that of the prior last; they sum up to 1. */
  readonly weights: readonly number[];
  /** What a kernel gives to each value of an axis before it is normalised; it gives 1 more to the value of its point. */
  readonly floor: number;
}

/** A point and how much its kernel weighs, relative to the prior's weight. */
export interface Weighed {
  readonly point: Point;
  readonly weight: number;
}

/**
 * The Parzen estimator of Optuna 5.0.0 for categorical axes (`_ParzenEstimator`; Watanabe, 2023, arXiv 2304.11127, section
 * 3.3): with n points, a kernel gives `priorWeight` / (n + 1) to every value and 1 more to its own, on each axis by itself.
 * Only sizes matter: an axis may have grown since a point was seen.
 */
export function parzen(weighed: readonly Weighed[], space: readonly Axis[], priorWeight: number): Parzen {
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0) + priorWeight;
  return {
    space,
    points: weighed.map(({ point }) => point),
    weights: [...weighed.map(({ weight }) => weight / total), priorWeight / total],
    floor: priorWeight / (weighed.length + 1),
  };
}

/** The logarithm of the probability of each of `at`. */
export function logDensities({ space, points, weights, floor }: Parzen, at: readonly Point[]): number[] {
  const uniform = -space.reduce((sum, { size }) => sum + Math.log(size), 0);
  const miss = space.reduce((sum, { size }) => sum + Math.log(floor / (1 + size * floor)), 0);
  const gain = Math.log((1 + floor) / floor);
  const logs = weights.map((weight) => Math.log(weight));
  return at.map((point) => {
    const terms = points.map((own, kernel) => logs[kernel]! + miss + gain * agreements(own, point));
    return logOfSum([...terms, logs.at(-1)! + uniform]);
  });
}

/** A point from the mixture. */
export function drawFromParzen({ space, points, weights, floor }: Parzen, rng: Rng): Point {
  let left = rng.next();
  let kernel = 0;
  while (kernel < points.length && left >= weights[kernel]!) left -= weights[kernel++]!;
  const own = points[kernel];
  return space.map(({ size }, axis) => {
    const kept = own !== undefined && rng.next() * (1 + size * floor) < 1;
    return kept ? own[axis]! : rng.int(size);
  });
}

function agreements(a: Point, b: Point): number {
  let count = 0;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] === b[axis]) count += 1;
  return count;
}

/** log(sum of exp(term)), without overflow. */
function logOfSum(terms: readonly number[]): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const term of terms) most = Math.max(most, term);
  let sum = 0;
  for (const term of terms) sum += Math.exp(term - most);
  return most + Math.log(sum);
}
