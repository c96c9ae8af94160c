import type { ComponentId, ExampleId, Rng, Study } from "@cultivar/core";
import { wholeNumber } from "../demos/limits.ts";
import type { Check } from "../proposals/hygiene.ts";
import { checked, hygiene } from "../proposals/hygiene.ts";
import { merging, mergeTest } from "./merging.ts";
import type { Desk, Move } from "./moves.ts";
import type { Member, Pool } from "./pool.ts";
import { crossoverPrompt } from "./prompts.ts";
import { textAgain } from "../proposals/phrases.ts";
import { ask } from "../proposals/ask.ts";
import { examplesText } from "../proposals/examples-text.ts";
import { settingOf } from "../proposals/setting.ts";
import type { Rewrite } from "../proposals/reply.ts";
import { blockIn } from "../proposals/reply.ts";
import { luck } from "./urges.ts";

export interface CrossoverOptions {
  /** Members among which pairs are looked for, those first that are believed best, from 2. Default 8. */
  readonly among?: number;
  /** Train rows at most that are shown of each text's failures where the other one is right; 0 shows none. Default 4. */
  readonly shown?: number;
  /** What a proposed text must pass, in order. Default `hygiene`. */
  readonly checks?: readonly Check[];
  /** Further calls at most when it does not pass, from 0. Default 1. */
  readonly retries?: number;
}

/** Two members, each of which is better than the other on some rows, and a text in which they differ. */
export interface Crossing {
  /** Places in the pool, the one that is believed better first. */
  readonly pair: readonly [number, number];
  readonly id: ComponentId;
  /** What a child as good as the better of them on each row would gain on both at least, summed over rows; above 0. */
  readonly promise: number;
}

/** The test of a crossover is that of a merge. */
const likeMerge = merging(1);

/**
 * A text that the reflection model makes of two members' texts, for programs of a single prompt too; tested like a merge.
 * Pairs are drawn in proportion to what a child with the strengths of both would gain, each at most once. Of val only
 * which member did better is used; of train the model is shown rows that both were seen on. 1 to 1 + `retries` calls.
 * GEPA's merge swaps whole texts, and leaves such programs alone. Throws `config` errors for options out of range.
 */
export function crossover(options: CrossoverOptions = {}): Move {
  const { checks = hygiene } = options;
  const among = wholeNumber("gepa", "among of crossover", options.among ?? 8, 2);
  const shown = wholeNumber("gepa", "shown of crossover", options.shown ?? 4, 0);
  const retries = wholeNumber("gepa", "retries of crossover", options.retries ?? 1, 0);
  const name = `crossover(${among}, ${shown}, [${checks.map((check) => check.name).join(", ")}], ${retries})`;
  return {
    name,
    cost: likeMerge.cost,
    urge: (pool, study) =>
      crossingsIn(pool, textsOf(study), among).length === 0 ? 0 : 0.5 * luck(pool.records.get(name)),
    async propose(desk) {
      const { study, pool, step, texts, stream } = desk;
      const rng = stream(`crossover ${step}`);
      const open = crossingsIn(pool, texts, among);
      if (open.length === 0) return {};
      const crossing = drawn(open, rng);
      const { pair, id } = crossing;
      const tried = [markOf(pair, id)];
      const differing = differencesOf(pool, pair, shown);
      const found = await recombined(desk, crossing, differing, checks, retries);
      const told = { shown: differing.flat(), tried };
      if ("rejected" in found) return { idle: found.rejected, ...told };
      const [better, other] = pair.map((place) => pool.members[place]!) as [Member, Member];
      const candidate = { ...better.candidate, [id]: found.text };
      const test = mergeTest(study, candidate, better, other, rng);
      return {
        draft: { candidate, parents: pair, component: id, why: "crossover of two texts", ...(test && { test }) },
        ...told,
      };
    },
  };
}

/** The pairs among the `among` members believed best that can be crossed and were not yet. O(among² · rows). */
export function crossingsIn(pool: Pool, texts: readonly ComponentId[], among: number): readonly Crossing[] {
  const { members, tried } = pool;
  const places = members
    .map((_, place) => place)
    .sort((a, b) => members[b]!.quality.mean - members[a]!.quality.mean)
    .slice(0, among);
  return places.flatMap((better, i) =>
    places.slice(i + 1).flatMap((other) => {
      const pair = [better, other] as const;
      const [one, two] = [members[better]!, members[other]!];
      const ids = texts.filter((id) => one.candidate[id] !== two.candidate[id] && !tried.has(markOf(pair, id)));
      const promise = ids.length === 0 ? 0 : promiseOf(one, two);
      return promise > 0 ? ids.map((id) => ({ pair, id, promise })) : [];
    }),
  );
}

/** The smaller of what each is ahead of the other by, on rows that both were seen on. */
function promiseOf(one: Member, other: Member): number {
  let [ahead, behind] = [0, 0];
  const count = (a: number | undefined, b: number | undefined): void => {
    if (a === undefined || b === undefined) return;
    ahead += Math.max(0, a - b);
    behind += Math.max(0, b - a);
  };
  for (const [i, score] of one.val.entries()) count(score, other.val[i]);
  for (const [id, score] of one.train) count(score, other.train.get(id));
  return Math.min(ahead, behind);
}

function drawn(open: readonly Crossing[], rng: Rng): Crossing {
  let ticket = rng.next() * open.reduce((sum, { promise }) => sum + promise, 0);
  return open.find(({ promise }) => (ticket -= promise) < 0) ?? open.at(-1)!;
}

/** Train rows on which the second of a pair did worse than the first, and the other way round; the widest gaps first. */
function differencesOf(
  { members }: Pool,
  pair: readonly [number, number],
  most: number,
): readonly [readonly ExampleId[], readonly ExampleId[]] {
  const [one, two] = pair.map((place) => members[place]!.train) as [Member["train"], Member["train"]];
  const gaps = [...one].flatMap(([id, score]) => {
    const other = two.get(id);
    return other === undefined || other === score ? [] : [{ id, gap: score - other }];
  });
  const widest = (sign: 1 | -1): readonly ExampleId[] =>
    gaps
      .filter(({ gap }) => sign * gap > 0)
      .sort((a, b) => sign * (b.gap - a.gap))
      .slice(0, most)
      .map(({ id }) => id);
  return [widest(1), widest(-1)];
}

/** Asks for the child's text. The rows shown were paid for when the members were first seen on them. */
async function recombined(
  { study, pool }: Desk,
  { pair, id }: Crossing,
  [onlyFirst, onlySecond]: readonly [readonly ExampleId[], readonly ExampleId[]],
  checks: readonly Check[],
  retries: number,
): Promise<Rewrite> {
  const [first, second] = pair.map((place) => pool.members[place]!.candidate[id]!) as [string, string];
  const failures = async (place: number, ids: readonly ExampleId[]): Promise<string> => {
    if (ids.length === 0) return "";
    const { candidate } = pool.members[place]!;
    return examplesText(study, id, (await study.evaluate({ candidate, split: "train", ids, capture: "trace" })).rows);
  };
  const ids = new Set([...onlyFirst, ...onlySecond]);
  const refused = [{ text: second, why: "it is the second version" }];
  const shown = study.train.filter((example) => ids.has(example.id));
  const against = { current: first, spec: study.space[id]!, refused, shown };
  const prompt = crossoverPrompt({
    ...settingOf(study, id, against, checks),
    first,
    second,
    onlyFirst: await failures(pair[1], onlyFirst),
    onlySecond: await failures(pair[0], onlySecond),
  });
  return ask(study, { prompt, retries, again: textAgain, read: (answer) => checked(blockIn(answer), against, checks) });
}

function markOf(pair: readonly [number, number], id: ComponentId): string {
  return `crossover ${[...pair].sort((a, b) => a - b).join(" ")} ${id}`;
}

function textsOf({ space }: Study): readonly ComponentId[] {
  return Object.keys(space).filter((id) => space[id]!.kind === "text");
}
