import type { Estimate } from "../ground/stats.ts";

/** Decides whether a candidate may replace the baseline (law 6). Part of the fingerprint by its name. */
export interface Gate {
  readonly name: string;
  /** `difference` is candidate minus baseline, paired over all of val. */
  passes(difference: Estimate): boolean;
}

/**
 * The default: the paired mean difference is above 0 and above one standard error. Of a single row that error is
 * unknown, so that nothing passes.
 */
export const oneStandardError: Gate = {
  name: "oneStandardError",
  passes: ({ mean, standardError }) =>
    mean !== undefined && standardError !== undefined && mean > 0 && mean > standardError,
};

/** Stricter: the one-sided paired t test rejects "not better" at `level` in (0, 0.5], say 0.05. */
export function significant(level: number): Gate {
  if (!(level > 0 && level <= 0.5)) throw new RangeError(`significant: level must be in (0, 0.5], got ${level}`);
  return {
    name: `significant(${level})`,
    passes: ({ mean, standardError, n }) => {
      if (n < 2 || mean === undefined || standardError === undefined || mean <= 0) return false;
      return standardError === 0 || upperTail(mean / standardError, n - 1) < level;
    },
  };
}

/**
 * P(T > t) of Student's t with `df` degrees of freedom, t > 0: half the regularised incomplete beta function
 * I_x(df/2, 1/2) at x = df / (df + t^2), by its continued fraction (Press et al., Numerical Recipes, 6.4).
 */
export function upperTail(t: number, df: number): number {
  const x = df / (df + t * t);
  return 0.5 * incompleteBeta(x, df / 2, 0.5);
}

function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

/** Lentz's method; converges in O(sqrt(max(a, b))) steps. */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const guard = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m <= 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guard(1 + even * d);
    c = guard(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guard(1 + odd * d);
    c = guard(1 + odd / c);
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return h;
}

/** Lanczos approximation, g = 7, n = 9; absolute error below 1e-13 for x > 0. */
function logGamma(x: number): number {
  const coefficients = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const shifted = x - 1;
  let sum = coefficients[0]!;
  for (let i = 1; i < coefficients.length; i++) sum += coefficients[i]! / (shifted + i);
  const t = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}
