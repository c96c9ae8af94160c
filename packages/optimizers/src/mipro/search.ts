import type { ExampleId, Study } from "@cultivar/core";
import { inOrder } from "@cultivar/core";
import type { Axis, Point, Sampler } from "../samplers/sampler.ts";
import { keyOf, sizeOf } from "../samplers/sampler.ts";
import type { Choices } from "./choices.ts";
import { candidateAt } from "./choices.ts";
import type { RowsRule } from "./rows.ts";
import type { Trial } from "./trials.ts";
import { championOf, observationsOf, standings } from "./trials.ts";

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
  /** Evaluations that are kept for what comes after it. */
  readonly reserve: (trials: readonly Trial[]) => number;
  /** Names streams of random numbers: other ones for each phase. */
  readonly label: string;
}

/** What a phase starts from and ends with. */
export interface Progress {
  /** In the order in which they were first seen; the baseline is the first. */
  readonly trials: readonly Trial[];
  /** Steps in a row that found nothing to do. */
  readonly idle: number;
  readonly left: number;
}

/** What one step found: a trial with more rows than before, or nothing to do. */
interface Step {
  readonly trial?: Trial;
}

/**
 * Scores points until their share of evaluations is used, the space is exhausted, or a trial has the best score on every
 * row. Each step scores a promising trial on more rows, or a point that the sampler suggests on the first few.
 */
export async function search(phase: Phase, trials: readonly Trial[]): Promise<readonly Trial[]> {
  const { study, order, width, upTo, reserve } = phase;
  const levels = phase.rows.levels(order.length);
  const cost = Math.max(...levels.map((level, i) => level - (levels[i - 1] ?? 0)));
  const top = study.range[1];
  const over = ({ trials: all, idle, left }: Progress): boolean =>
    idle >= width ||
    left < reserve(all) + cost ||
    all.reduce((sum, { scores }) => sum + scores.length, 0) >= upTo ||
    championOf(all, order.length).scores.every((score) => score === top);
  const first: Progress = { trials, idle: 0, left: study.remaining() };
  if (over(first)) return trials;
  const last = await inOrder<Progress, Step>(study, {
    width,
    cost,
    state: first,
    start: (step, state, own) => advance({ ...phase, study: own }, levels, state.trials, step),
    commit: ({ trials: all, idle }, { trial }, _, left) => ({
      trials: trial === undefined ? all : merged(all, trial),
      idle: trial === undefined ? idle + 1 : 0,
      left,
    }),
    until: over,
  });
  return last.trials;
}

async function advance(
  { study, choices, axes, sampler, rows, width, order, label }: Phase,
  levels: readonly number[],
  trials: readonly Trial[],
  step: number,
): Promise<Step> {
  const range = study.range[1] - study.range[0];
  const promoted = rows.promoted(standings(trials, order.length, range), levels);
  // steps in flight together see the same trials: each takes another one
  const up = promoted[step % width];
  if (up !== undefined) return { trial: await further(study, trials[up]!, levels, order) };
  if (trials.length >= sizeOf(axes)) return {};
  const rng = study.rng(`${label}/${step}`);
  const point = sampler.suggest(observationsOf(trials, study.range[0], range), axes, rng);
  if (trials.some((known) => keyOf(known.point) === keyOf(point))) return {};
  const trial = { point, candidate: candidateAt(choices, point), scores: [] };
  study.note({
    type: "proposal",
    candidate: trial.candidate,
    parents: [study.baseline],
    why: `${sampler.name}: ${describe(axes, point)}`,
  });
  return { trial: await further(study, trial, levels, order) };
}

/** A trial with the rows up to its next level. */
export async function further(
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
