import type { Rng } from "@cultivar/core";

/** One axis of a finite space: a component of the program, and the values that it may take. */
export interface Axis {
  /** The component's id. */
  readonly name: string;
  /** The module it belongs to: axes of one group may interact, groups mostly add up. */
  readonly group: string;
  /** How many values there are, from 1. */
  readonly size: number;
  /** How far apart two values are, in [0, 1]: symmetric, 0 for a value and itself. Default: 1 for any two values. */
  readonly distance?: (a: number, b: number) => number;
}

/** The place of a value on each axis, in the order of the axes. */
export type Point = readonly number[];

/** What was seen of a point. */
export interface Observation {
  readonly point: Point;
  /** Mean over `rows` rows, as a share of the metric's range; larger is better. Comparable across observations. */
  readonly value: number;
  /** How many rows it is a mean of, from 1: the more, the less noise. */
  readonly rows: number;
}

/** Chooses what to try next. Pure: the same arguments, the same point. */
export interface Sampler {
  /** With its settings: part of the run's fingerprint. */
  readonly name: string;
  /**
   * A point of the space, one that is not in the history unless all are. The history holds each point at most once, in
   * the order in which they were first seen; axes may have grown since (values are only ever added at the end).
   */
  suggest(history: readonly Observation[], space: readonly Axis[], rng: Rng): Point;
}

/** How many points a space has; may exceed what a list can hold. */
export function sizeOf(space: readonly Axis[]): number {
  return space.reduce((product, { size }) => product * size, 1);
}

/** A point as a key. */
export function keyOf(point: Point): string {
  return point.join(",");
}
