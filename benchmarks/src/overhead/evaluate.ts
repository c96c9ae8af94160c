import { runChild } from "./child.ts";
import type { Timing } from "./measure.ts";
import { figure } from "./measure.ts";
import type { Effort, Section } from "./section.ts";
import { atMost } from "./section.ts";

interface Pair {
  readonly bare: Timing;
  readonly evaluate: Timing;
}

interface Passes {
  /** In a process that has run nothing yet. */
  readonly cold: Pair;
  readonly warm: Pair;
}

/** CPU of `evaluate` per row, above a bare loop with as many calls in flight over the same mock in the same process. */
export async function evaluation({ quick }: Effort): Promise<Section> {
  const rounds = quick ? 3 : 9;
  const rows = 10_000;
  const lanes = 64;
  const runs: Passes[] = [];
  for (let round = 0; round < rounds; round++) {
    runs.push(await runChild<Passes>("evaluate-child.ts", [rows, lanes, 5, round % 2 === 0 ? "bare" : "evaluate"]));
  }
  const line = (name: keyof Pair, pass: keyof Passes, label: string) => ({
    name: label,
    figures: {
      "rows/s": figure(runs.map((run) => run[pass][name].callsPerSecond)),
      "CPU us per row": figure(runs.map((run) => run[pass][name].cpuUsPerCall)),
    },
  });
  const above = (pass: keyof Passes) =>
    figure(runs.map((run) => run[pass].evaluate.cpuUsPerCall - run[pass].bare.cpuUsPerCall));
  return {
    name: `evaluate of ${rows} rows, ${lanes} in flight, 5 ms latency`,
    method: `${rounds} fresh processes, each with a cold and a warm pass of one bare loop and one evaluate, in alternating order; built dist`,
    lines: [
      line("bare", "warm", "bare loop"),
      line("evaluate", "warm", "evaluate"),
      line("evaluate", "cold", "evaluate, cold"),
      { name: "difference", figures: { "CPU us per row": above("warm") } },
      { name: "difference, cold", figures: { "CPU us per row": above("cold") } },
    ],
    goals: [atMost("CPU per row above the bare loop", above("warm").median, 40, "us")],
  };
}
