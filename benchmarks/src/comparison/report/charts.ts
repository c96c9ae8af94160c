import { parse, View } from "vega";
import type { TopLevelSpec } from "vega-lite";
import { compile } from "vega-lite";
import { isCurved, scoreAt } from "../curve.ts";
import { bounds as unranked } from "../contestants.ts";
import type { Overall } from "../overall.ts";
import { overall } from "../overall.ts";
import type { RunRecord } from "../run-record.ts";
import { criticalDifference, interval } from "../statistics.ts";
import type { Row } from "../summary.ts";

/** Draws a chart as SVG, without a browser: nothing runs where it is shown. */
async function draw(chart: object): Promise<string> {
  // the types of vega-lite are too deep for literals that are built in parts; its compiler checks the chart
  const spec = chart as TopLevelSpec;
  const { spec: vega } = compile({ background: "transparent", ...spec });
  return new View(parse(vega), { renderer: "none" }).toSVG();
}

/** Colours that colour-blind readers tell apart (Okabe and Ito, 2008). */
const colours = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#666666", "#b8a800"];

const byOptimizer = (optimizers: readonly string[]): object => ({
  field: "optimizer",
  type: "nominal",
  sort: null,
  scale: { domain: optimizers, range: optimizers.map((_, i) => colours[i % colours.length]) },
  title: null,
  // as strong as the lines, not as the bands
  legend: { symbolOpacity: 1 },
});

const gridSteps = 60;

/** Best-so-far curves of one world: the incumbent's noise-free score over metric calls, mean and 95 % interval over seeds. */
export function curves(records: readonly RunRecord[]): Promise<string> {
  const optimizers = [...new Set(records.map((record) => record.optimizer))];
  const values = optimizers.flatMap((optimizer) => {
    const runs = records.filter((record) => record.optimizer === optimizer);
    const outcomes = runs.flatMap(({ outcome }) => (outcome !== undefined && isCurved(outcome) ? [outcome] : []));
    if (outcomes.length === 0) return [];
    const { budget } = runs[0]!;
    return Array.from({ length: gridSteps + 1 }, (_, i) => {
      const calls = (budget * i) / gridSteps;
      const { mean, half } = interval(outcomes.map((outcome) => scoreAt(outcome, calls)))!;
      return {
        optimizer,
        calls,
        score: mean,
        low: Math.max(0, mean - (half ?? 0)),
        high: Math.min(1, mean + (half ?? 0)),
      };
    });
  });
  const x = { field: "calls", type: "quantitative", title: "metric calls" } as const;
  const scale = { zero: false } as const;
  const colour = byOptimizer(optimizers);
  return draw({
    width: 560,
    height: 300,
    data: { values },
    layer: [
      {
        mark: { type: "area", opacity: 0.15, interpolate: "step-after" },
        encoding: {
          x,
          y: { field: "low", type: "quantitative", title: "noise-free test score", scale },
          y2: { field: "high" },
          color: colour,
        },
      },
      {
        mark: { type: "line", interpolate: "step-after" },
        encoding: { x, y: { field: "score", type: "quantitative", scale }, color: colour },
      },
    ],
  });
}

/** Scores of one world with their 95 % intervals, between baseline and optimum. */
export function scores(rows: readonly Row[]): Promise<string> {
  const values = rows.flatMap(({ optimizer, score }) =>
    score === undefined
      ? []
      : [{ optimizer, score: score.mean, low: score.mean - (score.half ?? 0), high: score.mean + (score.half ?? 0) }],
  );
  const bounds = [rows[0]?.baseline, rows[0]?.optimum].flatMap((score) => (score === undefined ? [] : [{ score }]));
  const y = { field: "optimizer", type: "nominal", sort: null, title: null } as const;
  const x = { type: "quantitative", scale: { zero: false }, title: "noise-free test score" } as const;
  return draw({
    width: 560,
    data: { values },
    layer: [
      {
        data: { values: bounds },
        mark: { type: "rule", strokeDash: [4, 4], color: "#888" },
        encoding: { x: { ...x, field: "score" } },
      },
      { mark: "rule", encoding: { y, x: { ...x, field: "low" }, x2: { field: "high" } } },
      { mark: { type: "point", filled: true, size: 60 }, encoding: { y, x: { ...x, field: "score" } } },
    ],
  });
}

/** How much of the way from baseline to optimum each optimizer went, by world. Worlds without a way are left blank. */
export function heatMap(rows: readonly Row[]): Promise<string> {
  const values = rows.flatMap(({ world, optimizer, score, baseline, optimum }) =>
    score === undefined || baseline === undefined || optimum === undefined || optimum <= baseline
      ? []
      : [{ world, optimizer, way: (100 * (score.mean - baseline)) / (optimum - baseline) }],
  );
  const x = { field: "optimizer", type: "nominal", sort: null, title: null, axis: { labelAngle: -40 } } as const;
  const y = { field: "world", type: "nominal", sort: null, title: null } as const;
  return draw({
    width: { step: 70 },
    height: { step: 26 },
    data: { values },
    layer: [
      {
        mark: "rect",
        encoding: {
          x,
          y,
          color: {
            field: "way",
            type: "quantitative",
            title: "% of the way",
            scale: { domain: [-20, 0, 100], range: ["#d55e00", "#ffffff", "#0072b2"], clamp: true, interpolate: "rgb" },
          },
        },
      },
      {
        mark: { type: "text", fontSize: 11 },
        encoding: {
          x,
          y,
          text: { field: "way", type: "quantitative", format: ".0f" },
          color: { condition: { test: "datum.way > 60", value: "white" }, value: "black" },
        },
      },
    ],
    config: { view: { stroke: null } },
  });
}

/**
 * Critical-difference diagram (Demšar, 2006): mean ranks of those with a result on every world, the bounds left out; bars
 * join optimizers that Nemenyi's test at 5 % doesn't tell apart. Undefined for fewer than two optimizers or worlds.
 */
export async function rankDiagram(rows: readonly Row[]): Promise<string | undefined> {
  const ranked = overall(rows, unranked)
    .filter((one): one is Overall & { readonly rank: number } => one.rank !== undefined)
    .toSorted((a, b) => a.rank - b.rank);
  const worlds = new Set(rows.map((row) => row.world)).size;
  if (ranked.length < 2 || worlds < 2) return undefined;
  const critical = criticalDifference(ranked.length, worlds);
  const bars = barsOf(
    ranked.map((one) => one.rank),
    critical,
  );
  const x = { type: "quantitative", scale: { domain: [1, ranked.length] }, title: "mean rank (1 is best)" } as const;
  const count = ranked.length + bars.length;
  const scale = { reverse: true, domain: [0, count + 1], nice: false } as const;
  const y = { field: "line", type: "quantitative", axis: null, scale } as const;
  return draw({
    width: 560,
    height: 22 * (count + 1),
    title: {
      text: `critical difference ${critical.toFixed(2)} over ${worlds} worlds`,
      fontSize: 12,
      fontWeight: "normal",
    },
    layer: [
      {
        data: { values: bars.map((bar, i) => ({ ...bar, line: i + 1 })) },
        mark: { type: "rule", strokeWidth: 5, color: "#999" },
        encoding: { x: { ...x, field: "from" }, x2: { field: "to" }, y },
      },
      {
        data: { values: ranked.map(({ optimizer, rank }, i) => ({ optimizer, rank, line: bars.length + i + 1 })) },
        layer: [
          {
            mark: { type: "point", filled: true, size: 60, color: "#0072b2" },
            encoding: { x: { ...x, field: "rank" }, y },
          },
          {
            mark: { type: "text", align: "left", dx: 8 },
            encoding: { x: { ...x, field: "rank" }, y, text: { field: "optimizer", type: "nominal" } },
          },
        ],
      },
    ],
  });
}

/** The longest stretches of ascending ranks that span less than the critical difference, none within another. */
export function barsOf(
  ranks: readonly number[],
  critical: number,
): readonly { readonly from: number; readonly to: number }[] {
  const bars: { from: number; to: number }[] = [];
  for (const from of ranks) {
    const to = ranks.findLast((rank) => rank - from < critical)!;
    if (to > from && !bars.some((bar) => bar.from <= from && bar.to >= to)) bars.push({ from, to });
  }
  return bars;
}
