import { bounds } from "./contestants.ts";
import type { Overall } from "./overall.ts";
import { overall } from "./overall.ts";
import type { Interval } from "./statistics.ts";
import type { Row } from "./summary.ts";

const columns = [
  "optimizer",
  "test score",
  "area",
  "calls to 90 %",
  "vs random",
  "worse",
  "metric calls",
  "LM calls",
  "tokens",
  "usd",
  "s",
] as const;

/** All rows as text: a table per world and noise level, then the means over worlds. */
export function printTable(rows: readonly Row[]): string {
  const parts: string[] = [];
  for (const group of groupsOf(rows, ({ world, noise, persistent }) => JSON.stringify([world, noise, persistent]))) {
    const { world, noise, persistent, budget, baseline, optimum } = group.find((row) => row.score) ?? group[0]!;
    const flips = noise === 0 ? "no noise" : `noise ${percent(noise)}${persistent ? " by row" : ""}`;
    parts.push(
      `${world}, ${flips}, ${budget} metric calls: baseline ${points(baseline)}, optimum ${points(optimum)}`,
      lines([columns, ...group.map(cellsOf)]),
      ...failures(group),
      "",
    );
  }
  for (const group of groupsOf(rows, ({ noise, persistent }) => JSON.stringify([noise, persistent]))) {
    const { noise, persistent } = group[0]!;
    parts.push(
      `Means over worlds, ${noise === 0 ? "no noise" : `noise ${percent(noise)}${persistent ? " by row" : ""}`}`,
      lines([
        ["optimizer", "worlds", "test score", "of the way", "mean rank"],
        ...overall(group, bounds).map(overallCells),
      ]),
      "",
    );
  }
  return parts.join("\n");
}

function groupsOf(rows: readonly Row[], keyOf: (row: Row) => string): readonly (readonly Row[])[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return [...groups.values()];
}

function cellsOf(row: Row): readonly string[] {
  const { toGoal, versusRandom } = row;
  return [
    row.optimizer,
    row.score === undefined ? "no result" : spread(row.score),
    row.area === undefined ? "-" : spread(row.area),
    toGoal === undefined ? "-" : `${toGoal.median} (${toGoal.reached}/${toGoal.n})`,
    versusRandom === undefined ? "-" : `${versusRandom.mean < 0 ? "" : "+"}${spread(versusRandom)}`,
    row.worse === undefined ? "-" : percent(row.worse),
    row.reportedMetricCalls === undefined
      ? whole(row.metricCalls)
      : `${whole(row.metricCalls)} (says ${whole(row.reportedMetricCalls)})`,
    whole(row.lmCalls),
    whole(row.tokens),
    row.usd === undefined ? "-" : row.usd.toFixed(3),
    row.seconds === undefined ? "-" : row.seconds.toFixed(1),
  ];
}

function overallCells(one: Overall): readonly string[] {
  const { optimizer, worlds, score, covered, rank } = one;
  const way = Number.isNaN(covered) ? "-" : percent(covered);
  return [optimizer, String(worlds), points(score), way, rank === undefined ? "-" : rank.toFixed(2)];
}

function failures(group: readonly Row[]): readonly string[] {
  return group.flatMap(({ optimizer, failures: own }) =>
    own.length === 0 ? [] : [`  ${optimizer}: ${own.length} runs failed; the first: ${own[0]!.slice(0, 300)}`],
  );
}

function lines(cells: readonly (readonly string[])[]): string {
  const widths = cells[0]!.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)));
  return cells
    .map(
      (row) => `  ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  ")}`,
    )
    .join("\n");
}

const points = (value: number | undefined): string => (value === undefined ? "-" : (100 * value).toFixed(1));
const percent = (value: number): string => `${Math.round(100 * value)} %`;
const whole = (value: number | undefined): string => (value === undefined ? "-" : String(Math.round(value)));

/** In points of 100, with half the width of the 95 % interval. */
function spread({ mean, half }: Interval): string {
  return `${points(mean)} +- ${half === undefined ? "?" : (100 * half).toFixed(1)}`;
}
