import type { Geometry, Hyperparameters } from "./covariance.ts";
import { likelihoodOf } from "./likelihood.ts";
import { rowNoise } from "./row-noise.ts";
import { rprop } from "./rprop.ts";
import type { Observation } from "./sampler.ts";

/** Length scales are expected at so many times the typical distance of an axis: interactions in a group are weak then. */
const typicalLength = 1.5;
/** What groups are expected to explain, in times the variance that a history shows between points: rather too much. */
const groupShare = 1.5;
/** What only all axes together explain, likewise: little, as groups mostly add up. */
const jointShare = 0.05;
/** Variance of a row, as a share of the most that it can be (see `rowNoise`). */
const noiseShare = 0.8;

/** A normal prior of some logs: they move together with one deviation and each by itself with another. */
interface Tied {
  readonly from: number;
  readonly to: number;
  readonly together: number;
  readonly each: number;
}

/**
 * The likeliest hyperparameters under weak log-normal priors, found from the priors' centres with at most `evaluations`
 * evaluations of the likelihood; deterministic. An axis has its own length scale and a group its own variance, but each kind
 * is tied: its members move together more easily than apart, so that ten observations change what they share and a hundred
 * tell them apart. On simulated programs of 1 to 5 modules after 8 to 96 noisy observations this predicts better than one
 * common length scale and one variance (which is better only where modules matter equally), and than no ties at all.
 * `history` holds at least one observation.
 */
export function fitHyperparameters(
  history: readonly Observation[],
  geometry: Geometry,
  evaluations: number,
): Hyperparameters {
  const axes = geometry.sizes.length;
  const { groups } = geometry;
  const centre = centreOf(history, geometry);
  const priors: readonly Tied[] = [
    { from: 0, to: axes, together: 0.5, each: 0.3 },
    { from: axes, to: axes + groups, together: 0.7, each: 0.6 },
    { from: axes + groups, to: axes + groups + 1, together: 0, each: 0.7 },
    { from: axes + groups + 1, to: axes + groups + 2, together: 0, each: 0.5 },
  ];
  const slopeAt = likelihoodOf(history, geometry);
  const likeliest = rprop(
    (place) => {
      const { value, gradient } = slopeAt(fromLogs(place, geometry));
      const off = place.map((log, index) => log - centre[index]!);
      let logPrior = 0;
      for (const prior of priors) logPrior += addPrior(prior, off, gradient);
      return { value: value + logPrior, gradient };
    },
    centre,
    evaluations,
  );
  return fromLogs(likeliest, geometry);
}

/** Logarithm of a prior, up to a constant, of what is `off` its centre; its slope is added to `gradient`. */
function addPrior({ from, to, together, each }: Tied, off: Float64Array, gradient: Float64Array): number {
  let sum = 0;
  let squares = 0;
  for (let index = from; index < to; index++) {
    sum += off[index]!;
    squares += off[index]! ** 2;
  }
  // The inverse of each² I + together² 1 1ᵀ, by Sherman and Morrison.
  const shared = (together ** 2 / (each ** 2 + (to - from) * together ** 2)) * sum;
  for (let index = from; index < to; index++) gradient[index]! -= (off[index]! - shared) / each ** 2;
  return (-0.5 * (squares - shared * sum)) / each ** 2;
}

/** The logs that are expected before the likelihood has a say. */
function centreOf(history: readonly Observation[], geometry: Geometry): Float64Array {
  const { sizes, groupOf, groups, squares, offsets } = geometry;
  const { between, perRow } = rowNoise(history);
  const lengths = sizes.map((size, axis) => {
    const table = squares.subarray(offsets[axis]!, offsets[axis]! + size * size);
    const square = table.reduce((sum, value) => sum + value, 0) / Math.max(1, size * (size - 1));
    return typicalLength * Math.sqrt(square);
  });
  /** Axes of each group on which points can differ. */
  const free = Array.from({ length: groups }, (_, group) =>
    lengths.reduce((count, length, axis) => count + (length > 0 && groupOf[axis] === group ? 1 : 0), 0),
  );
  const share = (groupShare * between) / Math.max(1, free.filter((count) => count > 0).length);
  return Float64Array.from([
    ...lengths.map((length) => Math.log(length > 0 ? length : 1)),
    // Of a group's variance, points share what is left of the correlation of two that differ on all its axes.
    ...free.map((count) => Math.log(share / (count > 0 ? 1 - Math.exp(-count / (2 * typicalLength ** 2)) : 1))),
    Math.log(jointShare * between),
    Math.log(noiseShare * perRow),
  ]);
}

function fromLogs(logs: Float64Array, { sizes, groups }: Geometry): Hyperparameters {
  const values = Array.from(logs, Math.exp);
  const axes = sizes.length;
  return {
    lengthScales: values.slice(0, axes),
    groupVariances: values.slice(axes, axes + groups),
    jointVariance: values[axes + groups]!,
    rowVariance: values[axes + groups + 1]!,
  };
}
