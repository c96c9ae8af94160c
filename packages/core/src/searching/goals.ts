import type { KnownRows } from "./known-rows.ts";
import type { EndReason, RunEvent } from "./result.ts";

/** Asks in a row that cost no evaluation, at most: an optimizer that only repeats itself ends as `stalled`. */
const maxIdleAsks = 1000;
/** Calls of proposers and embedders in a row without a new observation, at most, likewise. */
const maxIdleCalls = 10_000;

/** Ends a run that got where it wanted, or that gets nowhere. */
export interface Goals {
  /** The incumbent changed, with `at` evaluations used. */
  improved(at: number, emit: (event: RunEvent) => void): void;
  /** Looks for target and plateau, with `at` evaluations used. */
  check(at: number): void;
  /** Counts a step: its new observations, and its calls of proposers and embedders (an ask that is neither has cost nothing). */
  step(fresh: number, calls: number): void;
}

export function goals({
  known,
  targetScore,
  patience,
  end,
}: {
  readonly known: KnownRows;
  readonly targetScore: number | undefined;
  readonly patience: number | undefined;
  readonly end: (reason: EndReason) => void;
}): Goals {
  let improvedAt = 0;
  let idleAsks = 0;
  let idleCalls = 0;
  return {
    improved(at, emit) {
      improvedAt = at;
      const { candidate, val } = known.best()!;
      const baseline = known.baseline()!;
      emit({ type: "incumbent", candidate, val, baseline, evaluations: at });
    },
    check(at) {
      const mean = known.best()?.val.mean;
      if (mean === undefined) return;
      if (targetScore !== undefined && mean >= targetScore) end("target");
      else if (patience !== undefined && at - improvedAt >= patience) end("plateau");
    },
    step(fresh, calls) {
      idleAsks = fresh > 0 ? 0 : calls > 0 ? idleAsks : idleAsks + 1;
      idleCalls = fresh > 0 ? 0 : idleCalls + calls;
      if (idleAsks > maxIdleAsks || idleCalls > maxIdleCalls) end("stalled");
    },
  };
}
