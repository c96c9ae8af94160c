import type { Candidate, ExampleId, Study } from "@cultivar/core";
import { estimate, inOrder } from "@cultivar/core";
import { drawNewPoint } from "../samplers/new-points.ts";
import type { Axis, Point, Sampler } from "../samplers/sampler.ts";
import { keyOf, sizeOf } from "../samplers/sampler.ts";
import type { Ascent, Bracket, Ladder } from "./brackets.ts";
import { ascent, leastRows, longestStep, nextBracket, shrunk } from "./brackets.ts";
import type { Choices } from "./choices.ts";
import { candidateAt } from "./choices.ts";
import type { Doubted, Doubts } from "./doubts.ts";
import { doubted } from "./doubts.ts";
import type { RowsRule } from "./rows.ts";
import { ladderOf } from "./rows.ts";
import type { Guess, Trial } from "./trials.ts";
import { askedOf, isSolved, observationsOf, rowsOf, standings } from "./trials.ts";

/** Train rows that are not as good as can be for the best one of before, and how much they stand for. */
export interface Failures {
  readonly ids: readonly ExampleId[];
  /** Share of the rows looked at that are like them, in [0, 1]; the others have the best score. */
  readonly share: number;
}

/** One phase of the search: the same choices throughout. */
export interface Phase extends Doubts {
  readonly choices: Choices;
  readonly axes: readonly Axis[];
  readonly sampler: Sampler;
  readonly rows: RowsRule;
  readonly width: number;
  /** What trials are scored on first; `order` comes then. */
  readonly failures: Failures;
  /** It ends when trials have so many rows in all. */
  readonly upTo: number;
  /** Rows that trials may have in all with what comes after it. */
  readonly most: number;
  /** Names streams of random numbers: other ones for each phase. */
  readonly label: string;
}

/** What a phase starts from and ends with. */
interface Progress {
  /** In the order in which they were first seen; the baseline is the first. */
  readonly trials: readonly Trial[];
  readonly bracket: Bracket;
  /** The step that begins the first point of the bracket; the next ones begin the others. */
  readonly begins: number;
  /** Steps that are over. */
  readonly steps: number;
  /** Those of them, the last ones, that found nothing to do. */
  readonly idle: number;
  readonly left: number;
}

/**
 * Scores points, bracket by bracket, until their share of evaluations is used, the space is exhausted, or a trial has the
 * best score on every row. Where that was luck, as a second look may show, it goes on where it was.
 */
export async function search(phase: Phase, trials: readonly Trial[]): Promise<Doubted> {
  const ladder = ladderOf(phase.rows, phase.order.length, phase.failures.ids.length);
  let { reserve } = phase;
  let found = { trials, bracket: nextOf(phase, ladder, trials), begins: 0, steps: 0 };
  while (found.bracket.size > 0 && phase.study.remaining() >= mostOfStep(phase, ladder, found)) {
    const { bracket, steps, ...last } = await climb({ ...phase, reserve }, ladder, found);
    const seen = await doubted({ ...phase, reserve }, last.trials, leastRows(ladder));
    if (seen.trials === last.trials) return seen;
    ({ reserve } = seen);
    found = { trials: seen.trials, steps, ...resumed({ ...phase, reserve }, ladder, seen.trials, { bracket, steps }) };
  }
  return { trials: found.trials, reserve };
}

/** The bracket that goes on after an interruption: the same one, as far as there are evaluations for it, or the next one. */
function resumed(
  phase: Phase,
  ladder: Ladder,
  trials: readonly Trial[],
  { bracket, steps }: Pick<Progress, "bracket" | "steps">,
): Pick<Progress, "bracket" | "begins"> {
  const begun = trials.length - bracket.from;
  const spent = rowsOf(trials.slice(bracket.from));
  const rows = rowsFor(phase, trials, phase.study.remaining());
  const same = begun === 0 ? undefined : shrunk(bracket, { begun, spent, rows }, ladder);
  // steps that found the search at its end began nothing
  return same === undefined
    ? { bracket: nextOf(phase, ladder, trials), begins: steps }
    : { bracket: same, begins: steps - begun };
}

/** The next bracket with what is left now. */
function nextOf(phase: Phase, ladder: Ladder, trials: readonly Trial[], left = phase.study.remaining()): Bracket {
  return bracketOf(phase, ladder, trials, { left, points: sizeOf(phase.axes) - trials.length });
}

/** Rows of one step at most, in this bracket and those that may follow. */
function mostOfStep(phase: Phase, ladder: Ladder, { trials, bracket }: Pick<Progress, "trials" | "bracket">): number {
  // brackets shrink with what is left, but the last points of a space climb
  const couldRunOut = sizeOf(phase.axes) - trials.length <= phase.study.remaining() / ladder.levels[0]!;
  return longestStep({ ...bracket, climbs: bracket.climbs || couldRunOut }, ladder);
}

/**
 * Steps from `before` on, until nothing is left to do. A step scores a point that the sampler suggests on the first few rows;
 * when all of the bracket are there, a trial that goes up in it on more. What is in flight when it finds an end is finished:
 * it has been paid for.
 */
function climb(phase: Phase, ladder: Ladder, before: Omit<Progress, "idle" | "left">): Promise<Progress> {
  const { width, study } = phase;
  const remaining = study.remaining();
  const cost = mostOfStep(phase, ladder, before);
  return inOrder<Progress, Trial | undefined>(study, {
    width,
    cost,
    state: { ...before, idle: 0, left: remaining },
    start: (step, progress, own) => advance({ ...phase, study: own }, ladder, before.steps + step, progress),
    commit(progress, trial, _, left) {
      const all = trial === undefined ? progress.trials : merged(progress.trials, trial);
      const steps = progress.steps + 1;
      const found = { ...progress, trials: all, steps, idle: trial === undefined ? progress.idle + 1 : 0, left };
      const isOver =
        progress.bracket.size > 0 && isBegun(found) && ascentIn(phase, progress.bracket, all, ladder).isOver;
      // a step sees what was there when the one `width` before it was over
      return isOver ? { ...found, bracket: nextOf(phase, ladder, all, left), begins: steps + width - 1 } : found;
    },
    // going up may take a wait for those in flight, and another one for the step whose turn it is
    until: ({ bracket: last, idle, left }) => idle >= (last.size === 0 ? 1 : 2) * width || left < cost,
  });
}

/** The next bracket among so many new points: within the phase's share, and what is kept for what comes after it. */
export function bracketOf(
  phase: Pick<Phase, "upTo" | "most" | "reserve">,
  ladder: Ladder,
  trials: readonly Trial[],
  { left, points }: { readonly left: number; readonly points: number },
): Bracket {
  return nextBracket({ trials: trials.length, rows: rowsFor(phase, trials, left), points }, ladder);
}

/** Rows that brackets may still take. */
function rowsFor(phase: Pick<Phase, "upTo" | "most" | "reserve">, trials: readonly Trial[], left: number): number {
  return Math.min(phase.upTo - rowsOf(trials), spare(phase, trials, left));
}

/** Evaluations that the search itself may still spend, with `left` to spend in all. */
function spare({ most, reserve }: Pick<Phase, "most" | "reserve">, trials: readonly Trial[], left: number): number {
  return Math.min(left, most - rowsOf(trials)) - reserve;
}

/** Whether all points of the bracket were begun and are seen. */
function isBegun({ bracket, begins, steps }: Progress): boolean {
  return steps >= begins + bracket.size;
}

function ascentIn({ study, order }: Phase, bracket: Bracket, trials: readonly Trial[], ladder: Ladder): Ascent {
  const [worst, best] = study.range;
  return ascent(bracket, standings(trials, order.length, best - worst), ladder);
}

/** A trial with more rows than before; undefined when there is nothing to do. */
async function advance(phase: Phase, ladder: Ladder, step: number, progress: Progress): Promise<Trial | undefined> {
  const { study, order, width } = phase;
  const { trials, bracket, begins } = progress;
  if (isSolved(trials, order.length, study.range[1])) return undefined;
  const begin = step < begins + bracket.size;
  if (!begin && !isBegun(progress)) return undefined;
  // a trial has its own turn among `width` steps, so that those in flight together never take the same one
  const up = begin
    ? undefined
    : ascentIn(phase, bracket, trials, ladder).up.find((place) => place % width === step % width);
  if (!begin && up === undefined) return undefined;
  const before = up === undefined ? 0 : askedOf(trials[up]!);
  const rows = ladder.levels.find((level) => level > before)! - before;
  // a bracket fits when it begins; by rows that could not be scored and points that came twice it may turn out otherwise
  if (spare(phase, trials, progress.left) < rows) return undefined;
  const trial = up === undefined ? suggested(phase, step, trials) : trials[up]!;
  return trial && further(phase, trial, rows);
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

/** A trial that was scored on so many rows more: on the failures first, all of them at once. */
async function further({ study, order, failures }: Phase, trial: Trial, rows: number): Promise<Trial> {
  const { candidate, scores } = trial;
  const isNew = askedOf(trial) === 0 && failures.ids.length > 0;
  const begun = isNew ? { ...trial, guess: await guessOf(study, candidate, failures) } : trial;
  const ids = order.slice(scores.length, scores.length + rows - (isNew ? failures.ids.length : 0));
  if (ids.length === 0) return begun;
  const { rows: scored } = await study.evaluate({ candidate, split: "val", ids });
  return { ...begun, scores: [...scores, ...scored.map(({ score }) => score)] };
}

/** What a candidate's scores on the failures say of all rows: the others stay as good as they are. */
async function guessOf(study: Study, candidate: Candidate, { ids, share }: Failures): Promise<Guess> {
  // with traces: a next round that looks at these rows again would have them made, and judged, anew
  const { rows } = await study.evaluate({ candidate, split: "train", capture: "trace", ids });
  const { mean } = estimate(rows.flatMap(({ score }) => score ?? []));
  const value = mean === undefined ? undefined : (1 - share) * study.range[1] + share * mean;
  return { value, asked: ids.length };
}

/** The trials with one of them further on; steps in flight together may have come to the same point. */
function merged(trials: readonly Trial[], trial: Trial): readonly Trial[] {
  const key = keyOf(trial.point);
  const at = trials.findIndex(({ point }) => keyOf(point) === key);
  if (at === -1) return [...trials, trial];
  return askedOf(trials[at]!) >= askedOf(trial) ? trials : trials.with(at, trial);
}

/** Which value of each axis that has several, from 0, the baseline's. */
function describe(axes: readonly Axis[], point: Point): string {
  const parts = axes.flatMap(({ name, size }, i) => (size < 2 ? [] : [`${name} ${point[i]!}`]));
  return parts.join(", ");
}
