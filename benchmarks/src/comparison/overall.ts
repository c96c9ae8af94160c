import type { Paired } from "./statistics.ts";
import { holm, paired, ranks } from "./statistics.ts";
import type { Row } from "./summary.ts";

/** One optimizer over all worlds at one noise level. */
export interface Overall {
  readonly optimizer: string;
  readonly noise: number;
  readonly persistent: boolean;
  /** Worlds that it ran on. */
  readonly worlds: number;
  /** Means over worlds: of the score, and of what was gained on the baseline as a share of what could be. */
  readonly score: number;
  readonly covered: number;
  /** Mean rank, 1 the best, among the optimizers with a result on every world; undefined for the others. */
  readonly rank: number | undefined;
}

/** One optimizer against another over the worlds on which both have a result of the same seed. */
export interface Duel {
  /** Of the mean over these worlds, paired by the seeds that ended with a result on all of them. */
  readonly overall: Paired | undefined;
  /** By world, with p adjusted by Holm over the worlds. */
  readonly worlds: readonly { readonly world: string; readonly difference: Paired; readonly adjustedP: number }[];
}

/** Every optimizer of rows of one noise level and budget; `unranked` ones have no rank, and take none from others. */
export function overall(rows: readonly Row[], unranked: readonly string[] = []): readonly Overall[] {
  const optimizers = [...new Set(rows.map((row) => row.optimizer))];
  const worlds = [...new Set(rows.map((row) => row.world))];
  const scoreOf = (optimizer: string, world: string): number | undefined =>
    rows.find((row) => row.optimizer === optimizer && row.world === world)?.score?.mean;
  const complete = optimizers.filter(
    (one) => !unranked.includes(one) && worlds.every((world) => scoreOf(one, world) !== undefined),
  );
  const ranked = worlds.map((world) => ranks(complete.map((one) => scoreOf(one, world)!)));
  return optimizers.flatMap((optimizer) => {
    const place = complete.indexOf(optimizer);
    const own = rows.filter((row) => row.optimizer === optimizer && row.score !== undefined);
    if (own.length === 0) return [];
    const reachable = own.filter((row) => row.optimum! > row.baseline!);
    return [
      {
        optimizer,
        noise: own[0]!.noise,
        persistent: own[0]!.persistent,
        worlds: own.length,
        score: mean(own.map((row) => row.score!.mean)),
        covered: mean(reachable.map((row) => (row.score!.mean - row.baseline!) / (row.optimum! - row.baseline!))),
        rank: place === -1 ? undefined : mean(ranked.map((one) => one[place]!)),
      },
    ];
  });
}

/** `challenger` minus `other`, over rows of one noise level and budget. */
export function duel(rows: readonly Row[], challenger: string, other: string): Duel {
  const pairs = rows
    .filter((row) => row.optimizer === challenger)
    .flatMap((own) => {
      const its = rows.find((row) => row.optimizer === other && row.world === own.world);
      return its?.seeds.some((seed) => own.seeds.includes(seed)) === true ? [{ own, its }] : [];
    });
  const seeds = pairs
    .map(({ own, its }) => own.seeds.filter((seed) => its.seeds.includes(seed)))
    .reduce<readonly number[]>((all, some, i) => (i === 0 ? some : all.filter((seed) => some.includes(seed))), []);
  const meanOver = (which: "own" | "its", seed: number): number =>
    mean(pairs.map((pair) => pair[which].scores[pair[which].seeds.indexOf(seed)]!));
  const worlds = pairs.flatMap(({ own, its }) => {
    const both = own.seeds.filter((seed) => its.seeds.includes(seed));
    const scores = (row: Row): readonly number[] => both.map((seed) => row.scores[row.seeds.indexOf(seed)]!);
    const difference = paired(scores(its), scores(own));
    return difference === undefined ? [] : [{ world: own.world, difference }];
  });
  const adjusted = holm(worlds.map(({ difference }) => difference.p ?? 1));
  return {
    overall: paired(
      seeds.map((seed) => meanOver("its", seed)),
      seeds.map((seed) => meanOver("own", seed)),
    ),
    worlds: worlds.map((one, i) => ({ ...one, adjustedP: adjusted[i]! })),
  };
}

/**
 * A part of an optimizer: what `variant` has more than `base`, at each of some levels and over all of them. Runs of one seed
 * share their rows at every level: over all levels a seed counts once, with its mean.
 */
export interface Worth {
  /** Test scores and areas, paired by seed, means over worlds; undefined without pairs. */
  readonly scores: { readonly byLevel: readonly (Paired | undefined)[]; readonly all: Paired | undefined };
  readonly areas: Paired | undefined;
  /** Metric calls until 90 % of the way, likewise, over the worlds where there is a way to go. */
  readonly goals: Paired | undefined;
  /** Worlds whose scores differ (p < 0.05 after Holm over the worlds), all levels together. */
  readonly worlds: readonly { readonly world: string; readonly difference: Paired }[];
}

/** `variant` minus `base`, over the worlds, levels and seeds that both have. */
export function worth(levels: readonly (readonly Row[])[], variant: string, base: string): Worth {
  const pairsOf = (valuesOf: (row: Row) => readonly number[] | undefined): readonly Pair[] =>
    levels.flatMap((rows, level) =>
      rows
        .filter((row) => row.optimizer === variant)
        .flatMap((own) => {
          const its = rows.find((row) => row.optimizer === base && row.world === own.world);
          const [after, before] = [valuesOf(own), its && valuesOf(its)];
          if (its === undefined || after === undefined || before === undefined) return [];
          return own.seeds.flatMap((seed, i) => {
            const at = its.seeds.indexOf(seed);
            return at === -1 ? [] : [{ world: own.world, level, seed, before: before[at]!, after: after[i]! }];
          });
        }),
    );
  const scored = pairsOf((row) => row.scores);
  const names = [...new Set(scored.map(({ world }) => world))];
  const worlds = names.map((world) => ({
    world,
    difference: inPairs(bySeed(scored.filter((one) => one.world === world)))!,
  }));
  const adjusted = holm(worlds.map(({ difference }) => difference.p ?? 1));
  return {
    scores: {
      byLevel: levels.map((_, level) => inPairs(bySeed(scored.filter((one) => one.level === level)))),
      all: inPairs(bySeed(scored)),
    },
    areas: inPairs(bySeed(pairsOf((row) => row.areas))),
    goals: inPairs(bySeed(pairsOf((row) => row.goals))),
    worlds: worlds.filter((_, i) => adjusted[i]! < 0.05),
  };
}

interface Pair {
  readonly world: string;
  readonly level: number;
  readonly seed: number;
  readonly before: number;
  readonly after: number;
}

function inPairs(pairs: readonly Pick<Pair, "before" | "after">[]): Paired | undefined {
  return paired(
    pairs.map(({ before }) => before),
    pairs.map(({ after }) => after),
  );
}

/** Means by seed, of those seeds that have every world and level that any has. */
function bySeed(pairs: readonly Pair[]): readonly Pick<Pair, "before" | "after">[] {
  const cells = new Set(pairs.map(({ world, level }) => `${world} ${level}`));
  const groups = Map.groupBy(pairs, ({ seed }) => seed);
  return [...groups.values()]
    .filter((group) => group.length === cells.size)
    .map((group) => ({
      before: mean(group.map((one) => one.before)),
      after: mean(group.map((one) => one.after)),
    }));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
