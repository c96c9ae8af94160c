import type { ErrorCode } from "../../ground/errors.ts";
import { CultivarError, isCultivarError } from "../../ground/errors.ts";

/** When a failed attempt is worth repeating, and after how long. Times in milliseconds. */
export interface RetryPolicy {
  /** Attempts at one call, the first included; at least 1. */
  readonly maxAttempts: number;
  /** A provider that asks for a longer wait than this is not waited for. */
  readonly maxWaitMs: number;
  /** The back-off's ceiling doubles from `baseDelayMs` with each attempt up to `maxDelayMs`. */
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/** What follows a failed attempt. */
export type RetryDecision =
  { readonly kind: "wait"; readonly delayMs: number } | { readonly kind: "fail"; readonly error: unknown };

/** Only faults of the world pass by themselves; a used-up quota (also a 429), a wrong key or a bad request never do. */
const transient: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["rate-limit", "transport", "timeout"]);

/**
 * Exponential back-off with full jitter: uniform in [0, min(maxDelayMs, baseDelayMs * 2^(attempt - 1))].
 * `jitter` is in [0, 1); `attempt` counts from 1. (Brooker, "Exponential Backoff And Jitter", 2015.)
 */
export function backoffMs(attempt: number, jitter: number, policy: RetryPolicy): number {
  return Math.round(jitter * Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1)));
}

/**
 * Decides what follows the failure of attempt number `attempt` (from 1). `jitter` is asked only when a delay has to be
 * drawn. A provider's Retry-After is obeyed as it is; one of 0 says nothing but "later", so the back-off is used.
 */
export function decideRetry(
  error: unknown,
  attempt: number,
  policy: RetryPolicy,
  where: string,
  jitter: () => number,
): RetryDecision {
  if (!isCultivarError(error) || !transient.has(error.code)) return { kind: "fail", error };
  const asked = error.retryAfterMs;
  if (asked !== undefined && asked > policy.maxWaitMs) {
    return { kind: "fail", error: tooLong(where, asked, policy.maxWaitMs, error) };
  }
  if (attempt >= policy.maxAttempts) return { kind: "fail", error: exhausted(error, attempt) };
  return {
    kind: "wait",
    delayMs: asked !== undefined && asked > 0 ? Math.ceil(asked) : backoffMs(attempt, jitter(), policy),
  };
}

/** The error of a wait that is longer than `maxWaitMs` allows; its message says how long. */
export function tooLong(where: string, askedMs: number, maxWaitMs: number, cause: unknown): CultivarError {
  return new CultivarError(
    "rate-limit",
    `${where}: the provider asks to wait ${seconds(askedMs)}, and maxWaitMs allows ${seconds(maxWaitMs)}; try again later or raise maxWaitMs`,
    { cause, retryAfterMs: askedMs, fields: { maxWaitMs } },
  );
}

function exhausted(error: CultivarError, attempts: number): CultivarError {
  if (attempts <= 1) return error;
  return new CultivarError(error.code, `${error.message} (gave up after ${attempts} attempts)`, {
    cause: error,
    fields: { ...error.fields, attempts },
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
  });
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toPrecision(6))} s`;
}
