import type { Cholesky } from "./cholesky.ts";
import { backward, cholesky, inverse } from "./cholesky.ts";
import type { Geometry, Hyperparameters } from "./covariance.ts";
import { correlationsOf } from "./covariance.ts";
import type { Solved } from "./regression.ts";
import { solved } from "./regression.ts";
import type { Slope } from "./rprop.ts";
import type { Observation } from "./sampler.ts";

/** A history as arrays. A pair is an observation and an earlier one: (1, 0), (2, 0), (2, 1), (3, 0), and so on. */
interface Pairs {
  readonly history: readonly Observation[];
  readonly geometry: Geometry;
  /** By pair, an axis after the other: where in the geometry's tables the two values meet. */
  readonly cells: Int32Array;
}

/**
 * The log marginal likelihood of a history, and its gradient by the logarithms of the hyperparameters in the order of their
 * fields: length scales, group variances, joint variance, row variance. Rasmussen and Williams (2006), equation 5.9, with
 * K⁻¹ replaced by what is left of it once the constant mean is integrated out.
 */
export function likelihoodOf(history: readonly Observation[], geometry: Geometry): (hyper: Hyperparameters) => Slope {
  const pairs = pairsOf(history, geometry);
  return (hyper) => {
    const terms = termsOf(pairs, hyper);
    const root = cholesky(matrixOf(pairs, hyper, terms), history.length);
    const solution = solved(root, history);
    return { value: solution.logLikelihood, gradient: gradientOf(pairs, hyper, terms, pullOf(root, solution)) };
  };
}

function pairsOf(history: readonly Observation[], geometry: Geometry): Pairs {
  const { sizes, offsets } = geometry;
  const cells = new Int32Array(((history.length * (history.length - 1)) / 2) * sizes.length);
  let place = 0;
  for (const [index, { point }] of history.entries())
    for (const { point: earlier } of history.slice(0, index))
      for (let axis = 0; axis < sizes.length; axis++)
        cells[place++] = offsets[axis]! + point[axis]! * sizes[axis]! + earlier[axis]!;
  return { history, geometry, cells };
}

/** By pair: what each group adds to its covariance, then what all axes add. */
function termsOf({ history, geometry, cells }: Pairs, hyper: Hyperparameters): Float64Array {
  const { sizes, groupOf, groups } = geometry;
  const axes = sizes.length;
  const correlations = correlationsOf(geometry, hyper.lengthScales);
  const variances = Float64Array.from(hyper.groupVariances);
  const pairs = (history.length * (history.length - 1)) / 2;
  const width = groups + 1;
  const terms = new Float64Array(pairs * width).fill(1);
  for (let pair = 0; pair < pairs; pair++) {
    const own = pair * width;
    for (let axis = 0; axis < axes; axis++) terms[own + groupOf[axis]!]! *= correlations[cells[pair * axes + axis]!]!;
    let all = hyper.jointVariance;
    for (let group = 0; group < groups; group++) {
      all *= terms[own + group]!;
      terms[own + group]! *= variances[group]!;
    }
    terms[own + groups] = all;
  }
  return terms;
}

/** The lower triangle of the covariances of the observations, with their noise. */
function matrixOf({ history, geometry }: Pairs, hyper: Hyperparameters, terms: Float64Array): Float64Array {
  const { groupVariances, jointVariance, rowVariance } = hyper;
  const count = history.length;
  const total = groupVariances.reduce((sum, variance) => sum + variance, jointVariance);
  const matrix = new Float64Array(count * count);
  let place = 0;
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < a; b++) {
      let sum = 0;
      for (let term = 0; term <= geometry.groups; term++) sum += terms[place++]!;
      matrix[a * count + b] = sum;
    }
    matrix[a * count + a] = total + rowVariance / history[a]!.rows;
  }
  return matrix;
}

/** Twice the gradient of the likelihood by the entries of the matrix. */
function pullOf(root: Cholesky, { residual, ones, information }: Solved): Float64Array {
  const { size } = root;
  const weights = backward(root, residual);
  const shares = backward(root, ones);
  const pull = inverse(root);
  for (let a = 0; a < size; a++)
    for (let b = 0; b < size; b++) {
      const place = a * size + b;
      pull[place] = weights[a]! * weights[b]! - pull[place]! + (shares[a]! * shares[b]!) / information;
    }
  return pull;
}

function gradientOf(
  { history, geometry, cells }: Pairs,
  { lengthScales, groupVariances, jointVariance, rowVariance }: Hyperparameters,
  terms: Float64Array,
  pull: Float64Array,
): Float64Array {
  const { sizes, groupOf, groups, squares } = geometry;
  const axes = sizes.length;
  const count = history.length;
  const gradient = new Float64Array(axes + groups + 2);
  const forces = new Float64Array(groups + 1);
  let pair = 0;
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < a; b++, pair++) {
      for (let term = 0; term <= groups; term++) {
        forces[term] = pull[a * count + b]! * terms[pair * (groups + 1) + term]!;
        gradient[axes + term]! += forces[term]!;
      }
      for (let axis = 0; axis < axes; axis++)
        gradient[axis]! += squares[cells[pair * axes + axis]!]! * (forces[groupOf[axis]!]! + forces[groups]!);
    }
    const force = 0.5 * pull[a * count + a]!;
    for (let group = 0; group < groups; group++) gradient[axes + group]! += force * groupVariances[group]!;
    gradient[axes + groups]! += force * jointVariance;
    gradient[axes + groups + 1]! += (force * rowVariance) / history[a]!.rows;
  }
  for (let axis = 0; axis < axes; axis++) gradient[axis]! /= lengthScales[axis]! ** 2;
  return gradient;
}
