import { describe, expect, test } from "vitest";
import { systemClock } from "./clock.ts";
import { blame, CultivarError, isCultivarError, messageOf } from "./errors.ts";
import { parseJsonSafely } from "./json.ts";
import { limit } from "./limit.ts";

describe("errors", () => {
  test.each([
    ["parse", "candidate"],
    ["refusal", "candidate"],
    ["step-limit", "candidate"],
    ["program", "candidate"],
    ["transport", "world"],
    ["rate-limit", "world"],
    ["timeout", "world"],
    ["metric", "world"],
    ["auth", "run"],
    ["quota", "run"],
    ["run-ended", "run"],
    ["storage", "run"],
    ["aborted", "run"],
  ] as const)("a failure of code %s is the %s's", (code, whose) => {
    expect(blame(new CultivarError(code, "x"))).toBe(whose);
  });

  test("an error of unknown origin is the program's own", () => {
    expect(blame(new Error("x"))).toBe("candidate");
    expect(blame("x")).toBe("candidate");
  });

  test("the guard knows errors of another copy of the package", () => {
    const foreign = Object.assign(new Error("x"), { code: "parse", marker: Symbol.for("cultivar.error") });
    expect(isCultivarError(foreign, "parse")).toBe(true);
    expect(isCultivarError(foreign, "quota")).toBe(false);
    expect([null, undefined, "x", new Error("x"), {}].some((value) => isCultivarError(value))).toBe(false);
  });

  test("messageOf is one line of bounded length", () => {
    expect(messageOf(new Error("a\n  b"))).toBe("a b");
    expect(messageOf("x".repeat(900), 10)).toBe(`${"x".repeat(9)}\u2026`);
    expect(messageOf(undefined)).toBe("undefined");
  });
});

describe("parseJsonSafely", () => {
  test.each(['{"__proto__":{"a":1}}', '[{"constructor":1}]', '{"a":{"prototype":[]}}'])("refuses %s", (text) => {
    expect(() => parseJsonSafely(text)).toThrow(SyntaxError);
  });
  test("reads the rest", () => {
    expect(parseJsonSafely('{"a":[1,null]}')).toEqual({ a: [1, null] });
  });
});

describe("limit and clock", () => {
  test("at most so many at once, started in order", async () => {
    const run = limit(3);
    const started: number[] = [];
    let now = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        run(async () => {
          started.push(i);
          most = Math.max(most, ++now);
          await new Promise((resolve) => setTimeout(resolve, i % 3));
          now--;
        }),
      ),
    );
    expect(most).toBe(3);
    expect(started).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test("sleep ends with the signal's reason", async () => {
    const abort = new AbortController();
    const slept = systemClock.sleep(60_000, abort.signal);
    abort.abort(new Error("stop"));
    await expect(slept).rejects.toThrow("stop");
    await expect(systemClock.sleep(60_000, abort.signal)).rejects.toThrow("stop");
  });
});
