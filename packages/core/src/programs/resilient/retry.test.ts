import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ErrorCode } from "../../ground/errors.ts";
import { CultivarError } from "../../ground/errors.ts";
import type { RetryPolicy } from "./retry.ts";
import { backoffMs, decideRetry } from "./retry.ts";

const policy: RetryPolicy = { maxAttempts: 6, maxWaitMs: 60_000, baseDelayMs: 500, maxDelayMs: 30_000 };
const decide = (code: ErrorCode, attempt: number, retryAfterMs?: number) =>
  decideRetry(
    new CultivarError(code, "x", retryAfterMs === undefined ? {} : { retryAfterMs }),
    attempt,
    policy,
    "p/m",
    () => 0.5,
  );

describe("decideRetry", () => {
  test.each(["rate-limit", "transport", "timeout"] as const)("%s is tried again, six times in all", (code) => {
    expect(decide(code, 1)).toEqual({ kind: "wait", delayMs: 250 });
    expect(decide(code, 5)).toEqual({ kind: "wait", delayMs: 4000 });
    expect(decide(code, 6).kind).toBe("fail");
  });

  test.each(["auth", "quota", "unknown-model", "bad-request", "context-overflow", "refusal", "aborted"] as const)(
    "%s fails at once",
    (code) => expect(decide(code, 1).kind).toBe("fail"),
  );

  test("an error of unknown origin fails as it is", () => {
    const error = new Error("x");
    expect(decideRetry(error, 1, policy, "p/m", () => 0)).toEqual({ kind: "fail", error });
  });

  test("Retry-After goes before the back-off, up to the cap", () => {
    expect(decide("rate-limit", 1, 3000)).toEqual({ kind: "wait", delayMs: 3000 });
    expect(decide("transport", 1, 60_000)).toEqual({ kind: "wait", delayMs: 60_000 });
    expect(decide("rate-limit", 1, 0)).toEqual({ kind: "wait", delayMs: 250 });
    const failed = decide("rate-limit", 1, 90_000);
    expect(failed.kind === "fail" && String(failed.error)).toContain("asks to wait 90 s, and maxWaitMs allows 60 s");
  });

  test("the last error says how often it was tried", () => {
    const failed = decide("transport", 6);
    expect(failed.kind === "fail" && String(failed.error)).toContain("gave up after 6 attempts");
  });
});

test("the back-off is within its ceilings, which double up to the last", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, jitter) => {
      const delay = backoffMs(attempt, jitter, policy);
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(Math.min(30_000, 500 * 2 ** (attempt - 1)));
    }),
  );
  expect([1, 2, 3, 7, 40].map((attempt) => backoffMs(attempt, 1, policy))).toEqual([500, 1000, 2000, 30_000, 30_000]);
});
