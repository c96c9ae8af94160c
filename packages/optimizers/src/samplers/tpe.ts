import { CultivarError } from "@cultivar/core";
import { wholeNumber } from "../demos/limits.ts";
import { drawNewPoint, keysOf } from "./new-points.ts";
import type { Parzen } from "./parzen.ts";
import { drawFromParzen, logDensities, parzen } from "./parzen.ts";
import { rowNoise } from "./row-noise.ts";
import type { Axis, Observation, Point, Sampler } from "./sampler.ts";
import { keyOf } from "./sampler.ts";

export interface TpeOptions {
  /** Points that are drawn uniformly first, from 0. Default 10. */
  readonly startup?: number;
  /** Share of the history that counts as good, in (0, 1]: rounded up. Default 0.1. */
  readonly gamma?: number;
  /** How many points count as good at most, from 1. Default 25. */
  readonly mostGood?: number;
  /** Points drawn from the good ones' density, of which the best is suggested, from 1. Default 24. */
  readonly candidates?: number;
  /** What the uniform kernel weighs, an observation being 1: above 0. Default 1. */
  readonly priorWeight?: number;
  /**
   * Whether an observation counts by its rows: its kernel weighs rows / most rows of the history, and good is who is good
   * after shrinkage towards the mean. Default true; false is Optuna's, as is everything where all rows are equal.
   */
  readonly weighRows?: boolean;
  /** Whether a point of the history may be suggested again while others are left. Default false; true is Optuna's. */
  readonly repeats?: boolean;
}

/** Options with their defaults. */
export type TpeSettings = Required<TpeOptions>;

/** The most recent observations of each side that weigh 1; those before rise up to it (Optuna's `default_weights`). */
const recent = 25;

/**
 * The tree-structured Parzen estimator over all axes at once: draws points from the density l of the good observations,
 * and suggests the one with the highest l / g, g being the density of the others. Bergstra et al. (2011), "Algorithms for
 * Hyper-Parameter Optimization", section 4, and multivariate as in Falkner et al. (2018), BOHB; figures and kernels are
 * those of Optuna 5.0.0 (`TPESampler(multivariate=True)` and a study that is maximised).
 * Differs: `weighRows`, which finds better points sooner on simulated programs when rows are unequal, and `repeats`. Set back
 * to Optuna's, scores equal Optuna's; draws do not, having another random stream.
 * Throws `config` errors for options out of range.
 */
export function tpe(options: TpeOptions = {}): Sampler {
  const settings = tpeSettings(options);
  const { startup, candidates, repeats } = settings;
  return {
    name: `tpe(${Object.values(settings).join(", ")})`,
    suggest(history, space, rng) {
      const seen = repeats ? new Set<string>() : keysOf(history);
      if (history.length < startup) return drawNewPoint(space, seen, rng) ?? bestOf(history, settings);
      const densities = densitiesOf(history, space, settings);
      const drawn = Array.from({ length: candidates }, () => drawFromParzen(densities.good, rng));
      const fresh = drawn.filter((point) => !seen.has(keyOf(point)));
      if (fresh.length === 0) return drawNewPoint(space, seen, rng) ?? bestOf(history, settings);
      const scores = ratiosOf(densities, fresh);
      return fresh[scores.indexOf(Math.max(...scores))]!;
    },
  };
}

/** Options, checked and completed. Throws `config` errors for options out of range. */
export function tpeSettings(options: TpeOptions): TpeSettings {
  const gamma = options.gamma ?? 0.1;
  if (!(gamma > 0 && gamma <= 1))
    throw new CultivarError("config", `tpe: gamma must be above 0 and at most 1, got ${gamma}`);
  const priorWeight = options.priorWeight ?? 1;
  if (!(priorWeight > 0 && priorWeight < Number.POSITIVE_INFINITY))
    throw new CultivarError("config", `tpe: priorWeight must be a number above 0, got ${priorWeight}`);
  return {
    startup: wholeNumber("tpe", "startup", options.startup ?? 10, 0),
    gamma,
    mostGood: wholeNumber("tpe", "mostGood", options.mostGood ?? 25, 1),
    candidates: wholeNumber("tpe", "candidates", options.candidates ?? 24, 1),
    priorWeight,
    weighRows: options.weighRows ?? true,
    repeats: options.repeats ?? false,
  };
}

/** log l - log g of each point: the larger, the more it is like the good observations and unlike the others. */
export function logRatios(
  history: readonly Observation[],
  space: readonly Axis[],
  points: readonly Point[],
  settings: TpeSettings,
): number[] {
  return ratiosOf(densitiesOf(history, space, settings), points);
}

function ratiosOf({ good, rest }: Densities, points: readonly Point[]): number[] {
  const below = logDensities(rest, points);
  return logDensities(good, points).map((density, index) => density - below[index]!);
}

interface Densities {
  readonly good: Parzen;
  readonly rest: Parzen;
}

function densitiesOf(history: readonly Observation[], space: readonly Axis[], settings: TpeSettings): Densities {
  const { gamma, mostGood, priorWeight, weighRows } = settings;
  const values = valuesOf(history, settings);
  const ranked = history.map((_, index) => index).toSorted((a, b) => values[b]! - values[a]!);
  const good = new Set(ranked.slice(0, Math.min(Math.ceil(gamma * history.length), mostGood)));
  const mostRows = history.reduce((most, { rows }) => Math.max(most, rows), 1);
  const side = (isGood: boolean): Parzen => {
    const observations = history.filter((_, index) => good.has(index) === isGood);
    const weighed = observations.map(({ point, rows }, index) => ({
      point,
      weight: recency(index, observations.length) * (weighRows ? rows / mostRows : 1),
    }));
    return parzen(weighed, space, priorWeight);
  };
  return { good: side(true), rest: side(false) };
}

/** Of the observation at `index` of `count` in the order in which they were seen: 1, but less before the last 25. */
function recency(index: number, count: number): number {
  const older = count - recent;
  if (index >= older) return 1;
  return older === 1 ? 1 / count : 1 / count + ((1 - 1 / count) * index) / (older - 1);
}

function valuesOf(history: readonly Observation[], { weighRows }: TpeSettings): readonly number[] {
  return weighRows && history.length > 0 ? rowNoise(history).shrunk : history.map(({ value }) => value);
}

/** The point of the highest value; the first of several. */
function bestOf(history: readonly Observation[], settings: TpeSettings): Point {
  const values = valuesOf(history, settings);
  return history[values.indexOf(Math.max(...values))]!.point;
}
