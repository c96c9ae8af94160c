import { runChild } from "./child.ts";
import { figure } from "./measure.ts";
import type { Effort, Goal, Line, Section } from "./section.ts";
import { atMost } from "./section.ts";

const studentMs = 2000;
const teacherMs = 25_000;
const concurrency = 1000;
const width = 16;

/** When a call was in flight, in milliseconds. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

interface PipelineRun {
  readonly ms: number;
  readonly calls: number;
  readonly distinct: number;
  readonly reflections: number;
  /** Reflections of the longest chain in which each began after the one before it had ended. */
  readonly depth: number;
  readonly evaluations: number;
  readonly best: number;
  /** Hash of the artifact's bytes. */
  readonly artifact: string;
}

/** How many of the intervals can be put one after the other at most: always the one that ends first. */
export function longestChain(intervals: readonly Interval[]): number {
  let count = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { from, to } of intervals.toSorted((a, b) => a.to - b.to)) {
    if (from < end) continue;
    count += 1;
    end = to;
  }
  return count;
}

/**
 * The least time of a search, in milliseconds: what its calls take at that concurrency, or the baseline's rows and then, for
 * each of the `depth` reflections that waited for each other, the batch before it, itself and the batch after it. With
 * `depth` = reflections / width it is what full use of the width would take.
 */
export function pipelineFloorMs(calls: number, depth: number, atOnce: number): number {
  return Math.max((calls * studentMs) / atOnce, studentMs + depth * (2 * studentMs + teacherMs));
}

/**
 * Time of `gepa` at width 16 against width 1 and against its floor, on a virtual clock: code takes no time, so that only
 * waiting counts and a busy machine changes nothing.
 */
export async function pipeline({ quick }: Effort): Promise<Section> {
  const evaluations = quick ? 1000 : 1500;
  const rows = 50;
  const lines: Line[] = [];
  const goals: Goal[] = [];
  for (const which of ["published", "tuned"]) {
    const measure = (wide: number, shuffle: number): Promise<PipelineRun> =>
      runChild("pipeline-child.ts", [
        which,
        "product-codes",
        wide,
        concurrency,
        evaluations,
        studentMs,
        teacherMs,
        rows,
        shuffle,
      ]);
    const serial = await measure(1, 0);
    const wide = await measure(width, 0);
    lines.push(lineOf(`${which}, width 1`, serial, 1), lineOf(`${which}, width ${width}`, wide, width));
    let differ = 0;
    for (const shuffle of quick ? [1] : [1, 2, 3]) {
      const shuffled = await measure(width, shuffle);
      if (shuffled.artifact !== wide.artifact) differ += 1;
      lines.push(lineOf(`${which}, width ${width}, latencies shuffled ${shuffle}`, shuffled, width));
    }
    const floor = pipelineFloorMs(wide.calls, wide.depth, concurrency);
    goals.push(
      atMost(`time over width 1, ${which}`, wide.ms / serial.ms, 0.25, "x"),
      atMost(`time over the floor, ${which}`, wide.ms / floor, 1.5, "x"),
      atMost(`paid over distinct calls, ${which}`, wide.calls / wide.distinct, 1, "x"),
      atMost(`other artifacts with shuffled latencies, ${which}`, differ, 0, ""),
    );
  }
  return {
    name: `time of gepa at width ${width}, in virtual seconds`,
    method: `simulated product codes (forty rules, so that there is always something to reflect on), ${rows} rows a split, a student that slips on one row in ten, ${evaluations} evaluations, ${studentMs / 1000} s a student's call and ${teacherMs / 1000} s a reflection (shuffled: 0.5 to 1.5 times that), concurrency ${concurrency}; floor: the larger of calls / concurrency and depth x latency, depth being the longest chain of reflections that waited for each other`,
    lines,
    goals,
  };
}

function lineOf(name: string, run: PipelineRun, wide: number): Line {
  const floor = pipelineFloorMs(run.calls, run.depth, concurrency);
  const full = pipelineFloorMs(run.calls, Math.ceil(run.reflections / wide), concurrency);
  const figures = {
    evaluations: run.evaluations,
    calls: run.calls,
    "paid twice": run.calls - run.distinct,
    reflections: run.reflections,
    depth: run.depth,
    "measured s": run.ms / 1000,
    "floor s": floor / 1000,
    ratio: run.ms / floor,
    "floor of full width s": full / 1000,
    "ratio to that": run.ms / full,
    "best on val": run.best,
  };
  return { name, figures: Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, figure([value])])) };
}
