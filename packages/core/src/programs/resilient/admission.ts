import type { Clock } from "../../ground/clock.ts";
import type { AdaptiveLimit } from "./adaptive-limit.ts";
import type { Alarm } from "./alarm.ts";
import { alarm } from "./alarm.ts";

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
  /** Leave to send at once; undefined when there is anything to wait for, or the signal has aborted. */
  enterNow(signal: AbortSignal | undefined): Pass | undefined;
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
 * over; then one call goes as a probe, and only its success opens the gate for the rest. `refuse` makes the error of a
 * wait that is longer than `maxWaitMs`.
 */
export function admission(
  limit: AdaptiveLimit,
  clock: Clock,
  maxWaitMs: number,
  refuse: (waitMs: number) => unknown,
): Admission {
  return new Gate(limit, clock, maxWaitMs, refuse);
}

class Gate implements Admission {
  readonly #limit: AdaptiveLimit;
  readonly #clock: Clock;
  readonly #maxWaitMs: number;
  readonly #refuse: (waitMs: number) => unknown;
  readonly #alarm: Alarm;
  readonly #queue: Waiter[] = [];
  #inFlight = 0;
  #pausedUntil = 0;
  #probing = false;

  constructor(limit: AdaptiveLimit, clock: Clock, maxWaitMs: number, refuse: (waitMs: number) => unknown) {
    this.#limit = limit;
    this.#clock = clock;
    this.#maxWaitMs = maxWaitMs;
    this.#refuse = refuse;
    this.#alarm = alarm(clock, () => this.#pump());
  }

  enterNow(signal: AbortSignal | undefined): Pass | undefined {
    const free = this.#queue.length === 0 && this.#inFlight < this.#limit.limit && !this.#limit.inEpisode;
    return free && signal?.aborted !== true ? this.#open(false) : undefined;
  }

  enter({ again, signal }: { readonly again: boolean; readonly signal?: AbortSignal | undefined }): Promise<Pass> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error);
      const waitMs = this.#waitMs();
      if (this.#limit.inEpisode && waitMs > this.#maxWaitMs) return reject(this.#refuse(waitMs) as Error);
      const leave = (): void => {
        const at = this.#queue.indexOf(waiter);
        if (at !== -1) this.#queue.splice(at, 1);
        this.#silence();
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
      if (again) this.#queue.unshift(waiter);
      else this.#queue.push(waiter);
      this.#pump();
    });
  }

  /** How long the shared pause still lasts; 0 or less when it is over. */
  #waitMs(): number {
    return this.#pausedUntil - this.#clock.now();
  }

  #pump(): void {
    while (this.#queue.length > 0 && this.#inFlight < this.#limit.limit) {
      const probe = this.#limit.inEpisode;
      if (probe) {
        if (this.#probing) return;
        const waitMs = this.#waitMs();
        if (waitMs > 0) return this.#alarm.set(this.#pausedUntil, waitMs);
        this.#probing = true;
      }
      this.#queue.shift()!.admit(this.#open(probe));
    }
  }

  /** Counts one more call in flight, until its outcome is reported. */
  #open(probe: boolean): Pass {
    this.#inFlight += 1;
    const ticket = this.#limit.sent(this.#inFlight);
    const settle = (report?: () => void): void => {
      this.#inFlight -= 1;
      if (probe) this.#probing = false;
      report?.();
      this.#pump();
    };
    return {
      succeeded: () => settle(() => this.#limit.succeeded(ticket)),
      failed: () => settle(),
      rateLimited: (retryAt) => settle(() => this.#pause(ticket, retryAt)),
    };
  }

  #pause(ticket: number, retryAt: number): void {
    this.#limit.rateLimited(ticket);
    this.#pausedUntil = Math.max(this.#pausedUntil, Math.min(retryAt, this.#clock.now() + longestPauseMs));
    // Those who would have to wait too long are told so now, instead of one by one after their own 429.
    const waitMs = this.#waitMs();
    if (waitMs > this.#maxWaitMs) for (const other of this.#queue.splice(0)) other.refuse(this.#refuse(waitMs));
    this.#silence();
  }

  /** A timer that nobody waits for would keep the process alive. */
  #silence(): void {
    if (this.#queue.length === 0) this.#alarm.off();
  }
}
