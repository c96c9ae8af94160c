import type { ExampleId, Study } from "@cultivar/core";
import { inOrder } from "@cultivar/core";
import { drawNewPoint } from "../samplers/new-points.ts";
import type { Axis, Point, Sampler } from "../samplers/sampler.ts";
import { keyOf, sizeOf } from "../samplers/sampler.ts";
import type { Ascent, Bracket, Ladder } from "./brackets.ts";
import { ascent, nextBracket } from "./brackets.ts";
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
  readonly bracket: Bracket;
  /** Steps in a row that found nothing to do. */
  readonly idle: number;
  readonly left: number;
}

/**
 * Scores points, bracket by bracket, until their share of evaluations is used, the space is exhausted, or a trial has the
 * best score on every row. Each step scores a point that the sampler suggests on the first few rows, until the bracket is
 * full, then a trial that goes up in it on more. Nothing that was begun is dropped: a step that finds it over does nothing.
 */
export async function search(phase: Phase, trials: readonly Trial[]): Promise<readonly Trial[]> {
  const ladder = ladderOf(phase.rows, phase.order.length);
  const cost = costOf(ladder.levels);
  const remaining = phase.study.remaining();
  const first = bracketOf(phase, ladder, trials, remaining);
  if (remaining < cost || first.size === 0) return trials;
  const last = await inOrder<Progress, Trial | undefined>(phase.study, {
    width: phase.width,
    cost,
    state: { trials, bracket: first, idle: 0, left: remaining },
    start: (step, progress, study) => advance({ ...phase, study }, ladder, step, progress),
    commit({ trials: before, bracket, idle }, trial, _, left) {
      if (trial === undefined) return { trials: before, bracket, idle: idle + 1, left };
      const all = merged(before, trial);
      const isOver = isFull(phase, bracket, all) && ascentIn(phase, bracket, all, ladder).isOver;
      return { trials: all, bracket: isOver ? bracketOf(phase, ladder, all, left) : bracket, idle: 0, left };
    },
    // what is in flight has been paid for: the last `width` steps find nothing to do. One in `width` takes who goes up
    // alone, and it may have to wait for as many. With less than the cost of one step left, none is in flight
    until: ({ bracket, idle, left }) => idle >= (bracket.size === 0 ? 1 : 2) * phase.width || left < cost,
  });
  return last.trials;
}

/** The levels of so many rows, and how many go up. */
export function ladderOf(rows: RowsRule, count: number): Ladder {
  return { levels: rows.levels(count), factor: rows.factor };
}

/** Rows of one step at most. */
function costOf(levels: readonly number[]): number {
  return Math.max(...levels.map((level, i) => level - (levels[i - 1] ?? 0)));
}

/** The next bracket: within the phase's share, and what is kept for what comes after it. */
function bracketOf(phase: Phase, ladder: Ladder, trials: readonly Trial[], left: number): Bracket {
  const share = phase.upTo - rowsOf(trials);
  const rows = Math.min(share, spare(phase, trials, left));
  return nextBracket({ trials: trials.length, rows, points: sizeOf(phase.axes) - trials.length }, ladder);
}

/** Evaluations that the search itself may still spend. */
function spare({ most, reserve }: Phase, trials: readonly Trial[], left: number): number {
  return Math.min(left, most - rowsOf(trials)) - reserve(trials);
}

/** Whether all points of a bracket were begun: with those in flight, which are not seen, they are as many as planned. */
function isFull({ width, axes }: Phase, { from, size }: Bracket, trials: readonly Trial[]): boolean {
  return trials.length - from >= Math.max(1, size - width + 1) || trials.length >= sizeOf(axes);
}

function ascentIn({ study, order }: Phase, bracket: Bracket, trials: readonly Trial[], ladder: Ladder): Ascent {
  const [worst, best] = study.range;
  return ascent(bracket, standings(trials, order.length, best - worst), ladder);
}

/** A trial with more rows than before; undefined when there is nothing to do. */
async function advance(
  phase: Phase,
  ladder: Ladder,
  step: number,
  { trials, bracket }: Progress,
): Promise<Trial | undefined> {
  const { study, order, width } = phase;
  if (bracket.size === 0 || isSolved(trials, order.length, study.range[1])) return undefined;
  const isBegun = isFull(phase, bracket, trials);
  // steps in flight together see the same trials: each takes another one
  const up = isBegun ? ascentIn(phase, bracket, trials, ladder).up[step % width] : undefined;
  if (isBegun && up === undefined) return undefined;
  const before = up === undefined ? 0 : trials[up]!.scores.length;
  const rows = ladder.levels.find((level) => level > before)! - before;
  // a limit holds whatever the steps in flight come to
  if (spare(phase, trials, study.remaining()) - (width - 1) * costOf(ladder.levels) < rows) return undefined;
  const trial = up === undefined ? suggested(phase, step, trials) : trials[up]!;
  return trial && further(study, trial, rows, order);
}

/** A point that was not tried, without any rows; undefined when there is none. */
function suggested(phase: Phase, step: number, trials: readonly Trial[]): Trial | undefined {
  const { study, choices, axes, sampler, label } = phase;
  const [worst, best] = study.range;
  if (trials.length >= sizeOf(axes)) return undefined;
  const known = new Set(trials.map(({ point }) => keyOf(point)));
  const rng = study.rng(`${label}/${step}`);
  const drawn = sampler.suggest(observationsOf(trials, worst, best - worst), axes, rng);
  // a sampler may repeat points, and is not told of one whose rows could not be scored
  const point = known.has(keyOf(drawn)) ? drawNewPoint(axes, known, rng) : drawn;
  if (point === undefined) return undefined;
  const candidate = candidateAt(choices, point);
  const why = `chosen by ${sampler.name.split("(")[0]!}: ${describe(axes, point)}`;
  study.note({ type: "proposal", candidate, parents: [study.baseline], why });
  return { point, candidate, scores: [] };
}

/** A trial that was scored on so many rows more. */
async function further(study: Study, trial: Trial, rows: number, order: readonly ExampleId[]): Promise<Trial> {
  const { candidate, scores } = trial;
  const ids = order.slice(scores.length, scores.length + rows);
  const { rows: scored } = await study.evaluate({ candidate, split: "val", ids });
  return { ...trial, scores: [...scores, ...scored.map(({ score }) => score)] };
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
