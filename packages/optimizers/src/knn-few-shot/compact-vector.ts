/** The length that a vector is stretched to before it is rounded. */
const length = 10_000;

/**
 * A vector of the same direction in whole numbers, for a small file: stretched to the length 10,000 and rounded; zeros
 * stay zeros. Nearness is a cosine, which sees directions only. Rounding adds an error of 0.29 (that of a uniform one)
 * to each number, so one of about 0.29 / 10,000 = 3e-5 to a cosine, whatever the dimension: only rows that near to each
 * other can change places. A number takes three or four characters and a comma in place of some twenty.
 */
export function compactVector(vector: readonly number[]): readonly number[] {
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return norm === 0 ? vector : vector.map((value) => Math.round((value / norm) * length) + 0);
}
