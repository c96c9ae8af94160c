import { interleaved, runChild } from "./child.ts";
import type { Figure } from "./measure.ts";
import { figure } from "./measure.ts";
import type { GepaSteps } from "./scale-gepa.ts";
import { gepaSteps } from "./scale-gepa.ts";
import type { Effort, Goal, Line, Section } from "./section.ts";
import { atMost } from "./section.ts";

/** What one run of ours took: CPU of each step and of a bare loop over as many rows, in milliseconds. */
interface OurSteps {
  readonly stepsMs: readonly number[];
  readonly bareMs: number;
  /** CPU of core's `evaluate` over as many rows. */
  readonly evaluateMs: number;
  readonly totalMs: number;
  readonly rssMb: number;
}

interface Cell {
  readonly kind: "tie" | "cont";
  readonly rows: number;
  readonly ours: OurSteps;
  readonly gepa: GepaSteps;
}

const kinds = ["tie", "cont"] as const;
const systems = ["ours", "gepa"] as const;
const lastSteps = 10;

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean, mean of the last ten and sum of the first `count` steps, less `bareMs` for each; nothing where there are fewer. */
function upTo(
  who: string,
  stepsMs: readonly number[],
  count: number,
  bareMs: number,
): Readonly<Record<string, Figure>> {
  if (stepsMs.length < count) return {};
  const net = stepsMs.slice(0, count).map((ms) => ms - bareMs);
  return {
    [`${who}, ms a step`]: figure([mean(net)]),
    [`${who}, last ${lastSteps}`]: figure([mean(net.slice(-lastSteps))]),
    [`${who}, total s`]: figure([net.reduce((sum, ms) => sum + ms, 0) / 1000]),
  };
}

/** The median of the last 50 steps, as a multiple of that of steps 51 to 100: medians, for a collection falls on any step. */
function growth({ stepsMs, bareMs }: OurSteps): number {
  const typical = (steps: readonly number[]): number => figure(steps).median - bareMs;
  return typical(stepsMs.slice(-50)) / typical(stepsMs.slice(50, 100));
}

function stepsOf(gepa: GepaSteps): readonly number[] {
  return "stepsMs" in gepa ? gepa.stepsMs : [];
}

/**
 * CPU per optimizer step as candidates and val rows grow, with a scripted optimizer that asks for what GEPA asks for
 * when every proposal is accepted, beside gepa itself in the same turn; and the heap that a run keeps. A step does not
 * depend on those after it, so that one run of the most candidates gives the cells with fewer, too.
 */
export async function scale({ quick, capSeconds = quick ? 20 : 120 }: Effort): Promise<Section> {
  const sizes = quick ? [100, 1000] : [100, 1000, 5000];
  const counts = quick ? [50, 200] : [50, 200, 500];
  const most = counts.at(-1)!;
  const cells: Cell[] = [];
  for (const rows of sizes)
    for (const kind of kinds) {
      const measured = await interleaved(systems, 1, (who) => measure(who, kind, rows, most, capSeconds));
      cells.push({ kind, rows, ours: measured.ours[0] as OurSteps, gepa: measured.gepa[0] as GepaSteps });
    }
  const rising = await runChild<OurSteps>("scale-child.ts", ["rise", 100, most, capSeconds, "memory"]);
  const kept = quick ? 200 : 1000;
  const heap = await Promise.all((["memory", "file"] as const).map((journal) => heapKept(journal, kept)));
  return {
    name: "CPU per optimizer step, val rows x candidates",
    method: `a scripted optimizer over a tuned function, every proposal accepted and scored on all of val, less a bare loop over the same rows ("of it evaluate": what core's evaluate takes for as many rows, less that loop too); at most ${capSeconds} s of CPU a run; built dist; ${notes(cells, most)}`,
    lines: [
      ...cells.flatMap(({ kind, rows, ours, gepa }) =>
        counts.map((count): Line => ({
          name: `${rows} x ${count}, ${kind}`,
          figures: {
            ...upTo("ours", ours.stepsMs, count, ours.bareMs),
            ...(ours.stepsMs.length >= count && { "of it evaluate, ms": figure([ours.evaluateMs - ours.bareMs]) }),
            ...upTo("gepa", stepsOf(gepa), count, 0),
          },
        })),
      ),
      { name: `100 x ${most}, each a new incumbent`, figures: upTo("ours", rising.stepsMs, most, rising.bareMs) },
      ...heap,
    ],
    goals: [
      ...cells
        .filter(({ ours }) => ours.stepsMs.length === most)
        .map(({ kind, rows, ours }): Goal =>
          atMost(`last 50 steps over steps 51 to 100, ${rows} x ${most}, ${kind}`, growth(ours), 1.5, "x"),
        ),
      atMost(`the same, each a new incumbent`, growth(rising), 1.5, "x"),
    ],
  };
}

function measure(
  who: (typeof systems)[number],
  kind: string,
  rows: number,
  most: number,
  capSeconds: number,
): Promise<OurSteps | GepaSteps> {
  if (who === "gepa") return gepaSteps(kind, rows, most, capSeconds);
  // Millions of rows outgrow the default heap.
  return runChild<OurSteps>("scale-child.ts", [kind, rows, most, capSeconds, "memory"], ["--max-old-space-size=12000"]);
}

/** What is missing and why. */
function notes(cells: readonly Cell[], most: number): string {
  const absent = cells.map(({ gepa }) => gepa).find((gepa) => "why" in gepa);
  if (absent !== undefined && "why" in absent) return `gepa's columns are missing: ${absent.why}`;
  const version = cells.map(({ gepa }) => ("version" in gepa ? gepa.version : "")).find((text) => text !== "") ?? "";
  const stopped = cells.flatMap(({ kind, rows, ours, gepa }) => [
    ...(ours.stepsMs.length < most ? [`ours ${rows} ${kind} after ${ours.stepsMs.length}`] : []),
    ...(stepsOf(gepa).length < most ? [`gepa ${rows} ${kind} after ${stepsOf(gepa).length}`] : []),
  ]);
  return `gepa ${version}, its evaluations excluded${stopped.length === 0 ? "" : `; stopped by the cap: ${stopped.join(", ")} candidates`}`;
}

/** Heap that a run of some candidates and 100 val rows keeps at its last step, and what its result keeps, per 1,000 candidates. */
async function heapKept(journal: "memory" | "file", candidates: number): Promise<Line> {
  const { heapBytes, resultBytes } = await runChild<{ heapBytes: number; resultBytes: number }>(
    "scale-child.ts",
    ["tie", 100, candidates, 600, journal, "memory"],
    ["--expose-gc"],
  );
  const perThousand = (bytes: number): Figure => figure([(bytes / 2 ** 20) * (1000 / candidates)]);
  return {
    name: `heap per 1,000 candidates x 100 rows, ${journal} journal`,
    figures: { "MiB in the run": perThousand(heapBytes), "MiB in its result": perThousand(resultBytes) },
  };
}
