import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frozenCopy, ownCopy } from "./own-copy.ts";

/** Every object within a value, itself included. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)];
}

describe("ownCopy", () => {
  test("is equal, shares no object, and keeps the order of members", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const copy = ownCopy(value);
        expect(copy).toEqual(value);
        expect(JSON.stringify(copy)).toBe(JSON.stringify(value));
        const originals = new Set(objectsIn(value));
        expect(objectsIn(copy).some((one) => originals.has(one))).toBe(false);
      }),
    );
  });

  test("dates and maps are copied; functions and instances of classes stay as they are", () => {
    class Point {
      x = 1;
    }
    const value = { at: new Date(0), map: new Map([["a", [1]]]), point: new Point(), run: () => 1 };
    const copy = ownCopy(value);
    expect(copy).toEqual(value);
    expect(copy.at).not.toBe(value.at);
    expect(copy.map.get("a")).not.toBe(value.map.get("a"));
    expect(copy.point).toBe(value.point);
    expect(copy.run).toBe(value.run);
  });
});

test("frozenCopy freezes the copy at every level, and not the original", () => {
  const value = { list: [{ a: 1 }] };
  const copy = frozenCopy(value);
  expect(() => copy.list.push({ a: 2 })).toThrow(TypeError);
  expect(() => (copy.list[0]!.a = 2)).toThrow(TypeError);
  value.list[0]!.a = 3;
  expect(copy.list[0]!.a).toBe(1);
});
