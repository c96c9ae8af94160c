import type { Clock } from "../ground/clock.ts";
import { systemClock } from "../ground/clock.ts";
import { CultivarError } from "../ground/errors.ts";
import { abortedError } from "./lm-error.ts";

/**
 * How long an abort leaves calls to end by themselves, in milliseconds: those that heed the signal do at once, and what
 * they paid for is journaled. The others are left behind.
 */
export const abortGraceMs = 1000;

/** Timers of JavaScript hold no more: a longer one would ring at once. */
const longestTimerMs = 2_147_483_647;

/** `work`, unless `signal` aborts first: then its reason, at once. What `work` comes to after that is ignored. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

/** When a wait is given up although its work goes on. */
export interface Patience {
  readonly signal: AbortSignal | undefined;
  /** Milliseconds from now after which `late` is the answer; undefined: no such time. */
  readonly lateMs: number | undefined;
  readonly late: () => CultivarError;
  readonly clock: Clock;
  /** Begins the messages. */
  readonly where: string;
}

/**
 * `work`, for as long as patience lasts: {@link abortGraceMs} after its signal aborts the wait ends as `aborted`. Work
 * that does not end cannot be killed; what it returns or throws later is ignored.
 */
export function waitPatiently<T>(work: Promise<T>, patience: Patience): Promise<T> {
  const { signal, lateMs, late, clock, where } = patience;
  return new Promise((resolve, reject) => {
    let cancelGrace: (() => void) | undefined;
    let cancelLate: (() => void) | undefined;
    const settle = (): void => {
      cancelLate?.();
      cancelGrace?.();
      signal?.removeEventListener("abort", aborted);
    };
    const fail = (error: unknown): void => {
      settle();
      reject(error as Error);
    };
    // The grace is physical time, whatever clock the run is told: an abort is no part of what it computes.
    const aborted = (): void => {
      cancelGrace = systemClock.after(abortGraceMs, () => fail(abortedError(signal, where)));
    };
    if (lateMs !== undefined)
      cancelLate = clock.after(Math.min(Math.max(0, lateMs), longestTimerMs), () => fail(late()));
    if (signal?.aborted === true) aborted();
    else signal?.addEventListener("abort", aborted, { once: true });
    work.then((value) => {
      settle();
      resolve(value);
    }, fail);
  });
}
