/** A function's value and its slope along each coordinate. */
export interface Slope {
  readonly value: number;
  readonly gradient: Float64Array;
}

const firstStep = 0.3;
const leastStep = 1e-3;
const largestStep = 1;

/**
 * Climbs from `start` and returns the best of the places that were looked at, `evaluations` at most: each coordinate has a
 * step of its own, which grows while the slope keeps its sign and is halved where it turns. iRprop- (Igel and Hüsken, 2003),
 * which needs no line search and does well on likelihoods of Gaussian processes (Blum and Riedmiller, 2013). Ends early
 * when all steps are small. A place whose value is not a number is never the best.
 */
export function rprop(slopeAt: (place: Float64Array) => Slope, start: Float64Array, evaluations: number): Float64Array {
  let place = start.slice();
  let best = place;
  let bestValue = Number.NEGATIVE_INFINITY;
  let before = new Float64Array(start.length);
  const steps = new Float64Array(start.length).fill(firstStep);
  for (let evaluation = 0; evaluation < evaluations; evaluation++) {
    const { value, gradient } = slopeAt(place);
    if (value > bestValue) {
      bestValue = value;
      best = place;
    }
    const slope = gradient.slice();
    const next = place.slice();
    for (let index = 0; index < slope.length; index++) {
      const turned = slope[index]! * before[index]!;
      if (turned > 0) steps[index] = Math.min(steps[index]! * 1.2, largestStep);
      if (turned < 0) {
        steps[index] = Math.max(steps[index]! * 0.5, leastStep);
        slope[index] = 0;
      }
      next[index]! += Math.sign(slope[index]!) * steps[index]!;
    }
    if (steps.every((step) => step === leastStep)) break;
    before = slope;
    place = next;
  }
  return best;
}
