import type { Row } from "@cultivar/core";
import { CultivarError } from "@cultivar/core";
import { numberFrom, wholeNumber } from "../demos/limits.ts";
import type { Belief, PairedTally } from "../beliefs/evidence.ts";
import { chanceAbove, combined, expectedGain, pairedTally } from "../beliefs/evidence.ts";
import type { Member } from "./pool.ts";
import { isComplete } from "./pool.ts";

/** A draft before it is scored on val. Places are those of val rows. */
export interface Contest {
  /** The draft on these rows, in the order given. */
  ask(places: readonly number[]): Promise<readonly Row[]>;
  /** The parent on these rows. */
  askParent(places: readonly number[]): Promise<readonly Row[]>;
  /** The order in which rows are looked at: the same for all candidates of a run. */
  readonly order: readonly number[];
  readonly parent: Member;
  /** The best by mean among those scored on all of val. */
  readonly best: Member;
  readonly promise: Belief;
  /** Whether it can be scored on all of val later: proposals come one after the other, and evaluations are kept for the end. */
  readonly mayWait: boolean;
  /** Width of the metric's range. */
  readonly width: number;
  /** Best of the metric's range. */
  readonly top: number;
}

export interface Verdict {
  /** Aligned with val; undefined where it was not looked at. */
  readonly rows: readonly (Row | undefined)[];
  /** What was seen of the parent. */
  readonly parentRows?: readonly Row[];
  /** Why it is not kept; undefined when it is. */
  readonly refusal?: string;
}

/** How much of val a draft is scored on, and whether it is kept then. */
export interface Validation {
  /** With its settings: part of the run's fingerprint. */
  readonly name: string;
  /** Evaluations of one draft at most, on `rows` val rows. */
  most(rows: number): number;
  judge(contest: Contest): Promise<Verdict>;
}

/** All of val, and every draft is kept: what the paper does. */
export const fullPass: Validation = {
  name: "fullPass",
  most: (rows) => rows,
  judge: async ({ ask, order }) => ({ rows: await ask(order.map((_, i) => i)) }),
};

export interface RacingOptions {
  /** Val rows that are looked at before it is decided again, from 1; twice as many each time once it is kept. Default 8. */
  readonly block?: number;
  /** A draft is dropped when the chance that it is better than its parent falls below this, in [0, 1). Default 0.3. */
  readonly drop?: number;
  /** It is kept when that chance is above this, in (0, 1]. Default 0.7. */
  readonly keep?: number;
  /** It is scored on all of val when the chance that it beats the best one is above this, in (0, 1]. Default 0.8. */
  readonly finish?: number;
  /** It is dropped when the gain to be expected falls below this share of the metric's range. Default 0.01. */
  readonly least?: number;
  /**
   * A stepping stone is a draft that is better than its parent with a chance above this, in (0, 1], and that still fails
   * rows: what is learned from them is likely to leave it behind, so it is not scored on all of val yet. Default 0.9; 1 turns
   * it off. There is none before a draft has beaten the baseline on all of val, none whose parent is one, and none where it
   * can't be scored later: with several proposals in flight, without a budget of evaluations, or without a confirmation that
   * keeps a share of it. A run that another limit ends first, in dollars or calls, may have to leave one behind.
   * `completing()` among the moves scores one that is not left behind.
   */
  readonly sure?: number;
}

/**
 * Val in blocks, paired with the parent: a draft is dropped as soon as it is unlikely to be better, or has little to gain,
 * and kept as soon as it is likely to be better; one that is likely to beat the best one too goes on to the end of val,
 * unless it is a stepping stone (see {@link RacingOptions.sure}). A parent that was not seen on a block is run on it too,
 * for two blocks' worth of rows at most. What has not been decided when there are no more rows to ask for is no gain.
 * The chances are those of a normal mean with a normal prior, centred on what the test on train lets expect: as far as
 * that model is true, at most a share of `1 - keep` of the drafts that are kept is no better than its parent. It is looked
 * at after each block, which a Bayesian may do and a fixed test may not.
 * Source: the races of Maron and Moore, 1994 ("Hoeffding races"), with paired beliefs in place of bounds.
 * Throws `config` errors for options out of range.
 */
export function racing(options: RacingOptions = {}): Validation {
  const settings = racingSettings(options);
  const { block } = settings;
  return {
    name: `racing(${Object.values(settings).join(", ")})`,
    most: (rows) => Math.min(rows + 2 * block, 2 * rows),
    judge: (contest) => race(contest, settings),
  };
}

type RacingSettings = Required<RacingOptions>;

function racingSettings(options: RacingOptions): RacingSettings {
  const { block = 8, drop = 0.3, keep = 0.7, finish = 0.8, least = 0.01, sure = 0.9 } = options;
  wholeNumber("gepa", "the block of racing", block, 1);
  const shares = { drop, keep, finish, least, sure };
  for (const [name, value] of Object.entries(shares)) numberFrom("gepa", `${name} of racing`, value, 0, 1);
  if (drop >= 1 || keep <= 0 || finish <= 0 || sure <= 0 || drop > keep)
    throw new CultivarError(
      "config",
      `gepa: racing must drop at a chance below 1 and no higher than keep, and its keep, finish and sure must be above 0, got drop ${drop}, keep ${keep}, finish ${finish}, sure ${sure}`,
    );
  return { block, ...shares };
}

/** What is known of a draft after some blocks. */
interface Heat {
  /** What is believed of its gain on the parent. */
  readonly gain: Belief;
  readonly isKept: boolean;
  /** Whether it was seen to fail a row. */
  readonly fails: boolean;
  /** Val rows that it was not seen on. */
  readonly left: number;
}

async function race(contest: Contest, settings: RacingSettings): Promise<Verdict> {
  const { ask, askParent, order, parent, promise, width, top } = contest;
  const { block, keep } = settings;
  const rows: (Row | undefined)[] = order.map(() => undefined);
  const parentRows: Row[] = [];
  const tally = pairedTally(width);
  let [asked, size] = [0, block];
  let heat: Heat = { gain: promise, isKept: false, fails: false, left: order.length };
  let why = `${percent(keep)} are asked for`;
  for (let from = 0; from < order.length; from += size, size = heat.isKept ? 2 * size : block) {
    const places = order.slice(from, from + size);
    const unseen = heat.isKept ? [] : places.filter((place) => parent.val[place] === undefined);
    asked += places.length + unseen.length;
    if (asked > order.length + 2 * block) {
      why = "and the parent was seen on too few to go on";
      break;
    }
    const [found, of] = await Promise.all([ask(places), unseen.length === 0 ? [] : askParent(unseen)]);
    const fresh = new Map(unseen.map((place, i) => [place, of[i]?.score]));
    places.forEach((place, i) => {
      rows[place] = found[i];
      tally.add(parent.val[place] ?? fresh.get(place), found[i]?.score);
    });
    parentRows.push(...of);
    const gain = combined(promise, tally.belief());
    const fails = heat.fails || found.some(({ score }) => score !== undefined && score < top);
    heat = { ...heat, gain, fails, left: order.length - from - places.length };
    const dropped = whyDropped(contest, settings, heat);
    if (dropped !== undefined) {
      why = dropped;
      heat = { ...heat, isKept: false };
      break;
    }
    heat = { ...heat, isKept: heat.isKept || (tally.belief() !== undefined && chanceAbove(gain) > keep) };
    if (heat.isKept && maySuffice(contest, settings, heat)) break;
  }
  return { rows, parentRows, ...(!heat.isKept && { refusal: refusalOf(rows, tally, heat.gain, why) }) };
}

/** Why a draft is out of the race, empty where its chance says it all; undefined when it is not. */
function whyDropped({ width }: Contest, { drop, least }: RacingSettings, { gain, isKept }: Heat): string | undefined {
  if (chanceAbove(gain) < drop) return "";
  if (isKept) return undefined;
  return expectedGain(gain) < least * width ? `by less than ${least * width} on average` : undefined;
}

/** Whether a draft that is kept need not be scored on all of val: it is not the best one, or not for long. */
function maySuffice(
  { parent, best, mayWait }: Contest,
  { block, finish, sure }: RacingSettings,
  { gain, fails, left }: Heat,
): boolean {
  const lead = { mean: parent.quality.mean + gain.mean - best.quality.mean, variance: gain.variance };
  if (chanceAbove(lead) < finish) return true;
  const isBaselineBest = best.base === undefined;
  return mayWait && fails && left > block && !isBaselineBest && isComplete(parent) && chanceAbove(gain) > sure;
}

/** What is told of a draft that is not kept; `why` is empty where the chance says it all. */
function refusalOf(rows: Verdict["rows"], tally: PairedTally, gain: Belief, why: string): string {
  const seen = rows.filter((row) => row !== undefined).length;
  if (tally.belief() === undefined) return `none of ${seen} val rows could be scored on both sides`;
  return `${percent(chanceAbove(gain))} likely to be better after ${seen} val rows${why === "" ? "" : `, ${why}`}`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
