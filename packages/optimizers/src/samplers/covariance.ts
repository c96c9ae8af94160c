import type { Axis, Point } from "./sampler.ts";

/** What a Gaussian process believes of values before it has seen any; all in units of the values, squared for variances. */
export interface Hyperparameters {
  /** By axis: how far apart, in units of its distance, two values are when they tell little about each other. Above 0. */
  readonly lengthScales: readonly number[];
  /** By group, in the order in which the axes first name them: variance of what a group adds. */
  readonly groupVariances: readonly number[];
  /** Variance of what only all axes together explain. */
  readonly jointVariance: number;
  /** Variance of one row's score around its point's value: an observation of n rows has this / n. */
  readonly rowVariance: number;
}

/** A space as arrays. */
export interface Geometry {
  readonly sizes: readonly number[];
  /** By axis: which group it belongs to. */
  readonly groupOf: Int32Array;
  readonly groups: number;
  /** Squared distances of value a and value b of an axis, at offset of the axis + a * size + b. */
  readonly squares: Float64Array;
  readonly offsets: Int32Array;
}

/** Measures a space: calls each axis's `distance` once for each pair of its values. */
export function geometryOf(space: readonly Axis[]): Geometry {
  const names = [...new Set(space.map(({ group }) => group))];
  const offsets = new Int32Array(space.length);
  let cells = 0;
  for (const [axis, { size }] of space.entries()) {
    offsets[axis] = cells;
    cells += size * size;
  }
  const squares = new Float64Array(cells);
  for (const [axis, { size, distance = unlike }] of space.entries())
    for (let a = 0; a < size; a++)
      for (let b = 0; b < a; b++) {
        const square = distance(a, b) ** 2;
        squares[offsets[axis]! + a * size + b] = square;
        squares[offsets[axis]! + b * size + a] = square;
      }
  const groupOf = Int32Array.from(space, ({ group }) => names.indexOf(group));
  return { sizes: space.map(({ size }) => size), groupOf, groups: names.length, squares, offsets };
}

function unlike(): number {
  return 1;
}

/** exp(-d² / (2 l²)) where the geometry has d². */
export function correlationsOf({ sizes, squares, offsets }: Geometry, lengthScales: readonly number[]): Float64Array {
  const correlations = new Float64Array(squares.length);
  for (const [axis, size] of sizes.entries()) {
    const rate = -1 / (2 * lengthScales[axis]! ** 2);
    const end = offsets[axis]! + size * size;
    for (let cell = offsets[axis]!; cell < end; cell++)
      correlations[cell] = squares[cell] === 0 ? 1 : Math.exp(squares[cell]! * rate);
  }
  return correlations;
}

/** Covariances with a fixed list of points. */
export interface Covariance {
  /** Prior variance of any point. */
  readonly total: number;
  /** Of `point` with the first `count` points of the list (default: all), written to `out`. */
  with(point: Point, out: Float64Array, count?: number): void;
}

/**
 * The kernel of additive groups: sum over groups of variance x exp(-sum over the group's axes of d² / (2 l²)), and the same
 * over all axes at once. Additive kernels: Duvenaud, Nickisch and Rasmussen (2011), "Additive Gaussian Processes"; squared
 * distances of categories in place of coordinates: Rasmussen and Williams (2006), section 4.2.
 */
export function covarianceWith(
  points: readonly Point[],
  geometry: Geometry,
  { lengthScales, groupVariances, jointVariance }: Hyperparameters,
): Covariance {
  const { sizes, groupOf, groups, offsets } = geometry;
  const columns = sizes.map((_, axis) => Int32Array.from(points, (point) => point[axis]!));
  const correlations = correlationsOf(geometry, lengthScales);
  const members = Array.from({ length: groups }, (_, group) =>
    sizes.flatMap((__, axis) => (groupOf[axis] === group ? [axis] : [])),
  );
  const ofGroup = new Float64Array(points.length);
  const ofAll = new Float64Array(points.length);
  return {
    total: groupVariances.reduce((sum, variance) => sum + variance, jointVariance),
    with(point, out, count = points.length) {
      ofAll.fill(jointVariance, 0, count);
      out.fill(0, 0, count);
      for (const [group, axes] of members.entries()) {
        ofGroup.fill(1, 0, count);
        for (const axis of axes) {
          const column = columns[axis]!;
          const row = offsets[axis]! + point[axis]! * sizes[axis]!;
          for (let index = 0; index < count; index++) ofGroup[index]! *= correlations[row + column[index]!]!;
        }
        const variance = groupVariances[group]!;
        for (let index = 0; index < count; index++) {
          out[index]! += variance * ofGroup[index]!;
          ofAll[index]! *= ofGroup[index]!;
        }
      }
      for (let index = 0; index < count; index++) out[index]! += ofAll[index]!;
    },
  };
}
