import type { TargetOptions } from "./target.ts";
import type { Ledger } from "./ledger.ts";
import type { EndReason } from "./result.ts";

/** Decides the end by time. */
export interface TimeKeeper {
  /** Why nothing more may begin at this step of the run. Only a step that needs `fresh` work can be too late. */
  late(step: number, fresh: boolean): EndReason | undefined;
  /** Journals that the clock ended the run at this step. */
  decided(step: number): void;
}

/**
 * The end by time is a decision: taken at a step, journaled, and taken at the same step when the run is replayed, unless
 * budget.seconds was raised since. Replayed steps cost no time.
 */
export function timeKeeper(
  target: Pick<TargetOptions<never, never>, "budget" | "signal">,
  ledger: Pick<Ledger, "timedEnds" | "append">,
  elapsedMs: () => number,
): TimeKeeper {
  const { seconds } = target.budget;
  // Chains in flight may be cut short before the step at which the end was first noticed.
  const before = ledger.timedEnds.filter((end) => seconds !== undefined && end.seconds >= seconds);
  const replayed = before.length === 0 ? undefined : Math.min(...before.map(({ asks }) => asks));
  return {
    late(step, fresh) {
      if (target.signal?.aborted === true) return "aborted";
      if (seconds === undefined) return undefined;
      if (replayed !== undefined) return step >= replayed ? "seconds" : undefined;
      return fresh && elapsedMs() >= seconds * 1000 ? "seconds" : undefined;
    },
    decided(step) {
      if (seconds === undefined || (replayed !== undefined && step >= replayed)) return;
      // A journal that fails here fails at its close, too.
      void ledger.append({ type: "timed-end", asks: step, seconds }).catch(() => {});
    },
  };
}
