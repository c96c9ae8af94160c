/** From here on down the continued fraction is used. */
const tail = -2;
/** Terms of the continued fraction: to the last digit at `tail`, fewer would do below. */
const terms = 80;
const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

/**
 * Logarithm of the expected improvement over `best` of a value with normal belief (Jones, Schonlau and Welch, 1998), which
 * tells points apart also where the improvement itself is 0 in floating point (Ament et al., 2023, "Unexpected Improvements
 * to Expected Improvement"). -Infinity where there is no doubt and nothing to gain.
 */
export function logExpectedImprovement(mean: number, variance: number, best: number): number {
  const deviation = Math.sqrt(variance);
  if (deviation === 0) return Math.log(Math.max(0, mean - best));
  return Math.log(deviation) + logGain((mean - best) / deviation);
}

/** log of φ(z) + z Φ(z): of the expected improvement in standard deviations. */
function logGain(z: number): number {
  const density = Math.exp(-0.5 * z * z - halfLogTwoPi);
  if (z > tail) return Math.log(density + z * normalBelow(z, density));
  // Φ(z) / φ(z) = 1 / (x + c) at x = -z, c being 1/(x + 2/(x + 3/(x + ...))), so 1 - x / (x + c) is left: nothing cancels.
  const x = -z;
  let rest = 0;
  for (let term = terms; term > 0; term--) rest = term / (x + rest);
  return -0.5 * z * z - halfLogTwoPi + Math.log(rest / (x + rest));
}

/** Φ(z) for z above -2: Marsaglia (2004), "Evaluating the Normal Distribution". */
function normalBelow(z: number, density: number): number {
  if (z > 9) return 1;
  let term = z;
  let sum = z;
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return 0.5 + density * sum;
}
