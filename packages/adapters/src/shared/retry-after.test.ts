import { expect, test } from "vitest";
import { parseRetryAfter } from "./retry-after.ts";

const now = Date.parse("2026-11-22T12:00:00Z");

test.each([
  ["0", 0],
  ["3", 3000],
  ["90", 90_000],
  ["0.5", 500],
  ["1e9", 1e12],
  [" 7 ", 7000],
  ["Sun, 22 Nov 2026 12:00:30 GMT", 30_000],
  ["Wed, 21 Oct 2015 07:28:00 GMT", 0],
  ["NaN", undefined],
  ["-1", undefined],
  ["", undefined],
  ["soon", undefined],
  ["Infinity", undefined],
] as const)("retry-after %j", (header, expected) => {
  expect(parseRetryAfter((name) => (name === "retry-after" ? header : null), now)).toBe(expected);
});

test("retry-after-ms goes first; no header is undefined", () => {
  const both: Record<string, string> = { "retry-after-ms": "1500", "retry-after": "9" };
  expect(parseRetryAfter((name) => both[name], now)).toBe(1500);
  expect(parseRetryAfter(() => undefined, now)).toBeUndefined();
});
