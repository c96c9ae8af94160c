import type { Rng } from "@cultivar/core";
import { drawPoint } from "./new-points.ts";
import type { Axis, Point } from "./sampler.ts";
import { keyOf } from "./sampler.ts";

/** What to search, and how much to look at. */
export interface AcquisitionSearch {
  readonly space: readonly Axis[];
  /** Keys of the points that are not looked for. */
  readonly seen: ReadonlySet<string>;
  /** Points near which good ones are expected; at least one. */
  readonly near: readonly Point[];
  /** Points to draw; climbing then looks at as many again at most. */
  readonly candidates: number;
  readonly score: (point: Point) => number;
}

/**
 * The best point found in a space that is too large to look at all of it; undefined when none of those drawn is new. Half of
 * them are uniform and half near good ones, with one or two axes drawn anew; from the best it climbs, setting one axis after
 * the other to its best value. Climbing pays (see SMAC: Hutter, Hoos and Leyton-Brown, 2011, section 4.3); climbing from the
 * best three, or drawing more, found nothing better on simulated programs.
 */
export function searchAcquisition(search: AcquisitionSearch, rng: Rng): Point | undefined {
  const drawn = drawNew(search, rng);
  return drawn.length === 0 ? undefined : climb(bestOf(drawn, search.score), search, rng);
}

/** The first of the points with the highest score. */
export function bestOf(points: readonly Point[], score: (point: Point) => number): Point {
  const scores = points.map(score);
  return points[scores.indexOf(Math.max(...scores))]!;
}

function drawNew({ space, seen, near, candidates }: AcquisitionSearch, rng: Rng): Point[] {
  const known = new Set(seen);
  const drawn: Point[] = [];
  for (let draw = 0; draw < candidates; draw++) {
    const point = draw % 2 === 0 ? drawPoint(space, rng) : drawNear(rng.pick(near), space, 1 + ((draw % 4) >> 1), rng);
    const key = keyOf(point);
    if (known.has(key)) continue;
    known.add(key);
    drawn.push(point);
  }
  return drawn;
}

/** A point with `changes` axes drawn anew. */
function drawNear(point: Point, space: readonly Axis[], changes: number, rng: Rng): Point {
  const near = [...point];
  for (let change = 0; change < changes; change++) {
    const axis = rng.int(space.length);
    near[axis] = rng.int(space[axis]!.size);
  }
  return near;
}

/** The top that is reached from `start`, one axis at a time, after looking at `candidates` points at most. */
function climb(start: Point, { space, seen, score, candidates }: AcquisitionSearch, rng: Rng): Point {
  let top = start;
  let topScore = score(start);
  let looked = 0;
  for (let before = Number.NEGATIVE_INFINITY; topScore > before;) {
    before = topScore;
    for (const axis of rng.shuffle(space.map((_, index) => index))) {
      const from = top;
      for (let value = 0; value < space[axis]!.size; value++) {
        const point = from.with(axis, value);
        if (value === from[axis] || seen.has(keyOf(point))) continue;
        if (looked === candidates) return top;
        looked += 1;
        const found = score(point);
        if (found > topScore) [top, topScore] = [point, found];
      }
    }
  }
  return top;
}
