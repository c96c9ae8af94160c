import type { Space, Study } from "@cultivar/core";
import { CultivarError, noDemos } from "@cultivar/core";
import { wholeNumber } from "../demos/limits.ts";
import type { Check } from "../proposals/hygiene.ts";
import { hygiene } from "../proposals/hygiene.ts";
import type { Sampler } from "../samplers/sampler.ts";
import { tpe } from "../samplers/tpe.ts";
import type { Effort } from "./auto.ts";
import { planOf, proposalsOf } from "./auto.ts";
import { firstChoices } from "./choices.ts";
import type { RowsRule } from "./rows.ts";
import { halving, leastRowsOf, mostFailures } from "./rows.ts";

export interface MiproOptions {
  /** Chooses the points. Default `tpe()`: no other one does better in the benchmark. */
  readonly sampler?: Sampler;
  /** How many rows a point is scored on, and which come first. Default `halving()`. */
  readonly rows?: RowsRule;
  /**
   * Limits the search to what is usual for this effort, whatever else the budget leaves; also how many texts and demo sets
   * are made where nothing else is said: 6, 12 or 18. Without it the whole budget may be used; without a budget of evaluations
   * either, it is "medium".
   */
  readonly auto?: Effort;
  /** New texts per text component in each round, from 0; the present one is always among the values. Default 12. */
  readonly instructions?: number;
  /** Demo sets per module in each round, the empty one included, from 0. Default 8. */
  readonly demoSets?: number;
  /** Demos taken from runs, per set at most. Default 4; with `maxLabeled` 0 too, no demos are tried (zero-shot). */
  readonly maxBootstrapped?: number;
  /** Labelled demos fill each set up to this many in all. Default 8. */
  readonly maxLabeled?: number;
  /** Score from which a run becomes a demo. Default: the best of the metric's range; lower it for graded metrics. */
  readonly threshold?: number;
  /**
   * How often texts and demos are proposed at most, from 1; after the first time from the runs of the best one so far. Fewer
   * where the budget does not pay for trials each time. Default 4.
   */
  readonly rounds?: number;
  /**
   * Train rows that each round looks at, for failures and demos, from 0: an eighth of the evaluations at most, and half of
   * them over all rounds. Default 64.
   */
  readonly looked?: number;
  /**
   * Tells texts apart for the sampler by this embedder of the target's `models.embedders`; for `gaussianProcess()`, as
   * `tpe()` and `uniform` do not look. Default: by their words.
   */
  readonly embedder?: string;
  /** What a proposed text must pass before it costs an evaluation. Default `hygiene`. */
  readonly checks?: readonly Check[];
  /** Points in flight, from 1; changes the result. Default 1. */
  readonly width?: number;
}

/** The options with their defaults, checked. */
export type MiproSettings = Required<Omit<MiproOptions, "auto" | "threshold" | "embedder">> &
  Pick<MiproOptions, "auto" | "threshold" | "embedder">;

export function miproSettings(options: MiproOptions): MiproSettings {
  const { auto, threshold, embedder, sampler = tpe(), rows = halving(), checks = hygiene } = options;
  if (auto !== undefined && !Object.hasOwn(proposalsOf, auto))
    throw new CultivarError("config", `mipro: auto must be "light", "medium" or "heavy", got ${JSON.stringify(auto)}`);
  const whole = (
    name: "instructions" | "demoSets" | "maxBootstrapped" | "maxLabeled" | "rounds" | "looked" | "width",
    usual: number,
    least: number,
  ): number => wholeNumber("mipro", name, options[name] ?? usual, least);
  return {
    sampler,
    rows,
    checks,
    instructions: whole("instructions", proposalsOf[auto ?? "medium"], 0),
    demoSets: whole("demoSets", auto === undefined ? 8 : proposalsOf[auto], 0),
    maxBootstrapped: whole("maxBootstrapped", 4, 0),
    maxLabeled: whole("maxLabeled", 8, 0),
    rounds: whole("rounds", 4, 1),
    looked: whole("looked", 64, 0),
    width: whole("width", 1, 1),
    ...(auto !== undefined && { auto }),
    ...(threshold !== undefined && { threshold }),
    ...(embedder !== undefined && { embedder }),
  };
}

/** Points that are scored on all of val in the end, if they were not yet. */
export const finalists = 2;

/** What a run may spend, in evaluations. */
export interface Allowance {
  /** How often texts and demos are proposed: as often as asked, where the budget pays for trials each time. */
  readonly rounds: number;
  /** Train rows of each round. */
  readonly looked: number;
  /** Of those that went wrong, how many trials are scored on first at most. */
  readonly failures: number;
  /** Rows of trials at the end of each round, the baseline's pass included; the last round takes what is left. */
  readonly upTo: (round: number) => number;
  /** Rows of trials and finalists at most, the baseline's pass included; Infinity where the budget alone limits them. */
  readonly most: number;
  /** Evaluations kept for the finalists: enough for one of them at least; none where all points can be scored on all of val. */
  readonly reserve: number;
  /** Whether what the budget leaves then may be used for another look at the winner. */
  readonly isOpen: boolean;
}

/** Divides what there is into rounds, and says so when an effort was asked for or nothing else limits the run. */
export function allowanceOf(study: Study, settings: MiproSettings): Allowance {
  const { rows, instructions, demoSets } = settings;
  const left = study.remaining();
  const val = study.val.length;
  const texts = textsOf(study, settings).length;
  const points = pointsToTry(study, settings);
  const isFixed = points < Number.POSITIVE_INFINITY;
  // rows are looked at, and rounds made, for what is proposed from them
  const wanted = isFixed ? 0 : Math.min(settings.looked, study.train.length);
  const asked = isFixed ? 1 : settings.rounds;
  const effort = settings.auto ?? (left === Number.POSITIVE_INFINITY ? "medium" : undefined);
  const size = { axes: axesThatVary(study.space, settings), val, rounds: asked, looked: wanted };
  const plan = effort && planOf(effort, size, rows);
  const total = Math.min(left, plan?.evaluations ?? Number.POSITIVE_INFINITY);
  const failures = Math.min(wanted, mostFailures(rows, val));
  const least = leastRowsOf(rows, val, failures);
  const kept = Math.min(finalists * val, Math.max(val, Math.floor(total / 4)));
  // whatever is tried on few rows, one of them can win
  const reserve = rows.levels(val).length === 1 || points * val <= total ? 0 : kept;
  const dealt = (count: number): { readonly rounds: number; readonly looked: number; readonly forTrials: number } => {
    const looked = Math.min(wanted, Math.floor(total / Math.max(8, 2 * count)));
    return { rounds: count, looked, forTrials: Math.max(0, total - reserve - count * looked) };
  };
  const paid = Array.from({ length: asked }, (_, i) => dealt(asked - i)).find(
    ({ rounds, forTrials }) => forTrials / rounds >= least,
  );
  const { rounds, looked, forTrials } = paid ?? dealt(1);
  if (plan !== undefined) {
    const calls = texts === 0 ? 0 : rounds * instructions * texts + 1;
    study.note({
      type: "remark",
      text: `mipro: ${effort!} effort: at most ${total} evaluations (${rounds * looked} to look at train rows, the rest to score points) and about ${calls} proposer calls, more where a reply is asked for again, for ${instructions} texts per component and ${isZeroShot(settings) ? 0 : demoSets} demo sets per module in each of ${rounds} rounds`,
    });
  }
  return {
    rounds,
    looked,
    failures: Math.min(failures, looked),
    upTo: (round) =>
      plan === undefined && round === rounds - 1
        ? Number.POSITIVE_INFINITY
        : val + Math.floor((forTrials * (round + 1)) / rounds),
    most: plan === undefined ? Number.POSITIVE_INFINITY : val + total - rounds * looked,
    reserve,
    isOpen: plan === undefined,
  };
}

/** The text components that new texts are proposed for. */
export function textsOf({ space }: Study, { instructions }: MiproSettings): readonly string[] {
  return instructions === 0 ? [] : Object.keys(space).filter((id) => space[id]!.kind === "text");
}

/** Whether no demos are tried. */
export function isZeroShot({ maxBootstrapped, maxLabeled }: MiproSettings): boolean {
  return maxBootstrapped === 0 && maxLabeled === 0;
}

/** How many points there are beside the baseline: those that the space lists, Infinity where texts or demo sets can be made. */
export function pointsToTry({ space, baseline }: Study, settings: MiproSettings): number {
  const { instructions, demoSets, maxBootstrapped, maxLabeled, looked } = settings;
  const canFill = maxLabeled > 0 || (maxBootstrapped > 0 && looked > 0);
  // the first set of each module is the empty one
  const sets = isZeroShot(settings) ? 0 : canFill ? demoSets : Math.min(demoSets, 1);
  const isMade = Object.entries(space).some(
    ([id, { kind }]) =>
      (kind === "text" && instructions > 0) || (kind === "demos" && sets > (baseline[id] === noDemos ? 1 : 0)),
  );
  if (isMade) return Number.POSITIVE_INFINITY;
  return [...firstChoices(space, baseline).values()].reduce((product, { length }) => product * length, 1) - 1;
}

function axesThatVary(space: Space, { instructions, demoSets }: MiproSettings): number {
  const counts = { text: instructions, demos: demoSets, choice: 1 };
  return Object.values(space).filter(({ kind }) => counts[kind] > 0).length;
}
