import type { RunRecord } from "../run-record.ts";
import type { Row } from "../summary.ts";
import { printTable } from "../table.ts";
import { curves, heatMap, rankDiagram, scores } from "./charts.ts";
import { escapeHtml } from "./escape-html.ts";

/** What a page says of where its figures come from. */
export interface ReportInput {
  readonly command: string;
  readonly commit: string | undefined;
  readonly seeds: readonly number[];
  readonly node: string;
  readonly rows: readonly Row[];
}

const style = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 1100px; padding: 1.5rem; color: #222; background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; } h3 { font-size: 1rem; }
nav a { margin-right: .8rem; white-space: nowrap; }
pre { overflow-x: auto; background: #f6f6f6; padding: .8rem; font-size: 12px; line-height: 1.4; }
svg { max-width: 100%; height: auto; }
.page { display: none; } .page:target { display: block; } body:not(:has(.page:target)) #all { display: block; }
`;

/** A comparison as one HTML file that loads nothing and runs nothing: an overview, and a page per world. */
export async function renderReport(input: ReportInput, records: readonly RunRecord[]): Promise<string> {
  const worlds = [...new Set(input.rows.map((row) => row.world))];
  const levels = [...new Set(input.rows.map((row) => JSON.stringify([row.noise, row.persistent])))];
  const ofLevel = <T extends { readonly noise: number; readonly persistent: boolean }>(
    level: string,
    all: readonly T[],
  ): readonly T[] => all.filter((one) => JSON.stringify([one.noise, one.persistent]) === level);

  const overview: string[] = [];
  for (const level of levels) {
    const rows = ofLevel(level, input.rows);
    const ranks = await rankDiagram(rows);
    overview.push(
      `<h2>${nameOf(rows[0]!)}</h2>`,
      figure(
        "Share of the way from baseline to optimum, in percent; worlds where nothing can be gained are left out",
        await heatMap(rows),
      ),
      ranks === undefined
        ? ""
        : figure(
            "Mean ranks over all worlds; bars join optimizers that Nemenyi's test at 5 % does not tell apart",
            ranks,
          ),
    );
  }
  const pages: string[] = [];
  for (const [i, world] of worlds.entries()) {
    const parts: string[] = [];
    for (const level of levels) {
      const rows = ofLevel(level, input.rows).filter((row) => row.world === world);
      if (rows.length === 0) continue;
      const own = ofLevel(level, records).filter((record) => record.world === world);
      parts.push(
        `<h3>${nameOf(rows[0]!)}</h3>`,
        figure("Best so far: the incumbent's noise-free score", await curves(own)),
        figure("Returned candidates, 95 % intervals; dashed: baseline and optimum", await scores(rows)),
        `<pre>${escapeHtml(printTable(rows).split("Means over worlds")[0]!.trim())}</pre>`,
      );
    }
    pages.push(page(`world-${i}`, world, parts.join("\n")));
  }
  const links = [
    '<a href="#all">overview</a>',
    ...worlds.map((world, i) => `<a href="#world-${i}">${escapeHtml(world)}</a>`),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Optimizers compared</title>
<style>${style}</style>
</head>
<body>
<h1>Optimizers compared, on simulated models</h1>
<p>Made by <code>${escapeHtml(input.command)}</code> at commit ${escapeHtml(input.commit ?? "unknown")}, Node ${escapeHtml(input.node)},
${input.seeds.length} seeds (${escapeHtml(seedsOf(input.seeds))}).</p>
<nav>${links.join("\n")}</nav>
${page("all", "All worlds", overview.join("\n"))}
${pages.join("\n")}
</body>
</html>
`;
}

function page(id: string, title: string, body: string): string {
  return `<section class="page" id="${id}">\n<h2>${escapeHtml(title)}</h2>\n${body}\n</section>`;
}

function figure(caption: string, svg: string): string {
  return `<figure><figcaption>${escapeHtml(caption)}</figcaption>${svg}</figure>`;
}

function nameOf({ noise, persistent, budget }: Row): string {
  const flips = noise === 0 ? "No noise" : `${100 * noise} % of judgements flipped${persistent ? ", by row" : ""}`;
  return escapeHtml(`${flips}, ${budget} metric calls`);
}

function seedsOf(seeds: readonly number[]): string {
  const [first, last] = [seeds[0], seeds.at(-1)];
  const isRange = first !== undefined && seeds.every((seed, i) => seed === first + i);
  return isRange && seeds.length > 1 ? `${first}..${last}` : seeds.join(", ");
}
