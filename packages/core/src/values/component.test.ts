import { describe, expect, test } from "vitest";
import type { Space } from "./component.ts";
import { baselineOf, candidateHash, checkCandidate } from "./component.ts";

const space: Space = {
  b: { kind: "text", initial: "one", role: "b", reject: (value) => (value === "bad" ? "it is bad" : undefined) },
  a: { kind: "choice", initial: "json", role: "a", choices: ["json", "markers"] },
};

describe("checkCandidate", () => {
  test("gives a frozen copy in the space's order", () => {
    const given = { a: "markers", b: "two" };
    const checked = checkCandidate(space, given, "here");
    expect(Object.keys(checked)).toEqual(["b", "a"]);
    expect(Object.isFrozen(checked)).toBe(true);
    expect(checked).not.toBe(given);
    expect(candidateHash(checked)).toBe(candidateHash(given));
    expect(checkCandidate(space, baselineOf(space), "here")).toEqual({ b: "one", a: "json" });
  });

  test.each([
    [{ a: "json" }, "here: component b must be a string, got nothing"],
    [{ a: "json", b: 1 as never }, "component b must be a string, got number"],
    [{ a: "xml", b: "" }, 'component a is "xml", which is none of its choices: json, markers'],
    [{ a: "json", b: "", c: "" }, '"c", which is no component; the components are b, a'],
    [{ a: "json", b: "bad" }, "component b is not allowed: it is bad"],
    [Object.create({ a: "json", b: "" }) as Record<string, string>, "component b must be a string, got nothing"],
  ])("refuses %j", (candidate, message) => {
    expect(() => checkCandidate(space, candidate, "here")).toThrow(message);
  });
});
