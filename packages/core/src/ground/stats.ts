/** A mean with its uncertainty. `standardError` is undefined when n < 2; `mean` when n is 0: unknown is not zero. */
export interface Estimate {
  readonly mean: number | undefined;
  readonly standardError: number | undefined;
  readonly n: number;
}

/** Mean and standard error (sample standard deviation / sqrt n) of a list of numbers. */
export function estimate(values: readonly number[]): Estimate {
  const n = values.length;
  if (n === 0) return { mean: undefined, standardError: undefined, n };
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / n;
  if (n === 1) return { mean, standardError: undefined, n };
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, standardError: Math.sqrt(squares / (n - 1) / n), n };
}

/**
 * Estimate of `after - before` over the rows where both are known; a row unscored on either side drops out of both
 * (law 4). The two lists are aligned.
 */
export function pairedDifference(
  before: readonly (number | undefined)[],
  after: readonly (number | undefined)[],
): Estimate {
  const differences: number[] = [];
  for (let i = 0; i < Math.min(before.length, after.length); i++) {
    const b = before[i];
    const a = after[i];
    if (b !== undefined && a !== undefined) differences.push(a - b);
  }
  return estimate(differences);
}
