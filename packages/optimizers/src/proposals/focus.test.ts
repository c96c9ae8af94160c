import { rng } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { focusOn } from "./focus.ts";
import type { FailureGroup } from "./triage.ts";

const group = (name: string, count: number): FailureGroup => ({
  ids: Array.from({ length: count }, (_, i) => `${name}${i}`),
  sign: name,
});
const counts = (ids: readonly string[]): Readonly<Record<string, number>> => {
  const found: Record<string, number> = {};
  for (const id of ids) found[id[0]!] = (found[id[0]!] ?? 0) + 1;
  return found;
};
const stream = (turn: number) => rng(0, `focus ${turn}`);

describe("the failures of a proposal", () => {
  const groups = [group("a", 30), group("b", 20), group("c", 20)];

  test("are of all groups at first, the typical ones first", () => {
    const chosen = focusOn(groups, 0, 16, stream(0));
    expect(chosen.slice(0, 3)).toEqual(["a0", "b0", "c0"]);
    expect(counts(chosen)).toEqual({ a: 6, b: 5, c: 5 });
    const eight = Array.from("abcdefgh", (name) => group(name, 9));
    expect(Object.keys(counts(focusOn(eight, 0, 16, stream(0))))).toHaveLength(8);
  });

  test.each([
    [1, "a"],
    [2, "b"],
    [3, "c"],
    [4, "a"],
  ])("are mostly of one group at turn %i: %s", (turn, name) => {
    const chosen = focusOn(groups, turn, 16, stream(turn));
    expect(chosen).toHaveLength(16);
    expect(new Set(chosen).size).toBe(16);
    expect(chosen[0]).toBe(`${name}0`);
    expect(counts(chosen)[name]).toBeGreaterThan(8);
  });

  test("are the whole of a small group, and others", () => {
    const chosen = focusOn([group("a", 30), group("b", 3)], 2, 16, stream(2));
    expect(chosen.slice(0, 3).toSorted()).toEqual(["b0", "b1", "b2"]);
    expect(counts(chosen)).toEqual({ b: 3, a: 13 });
  });

  test("are all there are where there are few, and none where there are none", () => {
    expect(focusOn([group("a", 2), group("b", 1)], 5, 16, stream(5)).toSorted()).toEqual(["a0", "a1", "b0"]);
    expect(focusOn([], 0, 16, stream(0))).toEqual([]);
    expect(focusOn([], 3, 16, stream(3))).toEqual([]);
  });

  test("of the same group differ from turn to turn", () => {
    expect(focusOn(groups, 1, 16, stream(1))).not.toEqual(focusOn(groups, 4, 16, stream(4)));
  });
});
