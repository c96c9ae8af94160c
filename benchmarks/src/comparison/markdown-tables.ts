import { bounds } from "./contestants.ts";
import { duel, overall, worth } from "./overall.ts";
import type { Level, ResultFile } from "./result-file.ts";
import type { Interval } from "./statistics.ts";
import { median } from "./statistics.ts";
import type { Row } from "./summary.ts";

/** Where figures come from, one line a file. */
export function provenance(files: readonly ResultFile[]): string {
  return files
    .map(({ command, commit, seeds, versions, node }) => {
      const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
      return `- ${code(command)} at ${commit ?? "an unknown commit"}, ${seeds.length} seeds (${seedsOf(seeds)}), Node ${node}, ${packages.join(", ")}`;
    })
    .join("\n");
}

/** What was measured, as a heading. */
export function titleOf({ noise, persistent, budget, rowsPerSplit: { train, val, test } }: Level): string {
  const flips = noise === 0 ? "no noise" : `${percent(noise)} of judgements flipped${persistent ? ", by row" : ""}`;
  return `${budget} metric calls, ${flips}, ${train} train, ${val} val and ${test} test rows`;
}

/** Test scores in points, worlds by optimizers, between baseline and optimum. */
export function scoreTable({ rows }: Level): string {
  const names = optimizersIn(rows);
  return table([
    ["world", "baseline", "optimum", ...names],
    ...worldsIn(rows).map((world) => {
      const own = rows.filter((row) => row.world === world);
      const bound = own.find((row) => row.baseline !== undefined);
      return [
        code(world),
        points(bound?.baseline),
        points(bound?.optimum),
        ...names.map((name) => scoreCell(own.find((row) => row.optimizer === name))),
      ];
    }),
  ]);
}

function scoreCell(row: Row | undefined): string {
  if (row === undefined) return "-";
  if (row.score === undefined) return "failed";
  const runs = row.seeds.length + row.failures.length;
  return row.failures.length === 0 ? spread(row.score) : `${spread(row.score)} (${row.seeds.length} of ${runs} runs)`;
}

/** Means over worlds; ranks are among the optimizers of the table that have a result on every world. */
export function meansTable({ rows }: Level): string {
  const shown = overall(rows.filter((row) => !isBound(row.optimizer)));
  return table([
    ["optimizer", "worlds", "test score", "of the way", "mean rank", "worse"],
    ...shown.map(({ optimizer, worlds, score, covered, rank }) => [
      cell(optimizer),
      String(worlds),
      points(score),
      Number.isNaN(covered) ? "-" : percent(covered),
      rank === undefined ? "-" : rank.toFixed(2),
      worseIn(rows.filter((row) => row.optimizer === optimizer)),
    ]),
  ]);
}

/** Runs whose candidate is more than a point below the baseline, of all. */
function worseIn(rows: readonly Row[]): string {
  const runs = rows.reduce((sum, row) => sum + row.seeds.length, 0);
  const worse = rows.reduce((sum, row) => sum + (row.worse ?? 0) * row.seeds.length, 0);
  return `${Math.round(worse)} of ${runs}`;
}

/**
 * A line for each mean that lies above the optimum by more than two standard errors of the optimum's own mean over the test
 * rows, as if rows were right or wrong. Empty when there are none.
 */
export function aboveList({ rows, rowsPerSplit }: Level): string {
  return rows
    .flatMap(({ world, optimizer, score, optimum }) => {
      if (score === undefined || optimum === undefined) return [];
      const twice = 2 * Math.sqrt((optimum * (1 - optimum)) / rowsPerSplit.test);
      return score.mean > optimum + twice
        ? [
            `- ${cell(optimizer)} on ${code(world)} lies ${points(score.mean - optimum)} above the optimum (chance explains ${points(twice)})`,
          ]
        : [];
    })
    .join("\n");
}

/** Metric calls as counted, and in brackets as the framework reports them; worlds by optimizers, means per run. */
export function callsTable({ rows }: Level): string {
  const names = optimizersIn(rows);
  return table([
    ["world", ...names],
    ...worldsIn(rows).map((world) => [
      code(world),
      ...names.map((name) => {
        const row = rows.find((one) => one.world === world && one.optimizer === name);
        if (row?.metricCalls === undefined) return "-";
        const says = row.reportedMetricCalls;
        return says === undefined ? whole(row.metricCalls) : `${whole(row.metricCalls)} (${whole(says)})`;
      }),
    ]),
  ]);
}

/** What a run costs: means over worlds of means per run. */
export function costTable({ rows }: Level): string {
  const names = [...new Set(rows.map((row) => row.optimizer))].filter((name) => !isBound(name));
  return table([
    ["optimizer", "worlds", "metric calls", "it says", "LM calls", "usd", "seconds", "failed runs"],
    ...names.map((name) => {
      const own = rows.filter((row) => row.optimizer === name);
      const over = (pick: (row: Row) => number | undefined, digits: number): string => {
        const found = own.flatMap((row) => pick(row) ?? []);
        return found.length === 0 ? "-" : (found.reduce((sum, one) => sum + one, 0) / found.length).toFixed(digits);
      };
      const failed = own.reduce((sum, row) => sum + row.failures.length, 0);
      const runs = own.reduce((sum, row) => sum + row.seeds.length + row.failures.length, 0);
      return [
        cell(name),
        String(own.length),
        over((row) => row.metricCalls, 0),
        over((row) => row.reportedMetricCalls, 0),
        over((row) => row.lmCalls, 0),
        over((row) => row.usd, 3),
        over((row) => row.seconds, 1),
        `${failed} of ${runs}`,
      ];
    }),
  ]);
}

/** A line for each error that runs ended with, and for each column that is missing. Empty when there are none. */
export function failureList({ rows }: Level, files: readonly ResultFile[]): string {
  const failed = rows.flatMap(({ optimizer, world, failures, seeds }) => {
    const counts = new Map<string, number>();
    for (const error of failures) counts.set(error, (counts.get(error) ?? 0) + 1);
    return [...counts].map(
      ([error, count]) =>
        `- ${cell(optimizer)} on ${code(world)}: ${count} of ${seeds.length + failures.length} runs failed: ${code(error)}`,
    );
  });
  const missing = files.flatMap((file) => file.missing ?? []);
  return [...failed, ...missing.map(({ peer, why }) => `- ${cell(peer)} was not measured: ${code(why)}`)].join("\n");
}

/**
 * One optimizer against another: paired by seed, with 95 % intervals and p adjusted by Holm over the worlds, and the ratio
 * of the median numbers of metric calls until 90 % of the way. Runs that never get there count as the whole budget, so that
 * a ratio with one such median is a bound, and there is none with two. Undefined for an optimizer without rows at this level.
 */
export function duelTable({ rows, budget }: Level, challenger: string, other: string): string | undefined {
  if ([challenger, other].some((name) => !rows.some((row) => row.optimizer === name))) return undefined;
  const { overall: whole, worlds } = duel(rows, challenger, other);
  const rowOf = (optimizer: string, world: string): Row | undefined =>
    rows.find((row) => row.optimizer === optimizer && row.world === world);
  const ratios: number[] = [];
  const lines = worlds.map(({ world, difference, adjustedP }) => {
    const [own, its] = [rowOf(challenger, world), rowOf(other, world)].map((row) => row?.toGoal?.median);
    const bothEnd = own === undefined || its === undefined || (own >= budget && its >= budget);
    if (!bothEnd) ratios.push(own / its);
    const bound =
      own === undefined || its === undefined || (own < budget && its < budget) ? "" : own < budget ? "< " : "> ";
    return [
      code(world),
      signed(difference),
      String(difference.n),
      adjustedP < 0.001 ? "< 0.001" : adjustedP.toFixed(3),
      own === undefined ? "-" : String(own),
      its === undefined ? "-" : String(its),
      bothEnd ? "-" : `${bound}${(own / its).toFixed(2)}`,
    ];
  });
  const mean =
    whole === undefined
      ? "no seeds in common"
      : `${signed(whole)} points, mean over ${worlds.length} worlds, paired by ${whole.n} seeds, p ${whole.p === undefined ? "unknown" : whole.p < 0.001 ? "< 0.001" : whole.p.toFixed(3)}`;
  const ratio = median(ratios);
  return [
    `${code(challenger)} against ${code(other)}: ${mean}.`,
    table([["world", "difference", "n", "p (Holm)", `calls, ${challenger}`, `calls, ${other}`, "ratio"], ...lines]),
    ratio === undefined
      ? "No world on which either got 90 % of the way and both show it."
      : `Calls: median metric calls to 90 % of the way. Median of the ratios: ${ratio.toFixed(2)} over ${ratios.length} ${ratios.length === 1 ? "world" : "worlds"}.`,
  ].join("\n\n");
}

/**
 * What each optimizer has more than `base`: scores paired by seed, as means over worlds, at each level and over all, and areas
 * and metric calls to 90 % of the way over all, with 95 % intervals; and the worlds with p < 0.05 after Holm. Undefined
 * without rows of `base`.
 */
export function ablationTable(levels: readonly Level[], base: string): string | undefined {
  const rows = levels.map((level) => level.rows);
  const budgets = new Set(levels.map(({ budget }) => budget));
  if (budgets.size > 1)
    throw new Error(`--ablation: expected runs of one budget, got ${[...budgets].join(" and ")} metric calls`);
  const names = optimizersIn(rows.flat()).filter((name) => name !== base);
  const own = rows.flat().filter((row) => row.optimizer === base);
  if (own.length === 0) return undefined;
  const shown = (one: Interval | undefined): string => (one === undefined ? "-" : signed(one));
  const meanOf = (all: readonly (number | undefined)[]): string => {
    const found = all.flatMap((value) => value ?? []);
    return found.length === 0 ? "-" : points(found.reduce((sum, value) => sum + value, 0) / found.length);
  };
  const first = levels.map((level) => {
    const its = level.rows.filter((row) => row.optimizer === base);
    return `${meanOf(its.map((row) => row.score?.mean))} (${meanOf(its.map((row) => row.area?.mean))})`;
  });
  const heads = levels.map(({ noise }) => (noise === 0 ? "no noise" : `${percent(noise)} flipped`));
  return [
    `What each has more than ${code(base)}, whose test score (area) stands in the first line.`,
    table([
      ["variant", ...heads, "all", "n", "area, all", "calls to 90 %, all", "p < 0.05 by world"],
      [cell(base), ...first, "", "", "", "", ""],
      ...names.map((name) => {
        const { scores, areas, goals, worlds } = worth(rows, name, base);
        const apart = worlds.map(({ world, difference }) => `${world} ${signed(difference)}`);
        return [
          cell(name),
          ...scores.byLevel.map(shown),
          shown(scores.all),
          String(scores.all?.n ?? 0),
          shown(areas),
          // calls, not points
          shown(goals && scaled(goals, 0.01)),
          apart.join(", "),
        ];
      }),
    ]),
  ].join("\n\n");
}

function scaled({ mean, half, n }: Interval, by: number): Interval {
  return { mean: by * mean, half: half === undefined ? undefined : by * half, n };
}

function isBound(optimizer: string): boolean {
  return bounds.includes(optimizer.replace(/^ours:/, ""));
}

function optimizersIn(rows: readonly Row[]): readonly string[] {
  return [...new Set(rows.map((row) => row.optimizer))].filter((name) => !isBound(name));
}

function worldsIn(rows: readonly Row[]): readonly string[] {
  return [...new Set(rows.map((row) => row.world))];
}

function table([head, ...body]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head!.map(cell)), line(head!.map(() => "---")), ...body.map(line)].join("\n");
}

/** A text within a cell. */
function cell(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/[\\|<>`*_[\]]/g, (character) => `\\${character}`);
}

const longest = 300;

/** A text as code, in one line and in a cell. */
function code(text: string): string {
  return `\`${text.replaceAll(/\s+/g, " ").replaceAll("`", "'").replaceAll("|", "/").trim().slice(0, longest)}\``;
}

const points = (share: number | undefined): string => (share === undefined ? "-" : (100 * share).toFixed(1));
const percent = (share: number): string => `${Math.round(100 * share)} %`;
const whole = (value: number): string => String(Math.round(value));

/** In points of 100, with half the width of the 95 % interval. */
function spread({ mean, half }: Interval): string {
  return `${points(mean)} +- ${half === undefined ? "?" : points(half)}`;
}

function signed({ mean, ...rest }: Interval): string {
  // what rounds to nothing has no sign of its own
  const shown = Math.abs(mean) < 0.0005 ? 0 : mean;
  return `${shown < 0 ? "" : "+"}${spread({ ...rest, mean: shown })}`;
}

function seedsOf(seeds: readonly number[]): string {
  const [first, last] = [seeds[0], seeds.at(-1)];
  const isRange = first !== undefined && seeds.every((seed, i) => seed === first + i);
  return isRange && seeds.length > 1 ? `${first}..${last}` : seeds.join(", ");
}
