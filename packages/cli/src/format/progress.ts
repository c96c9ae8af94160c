import type { Estimate, RunEvent, Spend } from "@cultivar/core";
import { count, duration, scoreWithError, spent } from "./quantities.ts";
import { oneLine } from "./safe-text.ts";

/** What a progress line shows: a fold over the run's events. */
export interface Progress {
  readonly target: string;
  readonly phase: "starting" | "searching" | "testing";
  readonly best: Estimate | undefined;
  readonly baseline: Estimate | undefined;
  readonly evaluations: number;
  /** Expected in all; undefined when the run has no such budget. */
  readonly expected: number | undefined;
  /** Evaluations that this process began with, so that a resumed run's speed is its own. */
  readonly evaluationsAtStart: number;
  readonly unscored: number;
  readonly spend: Spend | undefined;
  readonly elapsedMs: number;
  readonly waiting: { readonly model: string; readonly untilMs: number; readonly code: string } | undefined;
}

export function startProgress(target: string): Progress {
  return {
    target,
    phase: "starting",
    best: undefined,
    baseline: undefined,
    evaluations: 0,
    expected: undefined,
    evaluationsAtStart: 0,
    unscored: 0,
    spend: undefined,
    elapsedMs: 0,
    waiting: undefined,
  };
}

/** The next state. `elapsedMs` is the time since this process took the run up, when the event came. */
export function advance(progress: Progress, event: RunEvent, elapsedMs: number): Progress {
  const at = { ...progress, elapsedMs };
  switch (event.type) {
    case "start":
      // What the journal answers takes next to no time, so it says nothing about speed.
      return { ...at, phase: "searching", expected: event.plan.evaluations, evaluationsAtStart: event.resumed };
    case "evaluated":
      return { ...at, evaluations: event.evaluations, unscored: at.unscored + event.unscored };
    case "incumbent":
      return { ...at, best: event.val, baseline: event.baseline, evaluations: event.evaluations };
    case "progress":
      return { ...at, evaluations: event.evaluations, spend: event.spend };
    case "retry":
      return { ...at, waiting: { model: event.model, untilMs: elapsedMs + event.delayMs, code: event.code } };
    case "testing":
      return { ...at, phase: "testing" };
    case "end":
      return { ...at, evaluations: event.evaluations };
    default:
      return at;
  }
}

/** Time left at this process's own speed so far, in milliseconds; undefined while too little is known. */
export function remainingMs({
  evaluations,
  expected,
  evaluationsAtStart,
  elapsedMs,
  phase,
}: Progress): number | undefined {
  const done = evaluations - evaluationsAtStart;
  if (expected === undefined || !Number.isFinite(expected) || done <= 0 || phase !== "searching") return undefined;
  return (elapsedMs / done) * Math.max(0, expected - evaluations);
}

/**
 * `routeTicket  best 0.812 ± 0.021 (baseline 0.487)  412/800 evaluations  418 calls  $1.22  eta 3m40s`; in fewer columns
 * with less said: what tells least goes first, down to `0.812  412/800  eta 3m40s`.
 */
export function progressLine(progress: Progress, columns: number = Infinity): string {
  const lines =
    progress.phase === "testing"
      ? [...testing.map((phrase) => `${progress.target}  ${phrase}`), testing.at(-1)!]
      : [5, 4, 3, 2, 1, 0].map((detail) => partsOf(progress, detail).join("  "));
  return lines.find((line) => line.length <= columns) ?? lines.at(-1)!;
}

const testing = ["opening the test split for the final report", "opening the test split", "testing"];

function partsOf(progress: Progress, detail: number): readonly string[] {
  const { best, baseline, evaluations, expected, spend, unscored, waiting, elapsedMs } = progress;
  const eta = remainingMs(progress);
  const score = best === undefined ? undefined : detail > 1 ? best : { ...best, standardError: undefined };
  const from = detail < 4 || baseline === undefined ? undefined : { ...baseline, standardError: undefined };
  const of = expected === undefined || expected === Infinity ? "" : `/${count(expected)}`;
  const parts = [
    ...(detail > 0 ? [progress.target] : []),
    score === undefined
      ? detail > 1
        ? "scoring the baseline"
        : "baseline"
      : `${detail > 1 ? "best " : ""}${scoreWithError(score)}${from === undefined ? "" : ` (baseline ${scoreWithError(from)})`}`,
    `${count(evaluations)}${of}${detail > 2 ? " evaluations" : ""}`,
    ...(spend === undefined || detail < 5 ? [] : [`${count(spend.calls)} calls`]),
    ...(spend === undefined || detail < 2 ? [] : [spent(spend)]),
    ...(unscored === 0 || detail < 2 ? [] : [`${count(unscored)} unscored`]),
    eta === undefined ? duration(elapsedMs) : `eta ${duration(eta)}`,
  ];
  if (waiting !== undefined && waiting.untilMs > elapsedMs) {
    const why = waiting.code === "rate-limit" ? "rate limit" : waiting.code;
    const left = duration(waiting.untilMs - elapsedMs);
    parts.push(detail > 2 ? `waiting ${left} on ${oneLine(waiting.model, 40)} (${why})` : `waiting ${left}`);
  }
  return parts;
}
