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

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
