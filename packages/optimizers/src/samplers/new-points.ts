import type { Rng } from "@cultivar/core";
import type { Axis, Observation, Point } from "./sampler.ts";
import { keyOf, sizeOf } from "./sampler.ts";

/** Draws after which a new point is looked for by walking; each finds one with probability 1/2 or more. */
const mostDraws = 64;

/** The keys of the points of a history. */
export function keysOf(history: readonly Observation[]): ReadonlySet<string> {
  return new Set(history.map(({ point }) => keyOf(point)));
}

/** A point, uniformly. */
export function drawPoint(space: readonly Axis[], rng: Rng): Point {
  return space.map(({ size }) => rng.int(size));
}

/** A point that is not among the keys `seen`, uniformly; undefined when there is none. */
export function drawNewPoint(space: readonly Axis[], seen: ReadonlySet<string>, rng: Rng): Point | undefined {
  if (sizeOf(space) <= 2 * seen.size) {
    const left = unseenPoints(space, seen);
    return left.length === 0 ? undefined : rng.pick(left);
  }
  let point = drawPoint(space, rng);
  for (let draw = 1; draw < mostDraws && seen.has(keyOf(point)); draw++) point = drawPoint(space, rng);
  while (seen.has(keyOf(point))) point = pointAfter(point, space);
  return point;
}

/**
 * A point whose value on each axis is one of those seen least often there, uniformly: n of them in a row see all values
 * equally often, up to one. A Latin hypercube that needs no plan made ahead (McKay, Beckman and Conover, 1979).
 */
export function drawBalanced(history: readonly Observation[], space: readonly Axis[], rng: Rng): Point {
  return space.map(({ size }, axis) => {
    const counts = Array.from({ length: size }, () => 0);
    for (const { point } of history) counts[point[axis]!]! += 1;
    const least = Math.min(...counts);
    return rng.pick(counts.flatMap((count, value) => (count === least ? [value] : [])));
  });
}

/** Every point that is not among the keys `seen`, in lexical order, the last axis fastest. For small spaces only. */
export function unseenPoints(space: readonly Axis[], seen: ReadonlySet<string>): Point[] {
  const left: Point[] = [];
  let point: Point = space.map(() => 0);
  for (let place = sizeOf(space); place > 0; place--) {
    if (!seen.has(keyOf(point))) left.push(point);
    point = pointAfter(point, space);
  }
  return left;
}

/** The next point in lexical order; the first after the last. */
function pointAfter(point: Point, space: readonly Axis[]): Point {
  const next = [...point];
  for (let axis = space.length - 1; axis >= 0; axis--) {
    next[axis] = (next[axis]! + 1) % space[axis]!.size;
    if (next[axis] !== 0) break;
  }
  return next;
}
