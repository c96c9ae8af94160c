import type { Clock } from "../../ground/clock.ts";
import type { AdaptiveLimit } from "./adaptive-limit.ts";

/** Leave to send one call. Exactly one of the outcomes is reported, once. */
export interface Pass {
  succeeded(): void;
  /** `retryAt` is the time on the clock before which the provider wants no further call. */
  rateLimited(retryAt: number): void;
  /** Anything else: says nothing about the rate. */
  failed(): void;
}

/** Who may send, and when: one queue for everything that shares a model's limits. */
export interface Admission {
  /**
   * Waits for leave to send. `again` puts the call before those that were never sent. Rejects with the signal's reason
   * when it aborts first, and with `refuse(waitMs)` when the shared pause is longer than `maxWaitMs`.
   */
  enter(options: { readonly again: boolean; readonly signal?: AbortSignal | undefined }): Promise<Pass>;
}

interface Waiter {
  admit(pass: Pass): void;
  refuse(error: unknown): void;
}

/** A pause is remembered at most this long, so that a nonsense Retry-After cannot silence a model for good. */
const longestPauseMs = 600_000;

/**
 * Admits at most `limit.limit` calls at once, first come first served. After a 429 nothing is sent until the pause is
 * over; then one call goes as a probe, and only its success opens the gate for the rest.
 */
export function admission(
  limit: AdaptiveLimit,
  clock: Clock,
  maxWaitMs: number,
  refuse: (waitMs: number) => unknown,
): Admission {
  const queue: Waiter[] = [];
  let inFlight = 0;
  let pausedUntil = 0;
  let probing = false;
  let alarm: { readonly at: number; readonly stop: AbortController } | undefined;

  const pump = (): void => {
    while (queue.length > 0 && inFlight < limit.limit) {
      if (limit.inEpisode) {
        if (probing) return;
        const waitMs = pausedUntil - clock.now();
        if (waitMs > 0) {
          wakeAt(pausedUntil, waitMs);
          return;
        }
        probing = true;
      }
      send(queue.shift()!, limit.inEpisode);
    }
  };
  const wakeAt = (at: number, waitMs: number): void => {
    if (alarm !== undefined && alarm.at <= at) return;
    alarm?.stop.abort();
    const mine = { at, stop: new AbortController() };
    alarm = mine;
    const ring = (): void => {
      if (alarm !== mine) return;
      alarm = undefined;
      pump();
    };
    clock.sleep(waitMs, mine.stop.signal).then(ring, ring);
  };
  /** A timer that nobody waits for would keep the process alive. */
  const silence = (): void => {
    if (queue.length > 0) return;
    const stopped = alarm;
    alarm = undefined;
    stopped?.stop.abort();
  };
  const send = (waiter: Waiter, probe: boolean): void => {
    inFlight += 1;
    const ticket = limit.sent(inFlight);
    const settle = (report?: () => void): void => {
      inFlight -= 1;
      if (probe) probing = false;
      report?.();
      pump();
    };
    waiter.admit({
      succeeded: () => settle(() => limit.succeeded(ticket)),
      failed: () => settle(),
      rateLimited: (retryAt) =>
        settle(() => {
          limit.rateLimited(ticket);
          pausedUntil = Math.max(pausedUntil, Math.min(retryAt, clock.now() + longestPauseMs));
          // Those who would have to wait too long are told so now, instead of one by one after their own 429.
          const waitMs = pausedUntil - clock.now();
          if (waitMs > maxWaitMs) for (const other of queue.splice(0)) other.refuse(refuse(waitMs));
          silence();
        }),
    });
  };

  return {
    enter: ({ again, signal }) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason as Error);
        const waitMs = pausedUntil - clock.now();
        if (limit.inEpisode && waitMs > maxWaitMs) return reject(refuse(waitMs) as Error);
        const leave = (): void => {
          const at = queue.indexOf(waiter);
          if (at !== -1) queue.splice(at, 1);
          silence();
          reject(signal!.reason as Error);
        };
        const waiter: Waiter = {
          admit(pass) {
            signal?.removeEventListener("abort", leave);
            resolve(pass);
          },
          refuse(error) {
            signal?.removeEventListener("abort", leave);
            reject(error as Error);
          },
        };
        signal?.addEventListener("abort", leave, { once: true });
        if (again) queue.unshift(waiter);
        else queue.push(waiter);
        pump();
      }),
  };
}
