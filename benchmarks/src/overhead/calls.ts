import type { CallCase } from "./call-cases.ts";
import { callCases } from "./call-cases.ts";
import { interleaved, runChild } from "./child.ts";
import type { Timing } from "./measure.ts";
import { figure } from "./measure.ts";
import type { Effort, Goal, Line, Section } from "./section.ts";
import { atLeast, atMost } from "./section.ts";

interface CallTimings {
  readonly sequential: Timing;
  readonly concurrent: Timing;
}

const ways = ["sequential", "concurrent"] as const;

/** One call of each framework over its own mock, which answers at once; then what 100,000 calls leave on the heap. */
export async function calls({ quick }: Effort): Promise<Section> {
  const rounds = quick ? 3 : 7;
  const count: Record<CallCase, number> = quick
    ? { cultivar: 10_000, ax: 2000, generateObject: 4000, floor: 20_000 }
    : { cultivar: 40_000, ax: 5000, generateObject: 10_000, floor: 100_000 };
  const runs = await interleaved(callCases, rounds, (name) =>
    runChild<CallTimings>("calls-child.ts", [name, count[name]]),
  );
  const lines = callCases.map((name): Line => {
    const of = (pick: (timings: CallTimings) => number) => figure(runs[name].map(pick));
    return {
      name,
      figures: {
        "calls/s": of(({ sequential }) => sequential.callsPerSecond),
        "CPU us": of(({ sequential }) => sequential.cpuUsPerCall),
        "calls/s at 64": of(({ concurrent }) => concurrent.callsPerSecond),
        "CPU us at 64": of(({ concurrent }) => concurrent.cpuUsPerCall),
      },
    };
  });
  const ratio = (other: CallCase, way: (typeof ways)[number], pick: (timing: Timing) => number): number =>
    figure(runs.cultivar.map((own, round) => pick(own[way]) / pick(runs[other][round]![way]))).median;
  const goals = ways.flatMap((way): Goal[] => [
    atLeast(
      `calls/s over ax, ${way}`,
      ratio("ax", way, (timing) => timing.callsPerSecond),
      10,
      "x",
    ),
    atMost(
      `CPU over ax, ${way}`,
      ratio("ax", way, (timing) => timing.cpuUsPerCall),
      0.1,
      "x",
    ),
    atLeast(
      `calls/s over generateObject, ${way}`,
      ratio("generateObject", way, (timing) => timing.callsPerSecond),
      1,
      "x",
    ),
  ]);
  const kept = quick ? 20_000 : 100_000;
  const { beforeBytes, afterBytes } = await runChild<{ beforeBytes: number; afterBytes: number }>(
    "calls-child.ts",
    ["cultivar", kept, "memory"],
    ["--expose-gc"],
  );
  return {
    name: "one predict call, zero-latency mock, tracing on",
    method: `${rounds} interleaved rounds, a fresh process per case and round, built dist; ratios are medians of per-round ratios`,
    lines,
    // The JIT and the standard library settle within half a MiB; a leak of one object a call would be megabytes.
    goals: [...goals, atMost(`heap kept after ${kept} calls`, (afterBytes - beforeBytes) / 2 ** 20, 0.5, "MiB")],
  };
}
