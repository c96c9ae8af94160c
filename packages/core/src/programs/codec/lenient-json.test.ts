import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lenientObject, lenientValue } from "./lenient-json.ts";
import { maxDepth, readJson } from "./json-reader.ts";

const any = (): number => 1;

test("every JSON text is read as JSON.parse reads it, by the tolerant reader too", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4, stringUnit: "binary" }), fc.nat(3), (text, indent) => {
      const value = JSON.parse(text) as unknown;
      fc.pre(!text.includes("__proto__"));
      const written = JSON.stringify([value], undefined, indent);
      expect(readJson(written, 0)).toMatchObject({ value: [value], truncated: false, problem: undefined });
    }),
    { numRuns: 1000 },
  );
});

test("a cut text gives only what was there", () => {
  const whole = { a: "one, two", b: [1, 2, { c: true }], d: { e: "f", g: null }, h: 12.5 };
  const text = JSON.stringify(whole);
  for (let length = 1; length < text.length; length++) {
    const { value, truncated } = readJson(text.slice(0, length), 0);
    expect(truncated).toBe(true);
    // Objects may lack members; a list is there only whole, or cut right behind an item.
    const got = (value ?? {}) as Partial<typeof whole>;
    const list = whole.b.slice(0, got.b?.length ?? 0);
    expect(whole).toMatchObject({ ...got, b: whole.b, d: whole.d });
    expect(got.b ?? []).toStrictEqual(list);
    expect(whole.d).toMatchObject(got.d ?? {});
  }
});

describe("depth", () => {
  const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
  test.each([
    ["strict", nested(10_000)],
    ["damaged", `${nested(10_000).slice(0, -1)},}`],
    ["cut", '{"a":'.repeat(10_000)],
    ["lists", `{"a":${"[".repeat(100_000)}`],
    ["chatter", `So: ${nested(maxDepth + 1)} that is it`],
  ])("%s: refused, not overflowed", (_says, text) => {
    expect(() => lenientObject(text, any)).toThrow(
      expect.objectContaining({ code: "parse", message: expect.stringContaining("nested deeper") }),
    );
  });
  test("up to the limit it is read", () => {
    expect(lenientObject(nested(maxDepth), any).truncated).toBe(false);
    expect(lenientObject(`so: ${nested(maxDepth)}`, any).truncated).toBe(false);
  });
});

test("nothing reaches a prototype", () => {
  for (const text of ['{"__proto__":{"x":1},"a":1}', "{'__proto__':{x:1},a:1}", '{"a":1,"\\u005f_proto__":{"x":1},}']) {
    const { value } = lenientObject(text, any);
    expect(Object.keys(value)).toStrictEqual(["a"]);
    expect(value["x"]).toBeUndefined();
  }
  expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
});

test("a text of 50 MB is read", () => {
  const long = "x".repeat(50_000_000);
  expect((lenientObject(`{'a':"${long}",}`, any).value["a"] as string).length).toBe(long.length);
  expect(lenientObject(`{"a":1,"b":"${long}`, any)).toStrictEqual({ value: { a: 1 }, truncated: true });
});

test.each([
  ["[1, 2,]", [1, 2]],
  ["```json\n['a']\n```", ["a"]],
  ['{"a": 1', undefined],
  ["[1, NaN]", undefined],
  ["[1] and more", undefined],
  ["1e400", undefined],
  ["plain", undefined],
  ["null", null],
])("lenientValue(%j)", (text, value) => {
  expect(lenientValue(text)).toStrictEqual(value);
});

/** Each grows with n in a way that would be quadratic for a reader that starts over or looks back. */
const growing: readonly (readonly [string, (n: number) => string])[] = [
  ["open braces", (n) => "{".repeat(n)],
  ["open keys", (n) => '{"a":'.repeat(n / 5).slice(0, 1200) + '{"a":1, x '.repeat(n / 10)],
  ["open quotes", (n) => "{'a ".repeat(n / 4)],
  ["open comments", (n) => "{/*".repeat(n / 3)],
  ["open fences", (n) => "{```".repeat(n / 4)],
  ["blanks", (n) => `{"a"${" ".repeat(n)}x`],
  ["quotes and blanks", (n) => `{"a":"${'"   '.repeat(n / 4)}`],
  ["escapes", (n) => `{"a":"${"\\d".repeat(n / 2)}",}`],
  ["thinking", (n) => "<think>a</think>".repeat(n / 16)],
  ["open tags", (n) => "<think>".repeat(n / 7)],
  ["digits", (n) => `{"a":${"1".repeat(n)},}`],
  ["objects", (n) => `so ${'{"b":1} '.repeat(n / 8)}`],
  ["cut list", (n) => `{"a":[${"1,".repeat(n / 2)}`],
];

function medianTime(text: string): number {
  const times: number[] = Array.from({ length: 5 }, () => {
    const start = performance.now();
    try {
      lenientObject(text, (value) => ("zz" in value ? 1 : 0));
    } catch {
      // Only the time counts here.
    }
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[2] ?? 0;
}

test.each(growing)("linear time: %s", (_says, make) => {
  medianTime(make(40_000));
  const ratios = [0, 1, 2].map(() => medianTime(make(320_000)) / medianTime(make(40_000)));
  // 8 times the input: 8 when linear, 64 when quadratic. The least of three, since neighbours share the machine.
  expect(Math.min(...ratios)).toBeLessThan(24);
});
