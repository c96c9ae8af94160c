import type { Cholesky } from "./cholesky.ts";
import { backward, cholesky, forward } from "./cholesky.ts";
import type { Geometry, Hyperparameters } from "./covariance.ts";
import { covarianceWith } from "./covariance.ts";
import type { Observation, Point } from "./sampler.ts";

/** Mean and variance, 0 or more, of what the value of a point is believed to be, without the noise of rows. */
export interface Belief {
  readonly mean: number;
  readonly variance: number;
}

/** What a Gaussian process believes after a history. */
export interface Regression {
  /** Logarithm of the marginal likelihood of the history. */
  readonly logLikelihood: number;
  /** The mean of what is believed of a point, for less than `at` takes. */
  mean(point: Point): number;
  at(point: Point): Belief;
}

/**
 * Gaussian process regression with an unknown constant mean under a flat prior: Rasmussen and Williams (2006), "Gaussian
 * Processes for Machine Learning", equations 2.25 and 2.26 with the corrections of 2.41 and 2.42; the likelihood is that of
 * 2.45, where the constant is integrated out. The noise of an observation has variance `rowVariance` / rows. `history` holds
 * at least one observation. For n of them it takes n³ / 6 multiplications, then n for a mean and n² / 2 for a variance.
 */
export function regression(history: readonly Observation[], geometry: Geometry, hyper: Hyperparameters): Regression {
  const size = history.length;
  const points = history.map(({ point }) => point);
  const covariance = covarianceWith(points, geometry, hyper);
  const matrix = new Float64Array(size * size);
  for (const [index, { point, rows }] of history.entries()) {
    covariance.with(point, matrix.subarray(index * size), index + 1);
    matrix[index * size + index]! += hyper.rowVariance / rows;
  }
  const root = cholesky(matrix, size);
  const { constant, logLikelihood, ones, information, residual } = solved(root, history);
  const weights = backward(root, residual);
  const shared = new Float64Array(size);
  const mean = (point: Point): number => {
    covariance.with(point, shared);
    return constant + dot(shared, weights);
  };
  return {
    logLikelihood,
    mean,
    at(point) {
      const expected = mean(point);
      const known = forward(root, shared);
      const missing = 1 - dot(ones, known);
      const variance = covariance.total - dot(known, known) + (missing * missing) / information;
      return { mean: expected, variance: Math.max(0, variance) };
    },
  };
}

/** What follows from a history and the factor L of its covariances K, noise included, before any point is asked about. */
export interface Solved {
  /** The constant mean: generalised least squares. */
  readonly constant: number;
  readonly logLikelihood: number;
  /** L⁻¹ 1. */
  readonly ones: Float64Array;
  /** 1ᵀ K⁻¹ 1: one over the variance of the constant. */
  readonly information: number;
  /** L⁻¹ (values - constant). */
  readonly residual: Float64Array;
}

/** Solves for the constant mean and the likelihood. */
export function solved(root: Cholesky, history: readonly Observation[]): Solved {
  const { size, lower } = root;
  const ones = forward(root, new Float64Array(size).fill(1));
  const given = Float64Array.from(history, ({ value }) => value);
  const values = forward(root, given);
  const information = dot(ones, ones);
  const constant = dot(ones, values) / information;
  const residual = values.map((value, index) => value - constant * ones[index]!);
  let logDeterminant = Math.log(information);
  for (let row = 0; row < size; row++) logDeterminant += 2 * Math.log(lower[row * size + row]!);
  const normaliser = (size - 1) * Math.log(2 * Math.PI);
  const logLikelihood = -0.5 * (dot(residual, residual) + logDeterminant + normaliser);
  return { constant, logLikelihood, ones, information, residual };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}
