import { runChild } from "./child.ts";
import type { Figure, Timing } from "./measure.ts";
import { figure } from "./measure.ts";
import type { Effort, Line, Section } from "./section.ts";
import { atMost } from "./section.ts";

/** One bare loop and one evaluate, one right after the other in one process. */
interface Pair {
  readonly bare: Timing;
  readonly evaluate: Timing;
}

/**
 * CPU of `evaluate` per row, above a bare loop with as many calls in flight over the same mock, interleaved with it in
 * the same process: bare, evaluate, bare, evaluate, and so on. The goal is on the median over all pairs, the first and
 * coldest of each process included; the first and second ones are shown by themselves too.
 */
export async function evaluation({ quick }: Effort): Promise<Section> {
  const processes = quick ? 3 : 7;
  const passes = 5;
  const rows = 10_000;
  const lanes = 64;
  const runs: (readonly Pair[])[] = [];
  for (let run = 0; run < processes; run++) {
    const first = run % 2 === 0 ? "bare" : "evaluate";
    runs.push(await runChild<readonly Pair[]>("evaluate-child.ts", [rows, lanes, 5, passes, first]));
  }
  const all = runs.flat();
  const line = (name: string, timings: readonly Timing[]): Line => ({
    name,
    figures: {
      "rows/s": figure(timings.map((timing) => timing.callsPerSecond)),
      "CPU us per row": figure(timings.map((timing) => timing.cpuUsPerCall)),
    },
  });
  const above = (pairs: readonly Pair[]): Figure =>
    figure(pairs.map(({ bare, evaluate }) => evaluate.cpuUsPerCall - bare.cpuUsPerCall));
  const aboveIn = (pass: number): Figure => above(runs.map((pairs) => pairs[pass]!));
  return {
    name: `evaluate of ${rows} rows, ${lanes} in flight, 5 ms latency`,
    method: `${processes} fresh processes, each with ${passes} interleaved pairs of one bare loop and one evaluate; the order within pairs alternates by process; medians over all pairs, cold ones included; built dist`,
    lines: [
      line(
        "bare loop",
        all.map(({ bare }) => bare),
      ),
      line(
        "evaluate",
        all.map(({ evaluate }) => evaluate),
      ),
      { name: "difference", figures: { "CPU us per row": above(all) } },
      { name: "difference, first pass", figures: { "CPU us per row": aboveIn(0) } },
      { name: "difference, second pass", figures: { "CPU us per row": aboveIn(1) } },
    ],
    goals: [atMost("CPU per row above the bare loop", above(all).median, 40, "us")],
  };
}
