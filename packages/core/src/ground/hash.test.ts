import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson, contentHash, sha256Hex } from "./hash.ts";

/** Every object with its keys in reverse. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

describe("hash", () => {
  test("sha256Hex is node's", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(sha256Hex(text)).toBe(createHash("sha256").update(text, "utf8").digest("hex"));
      }),
    );
  });

  test("canonicalJson is the same for every order of keys, and is the value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(reversed(value))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test.each([
    [{ b: 1, a: { d: [{ z: 1, y: 2 }], c: 3 } }, '{"a":{"c":3,"d":[{"y":2,"z":1}]},"b":1}'],
    [{ a: undefined, b: 1 }, '{"b":1}'],
    [{ b: 1, a: undefined }, '{"b":1}'],
    [{ b: new Date(0), a: 1 }, '{"a":1,"b":"1970-01-01T00:00:00.000Z"}'],
    [{ "10": 1, "9": 2 }, '{"9":2,"10":1}'],
    [[{ toJSON: () => ({ b: 1, a: 2 }) }], '[{"a":2,"b":1}]'],
  ])("canonicalJson(%j)", (value, text) => {
    expect(canonicalJson(value)).toBe(text);
    expect(contentHash(value)).toBe(sha256Hex(text).slice(0, 16));
  });
});
