import type { ExampleId, Study } from "@cultivar/core";
import { inOrder } from "@cultivar/core";
import { drawNewPoint } from "../samplers/new-points.ts";
import type { Axis, Point, Sampler } from "../samplers/sampler.ts";
import { keyOf, sizeOf } from "../samplers/sampler.ts";
import type { Choices } from "./choices.ts";
import { candidateAt } from "./choices.ts";
import type { RowsRule } from "./rows.ts";
import type { Trial } from "./trials.ts";
import { isSolved, observationsOf, rowsOf, standings } from "./trials.ts";

/** One phase of the search: the same choices throughout. */
export interface Phase {
  readonly study: Study;
  readonly choices: Choices;
  readonly axes: readonly Axis[];
  readonly sampler: Sampler;
  readonly rows: RowsRule;
  readonly width: number;
  /** Val in the order in which trials are scored on it. */
  readonly order: readonly ExampleId[];
  /** It ends when trials have so many rows in all. */
  readonly upTo: number;
  /** Rows that trials may have in all with what comes after it. */
  readonly most: number;
  /** Evaluations that are kept for what comes after it. */
  readonly reserve: (trials: readonly Trial[]) => number;
  /** Names streams of random numbers: other ones for each phase. */
  readonly label: string;
}

/** What a phase starts from and ends with. */
interface Progress {
  /** In the order in which they were first seen; the baseline is the first. */
  readonly trials: readonly Trial[];
  /** Steps in a row that found nothing to do. */
  readonly idle: number;
  readonly left: number;
}

/**
 * Scores points until their share of evaluations is used, the space is exhausted, or a trial has the best score on every
 * row. Each step scores a promising trial on more rows, or a point that the sampler suggests on the first few. Nothing
 * that was begun is dropped: a step that finds it over does nothing, and after `width` of those it is.
 */
export async function search(phase: Phase, trials: readonly Trial[]): Promise<readonly Trial[]> {
  const levels = phase.rows.levels(phase.order.length);
  const cost = costOf(levels);
  if (phase.study.remaining() < cost) return trials;
  const last = await inOrder<Progress, Trial | undefined>(phase.study, {
    width: phase.width,
    cost,
    state: { trials, idle: 0, left: phase.study.remaining() },
    start: (step, state, study) => advance({ ...phase, study }, { levels, cost, step }, state.trials),
    commit: ({ trials: all, idle }, trial, _, left) =>
      trial === undefined ? { trials: all, idle: idle + 1, left } : { trials: merged(all, trial), idle: 0, left },
    // with less than the cost of one step left, none is in flight
    until: ({ idle, left }) => idle >= phase.width || left < cost,
  });
  return last.trials;
}

/** Rows of one step at most. */
export function costOf(levels: readonly number[]): number {
  return Math.max(...levels.map((level, i) => level - (levels[i - 1] ?? 0)));
}

interface Place {
  readonly levels: readonly number[];
  /** Rows of one step at most. */
  readonly cost: number;
  readonly step: number;
}

/** A trial with more rows than before; undefined when there is nothing to do. */
async function advance(phase: Phase, place: Place, trials: readonly Trial[]): Promise<Trial | undefined> {
  const { study, choices, axes, sampler, rows, width, order, label } = phase;
  const { levels, step } = place;
  if (isOver(phase, place, trials)) return undefined;
  const [worst, best] = study.range;
  const promoted = rows.promoted(standings(trials, order.length, best - worst), levels);
  // steps in flight together see the same trials: each takes another one
  const up = promoted[step % width];
  if (up !== undefined) return further(study, trials[up]!, levels, order);
  if (trials.length >= sizeOf(axes)) return undefined;
  const known = new Set(trials.map(({ point }) => keyOf(point)));
  const rng = study.rng(`${label}/${step}`);
  const suggested = sampler.suggest(observationsOf(trials, worst, best - worst), axes, rng);
  // a sampler may repeat points, and is not told of one whose rows could not be scored
  const point = known.has(keyOf(suggested)) ? drawNewPoint(axes, known, rng) : suggested;
  if (point === undefined) return undefined;
  const candidate = candidateAt(choices, point);
  const why = `chosen by ${sampler.name.split("(")[0]!}: ${describe(axes, point)}`;
  study.note({ type: "proposal", candidate, parents: [study.baseline], why });
  return further(study, { point, candidate, scores: [] }, levels, order);
}

/** Whether the phase's share is used, or nothing can be better. */
function isOver(phase: Phase, { cost, levels }: Place, trials: readonly Trial[]): boolean {
  const { study, order, width, upTo, most, reserve } = phase;
  const rows = rowsOf(trials);
  const inFlight = width - 1;
  return (
    // a limit holds whatever the steps in flight come to; a phase's share is met as most of them do
    Math.min(study.remaining(), most - rows - inFlight * cost) < reserve(trials) + cost ||
    rows + inFlight * levels[0]! >= upTo ||
    isSolved(trials, order.length, study.range[1])
  );
}

/** A trial with the rows up to its next level. */
async function further(
  study: Study,
  trial: Trial,
  levels: readonly number[],
  order: readonly ExampleId[],
): Promise<Trial> {
  const { candidate, scores } = trial;
  const next = levels.find((level) => level > scores.length) ?? order.length;
  const ids = order.slice(scores.length, next);
  const { rows } = await study.evaluate({ candidate, split: "val", ids });
  return { ...trial, scores: [...scores, ...rows.map(({ score }) => score)] };
}

/** The trials with one of them further on; steps in flight together may have come to the same point. */
function merged(trials: readonly Trial[], trial: Trial): readonly Trial[] {
  const key = keyOf(trial.point);
  const at = trials.findIndex(({ point }) => keyOf(point) === key);
  if (at === -1) return [...trials, trial];
  return trials[at]!.scores.length >= trial.scores.length ? trials : trials.with(at, trial);
}

/** Which value of each axis that has several, from 0, the baseline's. */
function describe(axes: readonly Axis[], point: Point): string {
  const parts = axes.flatMap(({ name, size }, i) => (size < 2 ? [] : [`${name} ${point[i]!}`]));
  return parts.join(", ");
}
