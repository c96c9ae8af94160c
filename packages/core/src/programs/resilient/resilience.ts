import type { Clock } from "../../ground/clock.ts";
import { systemClock } from "../../ground/clock.ts";
import { CultivarError, isCultivarError } from "../../ground/errors.ts";
import { rng } from "../../ground/rng.ts";
import type { GenerateOptions } from "../../values/language-model.ts";
import { adaptiveLimit } from "./adaptive-limit.ts";
import type { Admission, Pass } from "./admission.ts";
import { admission } from "./admission.ts";
import type { Deadline } from "./deadline.ts";
import { abortError, withDeadline } from "./deadline.ts";
import type { RateBucket } from "./rate-bucket.ts";
import { rateBucket } from "./rate-bucket.ts";
import type { RetryPolicy } from "./retry.ts";
import { backoffMs, decideRetry, tooLong } from "./retry.ts";

/** How hard to try, and how fast. All times in milliseconds. */
export interface ResilientOptions {
  /** Attempts at one call, the first included. Default 6. */
  readonly maxAttempts?: number;
  /** A Retry-After longer than this fails at once, and says so. Default 60,000. */
  readonly maxWaitMs?: number;
  /** Deadline of one attempt, headers and body. Default 120,000. */
  readonly timeoutMs?: number;
  /** Back-off ceilings: the first, doubling up to the last. Default 500 and 30,000. */
  readonly backoff?: { readonly baseDelayMs: number; readonly maxDelayMs: number };
  /** Calls in flight at once: where to begin and how far to go. Default 16 and 256. */
  readonly concurrency?: { readonly start?: number; readonly max?: number };
  readonly requestsPerMinute?: number;
  /** Input and output tokens together, estimated before a call and settled after it. */
  readonly tokensPerMinute?: number;
  readonly clock?: Clock;
  /** In [0, 1), for attempt n (from 1) of the call with this content hash. Default: a seeded stream of the two. */
  readonly jitter?: (callHash: string, attempt: number) => number;
}

/** One call to be made, possibly several times. */
export interface ResilientCall<T> {
  /** Makes one attempt; `signal` also carries the deadline. Undefined only as {@link Attempts} says. */
  readonly attempt: (signal: AbortSignal | undefined) => Promise<T>;
  /** Content hash of the call, for the jitter; asked only before a delay. */
  readonly hash: () => string;
  /** Tokens at most, before the call; asked only with `tokensPerMinute`. */
  readonly estimatedTokens: () => number;
  /** Tokens used, after the call; undefined when unknown. */
  readonly usedTokens: (reply: T) => number | undefined;
}

/** What is known of the attempts, beside how hard to try. */
export interface Attempts {
  /**
   * An attempt ends by itself after `timeoutMs` of real time with a `timeout` error, its connection closed. Calls without
   * a signal then get none, and need no timer here. Default false: each attempt gets a signal, and must end when that
   * aborts. Without effect beside a `clock` of the caller's own.
   */
  readonly selfTimed?: boolean;
}

/** Runs calls that share one set of limits. Rejects with the last attempt's error, or `aborted`. */
export type Resilience = <T>(call: ResilientCall<T>, options?: GenerateOptions) => Promise<T>;

/** The shared state of everything that runs under one resilience. */
interface Lane extends Deadline {
  readonly policy: RetryPolicy;
  readonly jitter: (callHash: string, attempt: number) => number;
  readonly gate: Admission;
  readonly requests: RateBucket | undefined;
  readonly tokens: RateBucket | undefined;
  /** Tokens used per token estimated, learnt from the answers: most replies take far less than they may. */
  usedShare: number;
}

/** Weight of the newest answer in the running mean of `usedShare`. */
const shareWeight = 0.1;

/**
 * Retries (full jitter, Retry-After obeyed up to a cap), a deadline per attempt, an adaptive limit on calls in flight
 * with one shared pause while rate-limited, and optional rates per minute, for any kind of call. `rate-limit`,
 * `transport` and `timeout` are retried; every other error is final. `where` begins each message. Throws `config`
 * errors for options out of range.
 */
export function resilience(where: string, options: ResilientOptions = {}, attempts: Attempts = {}): Resilience {
  const start = options.concurrency?.start ?? 16;
  const max = options.concurrency?.max ?? Math.max(256, start);
  const timeoutMs = options.timeoutMs ?? 120_000;
  const maxAttempts = options.maxAttempts ?? 6;
  const { requestsPerMinute, tokensPerMinute } = options;
  const positive = { maxAttempts, timeoutMs, start, max, requestsPerMinute, tokensPerMinute };
  for (const [name, value] of Object.entries(positive)) {
    if (value !== undefined && !(value >= 1)) {
      throw new CultivarError("config", `${where}: ${name} must be a number of at least 1, got ${value}`);
    }
  }
  const clock = options.clock ?? systemClock;
  const policy: RetryPolicy = {
    maxAttempts,
    maxWaitMs: options.maxWaitMs ?? 60_000,
    ...(options.backoff ?? { baseDelayMs: 500, maxDelayMs: 30_000 }),
  };
  const limit = adaptiveLimit({ start, min: 1, max, step: 4 });
  const lane: Lane = {
    where,
    policy,
    timeoutMs,
    selfTimed: attempts.selfTimed === true && options.clock === undefined,
    clock,
    jitter: options.jitter ?? ((hash, attempt) => rng(0, `${hash}+${attempt}`).next()),
    gate: admission(limit, clock, policy.maxWaitMs, (waitMs) => tooLong(where, waitMs, policy.maxWaitMs, undefined)),
    requests: requestsPerMinute === undefined ? undefined : rateBucket(requestsPerMinute),
    tokens: tokensPerMinute === undefined ? undefined : rateBucket(tokensPerMinute),
    usedShare: 1,
  };
  return (call, callOptions = {}) => persist(lane, call, callOptions);
}

/** Attempts until one succeeds, the error is final, or the caller gives up. */
async function persist<T>(lane: Lane, call: ResilientCall<T>, options: GenerateOptions): Promise<T> {
  const { gate, where } = lane;
  const { signal } = options;
  for (let attempt = 1; ; attempt++) {
    const pass =
      gate.enterNow(signal) ?? (await orAborted(where, signal, () => gate.enter({ again: attempt > 1, signal })));
    let reply: T;
    try {
      reply = await attemptOnce(lane, call, signal);
    } catch (error) {
      await beforeNext(lane, call, options, attempt, pass, error);
      continue;
    }
    pass.succeeded();
    return reply;
  }
}

/** After a failed attempt: waits until the next one is due, or throws when there is to be none. */
async function beforeNext<T>(
  { where, clock, policy, ...lane }: Lane,
  call: ResilientCall<T>,
  { signal, onRetry }: GenerateOptions,
  attempt: number,
  pass: Pass,
  error: unknown,
): Promise<void> {
  const jitter = (): number => lane.jitter(call.hash(), attempt);
  const decision = decideRetry(error, attempt, policy, where, jitter);
  report(clock, pass, error, decision.kind === "wait" ? decision.delayMs : backoffMs(attempt, 1, policy));
  if (decision.kind === "fail") throw decision.error;
  await onRetry?.({ attempt, delayMs: decision.delayMs, error });
  await orAborted(where, signal, () => clock.sleep(decision.delayMs, signal));
}

/** Tells the gate how an attempt failed. A final 429 pauses the others too, for as long as the provider asked. */
function report(clock: Clock, pass: Pass, error: unknown, delayMs: number): void {
  if (isCultivarError(error, "rate-limit")) {
    pass.rateLimited(clock.now() + Math.max(delayMs, error.retryAfterMs ?? 0));
  } else {
    pass.failed();
  }
}

/** One attempt under its own deadline, after its turn in the rate buckets. */
function attemptOnce<T>(lane: Lane, call: ResilientCall<T>, signal: AbortSignal | undefined): Promise<T> {
  return lane.requests === undefined && lane.tokens === undefined
    ? withDeadline(lane, signal, call.attempt)
    : attemptAtRate(lane, call, signal);
}

async function attemptAtRate<T>(lane: Lane, call: ResilientCall<T>, signal: AbortSignal | undefined): Promise<T> {
  const { clock, where, requests, tokens } = lane;
  const estimate = tokens === undefined ? 0 : Math.max(1, call.estimatedTokens());
  const charge = estimate * lane.usedShare;
  const now = clock.now();
  const waitMs = Math.max(requests?.take(now, 1) ?? 0, tokens?.take(now, charge) ?? 0);
  try {
    if (waitMs > 0) await orAborted(where, signal, () => clock.sleep(waitMs, signal));
  } catch (error) {
    requests?.refund(1);
    tokens?.refund(charge);
    throw error;
  }
  const reply = await withDeadline(lane, signal, call.attempt);
  const used = tokens === undefined ? undefined : call.usedTokens(reply);
  if (used !== undefined) {
    tokens?.refund(charge - used);
    lane.usedShare += shareWeight * (used / estimate - lane.usedShare);
  }
  return reply;
}

/** Turns the rejection of an aborted wait into the house's `aborted` error. */
async function orAborted<T>(where: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw signal?.aborted === true && !isCultivarError(error) ? abortError(where, signal) : error;
  }
}
