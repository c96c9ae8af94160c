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

/** `routeTicket  best 0.812 ± 0.021 (baseline 0.487)  412/800 evaluations  418 calls  $1.22  eta 3m40s`. */
export function progressLine(progress: Progress): string {
  const { best, baseline, evaluations, expected, spend, unscored, waiting, elapsedMs } = progress;
  if (progress.phase === "testing") return `${progress.target}  opening the test split for the final report`;
  const eta = remainingMs(progress);
  const parts = [
    progress.target,
    best === undefined
      ? "scoring the baseline"
      : `best ${scoreWithError(best)}${baseline === undefined ? "" : ` (baseline ${scoreWithError({ ...baseline, standardError: undefined })})`}`,
    `${count(evaluations)}${expected === undefined || expected === Infinity ? "" : `/${count(expected)}`} evaluations`,
    ...(spend === undefined ? [] : [`${count(spend.calls)} calls`, spent(spend)]),
    ...(unscored === 0 ? [] : [`${count(unscored)} unscored`]),
    eta === undefined ? duration(elapsedMs) : `eta ${duration(eta)}`,
  ];
  if (waiting !== undefined && waiting.untilMs > elapsedMs) {
    const why = waiting.code === "rate-limit" ? "rate limit" : waiting.code;
    parts.push(`waiting ${duration(waiting.untilMs - elapsedMs)} on ${oneLine(waiting.model, 40)} (${why})`);
  }
  return parts.join("  ");
}
