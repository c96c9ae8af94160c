import type { Rng } from "@cultivar/core";
import { wholeNumber } from "../demos/limits.ts";
import { bestOf, searchAcquisition } from "./acquisition.ts";
import { boundedHistory } from "./bounded-history.ts";
import { geometryOf } from "./covariance.ts";
import { logExpectedImprovement } from "./expected-improvement.ts";
import { fitHyperparameters } from "./fit-hyperparameters.ts";
import { drawBalanced, drawNewPoint, keysOf, unseenPoints } from "./new-points.ts";
import { fitEvaluations } from "./posterior.ts";
import type { Regression } from "./regression.ts";
import { regression } from "./regression.ts";
import type { Axis, Observation, Point, Sampler } from "./sampler.ts";
import { keyOf, sizeOf } from "./sampler.ts";

export interface GaussianProcessOptions {
  /** Points that are spread over the space first, from 1. Default 6: on simulated programs 4 to 8 did equally well. */
  readonly startup?: number;
  /** Observations that beliefs are made from at most, from 1: the best and the most recent of a longer history. Default 200. */
  readonly observations?: number;
  /** Observations that hyperparameters are fitted to at most, from 1: likewise. Default 80. */
  readonly fitted?: number;
  /** Points drawn where the space has more than 2,000 points, from 1; the search then looks at as many again. Default 300. */
  readonly candidates?: number;
  /**
   * Suggestions from the same history that are not known to each other, beside this one, from 0: the `width` of a search less
   * 1. Default 0. Each then takes up to so many times as long.
   */
  readonly inFlight?: number;
}

/** Spaces up to this size are looked at whole. */
const wholeSpace = 2000;
/** Of the observed points, those that others are drawn near. */
const goodPoints = 5;

/**
 * Bayesian optimisation: suggests the point with the highest expected improvement over the best posterior mean among the
 * observed points, under a Gaussian process whose modules add up (see `covarianceWith`) and whose noise depends on rows.
 * Jones, Schonlau and Welch (1998), "Efficient Global Optimization". All of a small space is looked at, a part of a large one.
 * The first `startup` points have on each axis a value that was seen least often there: with an additive kernel it is values,
 * not points, that must have been seen, and uniform draws would repeat some.
 * With `inFlight` others, it is the first, second, ... or last of them by lot, and takes those before it for seen with the
 * values that are expected of them (the kriging believer of Ginsbourger, Le Riche and Carraro, 2010).
 * Distances of an axis should be Euclidean, as those of embeddings or the default: others may need more jitter than is good.
 * For a history of n points it takes about min(n, `fitted`)³ x 20 + min(n, `observations`)² x `candidates` multiplications.
 * Throws `config` errors for options out of range.
 */
export function gaussianProcess(options: GaussianProcessOptions = {}): Sampler {
  const where = "gaussianProcess";
  const startup = wholeNumber(where, "startup", options.startup ?? 6, 1);
  const observations = wholeNumber(where, "observations", options.observations ?? 200, 1);
  const fitted = wholeNumber(where, "fitted", options.fitted ?? 80, 1);
  const candidates = wholeNumber(where, "candidates", options.candidates ?? 300, 1);
  const inFlight = wholeNumber(where, "inFlight", options.inFlight ?? 0, 0);
  return {
    name: `gaussianProcess(${startup}, ${observations}, ${fitted}, ${candidates}, ${inFlight})`,
    suggest(history, space, rng) {
      const seen = keysOf(history);
      if (history.length < startup) {
        const point = drawBalanced(history, space, rng);
        if (!seen.has(keyOf(point))) return point;
        const other = drawNewPoint(space, seen, rng);
        if (other !== undefined) return other;
      }
      const geometry = geometryOf(space);
      const hyper = fitHyperparameters(boundedHistory(history, fitted), geometry, fitEvaluations);
      const rows = history.reduce((most, observation) => Math.max(most, observation.rows), 1);
      const others = Math.max(0, Math.min(inFlight, sizeOf(space) - seen.size - 1));
      let believed = history;
      for (let ahead = rng.int(others + 1); ; ahead--) {
        const kept = boundedHistory(believed, observations);
        const beliefs = regression(kept, geometry, hyper);
        const point = mostPromising(beliefs, { history: believed, kept, space, candidates }, rng);
        if (ahead === 0) return point;
        believed = [...believed, { point, value: beliefs.mean(point), rows }];
      }
    },
  };
}

interface Known {
  readonly history: readonly Observation[];
  /** What the process was made from. */
  readonly kept: readonly Observation[];
  readonly space: readonly Axis[];
  readonly candidates: number;
}

/** The new point with the highest expected improvement; the best point of all where none is new. */
function mostPromising({ mean, at }: Regression, { history, kept, space, candidates }: Known, rng: Rng): Point {
  const means = kept.map(({ point }) => mean(point));
  const best = Math.max(...means);
  const score = (point: Point): number => {
    const belief = at(point);
    return logExpectedImprovement(belief.mean, belief.variance, best);
  };
  const all = history.map(({ point }) => point);
  const seen = keysOf(history);
  if (sizeOf(space) <= wholeSpace) {
    const left = rng.shuffle(unseenPoints(space, seen)); // so that equal scores favour no value
    return left.length > 0 ? bestOf(left, score) : bestOf(all, mean);
  }
  const order = means.map((_, index) => index).toSorted((a, b) => means[b]! - means[a]!);
  const near = order.slice(0, goodPoints).map((index) => kept[index]!.point);
  const found = searchAcquisition({ space, seen, near, candidates, score }, rng);
  return found ?? drawNewPoint(space, seen, rng) ?? bestOf(all, mean);
}
