import { runChild } from "./child.ts";
import type { Figure } from "./measure.ts";
import { figure } from "./measure.ts";
import type { Effort, Goal, Line, Section } from "./section.ts";
import { atMost } from "./section.ts";

interface SearchRun {
  readonly steps: readonly {
    /** CPU from one reflection to the next, and what of it lies outside the asks for val rows. */
    readonly ms: number;
    readonly searchMs: number;
    /** Rows that were run. */
    readonly ran: number;
  }[];
  /** CPU of a row in a bare loop, and in core's `evaluate`. */
  readonly bareMs: number;
  readonly evaluateMs: number;
  /** Candidates scored on all of val. */
  readonly complete: number;
}

const kinds = ["tie", "cont", "rise"] as const;
const searches = ["published", "tuned"] as const;
const lastSteps = 50;

/**
 * CPU per step of `gepa` itself, as val rows and candidates grow: a reflection model that gives a new text at each call,
 * and a function without a model as the program. The goal is on the search alone, as the reference's figures leave
 * evaluation out: running rows through core, scoring and journaling them is shown beside it.
 */
export async function search({ quick, capSeconds = quick ? 30 : 200 }: Effort): Promise<Section> {
  const sizes = quick ? [200, 1000] : [1000, 5000];
  const proposals = quick ? 200 : 500;
  const lines: Line[] = [];
  const goals: Goal[] = [];
  for (const which of searches)
    for (const kind of kinds) {
      const runs: { readonly run: SearchRun; readonly rows: number }[] = [];
      for (const rows of sizes) {
        const args = [which, kind, rows, proposals, capSeconds];
        // millions of rows outgrow the default heap
        const run = await runChild<SearchRun>("scale-search-child.ts", args, ["--max-old-space-size=12000"]);
        const alone = figure(dearest(run, rows).map(({ searchMs }) => searchMs));
        runs.push({ run, rows });
        const name = `${which}, ${rows} x ${run.steps.length}, ${kind}`;
        lines.push({ name, figures: figuresOf(run, alone, rows) });
        if (rows === sizes.at(-1))
          goals.push(atMost(`search alone, last ${lastSteps} steps, ${name}`, alone.median, 50, "ms"));
      }
      // like with like: steps that scored all of val where both have some, else all
      const isWhole = runs.every(({ run, rows }) => dearest(run, rows).every(({ ran }) => ran >= rows));
      const [small, large] = [runs[0]!, runs.at(-1)!].map(({ run, rows }) => {
        const steps = isWhole ? dearest(run, rows) : run.steps.slice(-lastSteps);
        return figure(steps.map(({ searchMs }) => searchMs)).median;
      });
      const growth = large! / small!;
      goals.push(
        atMost(`the same over that of ${sizes[0]} rows, ${which}, ${kind}`, growth, sizes.at(-1)! / sizes[0]!, "x"),
      );
    }
  return {
    name: "CPU per step of gepa, val rows x proposals",
    method: `${proposals} proposals, each a new text; a step is what lies between two calls of the reflection model, the figures are of the last ${lastSteps}, and of the search alone of those among them that scored all of val (all where none did); tie: all alike, cont: graded scores, rise: each better than the last; at most ${capSeconds} s of CPU a run; built dist`,
    lines,
    goals,
  };
}

/** Of the last steps those that scored all of val, which cost most; all of them where none did. */
function dearest({ steps }: SearchRun, rows: number): SearchRun["steps"] {
  const last = steps.slice(-lastSteps);
  const whole = last.filter(({ ran }) => ran >= rows);
  return whole.length > 0 ? whole : last;
}

function figuresOf(run: SearchRun, alone: Figure, rows: number): Readonly<Record<string, Figure>> {
  const { steps, bareMs, evaluateMs, complete } = run;
  const last = steps.slice(-lastSteps);
  return {
    "search alone, ms": alone,
    "mean, ms": figure([last.reduce((sum, { searchMs }) => sum + searchMs, 0) / last.length]),
    "all less a bare loop, ms": figure(last.map(({ ms, ran }) => ms - bareMs * ran)),
    "all less evaluate, ms": figure(last.map(({ ms, ran }) => ms - evaluateMs * ran)),
    "rows a step": figure(last.map(({ ran }) => ran)),
    "scored on all of val": figure([complete]),
    "of these in the last steps": figure([last.filter(({ ran }) => ran >= rows).length]),
  };
}
