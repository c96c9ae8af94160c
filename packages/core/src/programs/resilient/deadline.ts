import type { Clock } from "../../ground/clock.ts";
import { CultivarError, isCultivarError, messageOf } from "../../ground/errors.ts";

/** How long one attempt may take. */
export interface Deadline {
  /** Begins each message. */
  readonly where: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** The work ends by itself after `timeoutMs`. */
  readonly selfTimed: boolean;
}

/** Timers of JavaScript hold no more: a longer one would ring at once. */
const longestTimerMs = 2_147_483_647;

/**
 * Runs `work` for at most `timeoutMs`, and no longer than `outer` stands; does not wait for work that ignores its signal.
 * Self-timed work of a caller without a signal is simply run, without one: a timer and a signal for each call, and what
 * an SDK does with them, are a good part of what an HTTP call costs.
 */
export function withDeadline<T>(
  deadline: Deadline,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  return deadline.selfTimed && outer === undefined ? work(undefined) : stoppable(deadline, outer, work);
}

function stoppable<T>(
  { where, clock, timeoutMs }: Deadline,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const inner = new AbortController();
    const stop = (error: CultivarError): void => {
      settle();
      reject(error);
      inner.abort(error);
    };
    const late = (): void =>
      stop(
        new CultivarError(
          "timeout",
          `${where}: no whole reply within ${timeoutMs} ms; raise timeoutMs if such replies are expected`,
        ),
      );
    const leave = outer === undefined ? undefined : (): void => stop(abortError(where, outer));
    const cancel = clock.after(Math.min(timeoutMs, longestTimerMs), late);
    const settle = (): void => {
      cancel();
      if (leave !== undefined) outer!.removeEventListener("abort", leave);
    };
    if (leave !== undefined) {
      if (outer!.aborted) return leave();
      outer!.addEventListener("abort", leave, { once: true });
    }
    const failed = (error: unknown): void => {
      settle();
      reject(error as Error);
    };
    try {
      work(inner.signal).then((value) => {
        settle();
        resolve(value);
      }, failed);
    } catch (error) {
      failed(error);
    }
  });
}

/** The run's own reason (a budget, say) when it is one of ours, else `aborted`. */
export function abortError(where: string, signal: AbortSignal): CultivarError {
  const reason: unknown = signal.reason;
  if (isCultivarError(reason)) return reason;
  return new CultivarError("aborted", `${where}: aborted by the caller: ${messageOf(reason, 200)}`, { cause: reason });
}
