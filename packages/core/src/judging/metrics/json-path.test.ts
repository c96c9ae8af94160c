import { describe, expect, test } from "vitest";
import { judged } from "./fixtures/judging.ts";
import { jsonPath, parsePath, valueAt } from "./json-path.ts";

describe("parsePath", () => {
  test.each<[string, readonly (string | number)[]]>([
    ["a", ["a"]],
    ["a.b[0].c", ["a", "b", 0, "c"]],
    ["$.a.b", ["a", "b"]],
    ["$", []],
    ["$[2]", [2]],
    ["[2][3]", [2, 3]],
    ['$["first name"].x', ["first name", "x"]],
    [String.raw`a["q\"uote"]`, ["a", 'q"uote']],
    ["größe_1.a-b", ["größe_1", "a-b"]],
  ])("%s", (path, steps) => {
    expect(parsePath(path)).toEqual(steps);
  });

  test.each(["", "a..b", ".a", "a.", "a[", "a[-1]", "a[*]", "$a", "$.", "a b", "a[0]b", "a['x']", "$..a"])(
    "refuses %j",
    (path) => {
      expect(() => parsePath(path)).toThrow(/^jsonPath: cannot read the path/);
    },
  );
});

test("valueAt takes own members only", () => {
  expect(valueAt({ a: [{ b: 1 }] }, ["a", 0, "b"])).toBe(1);
  expect(valueAt({}, ["constructor"])).toBeUndefined();
  expect(valueAt([1], ["length"])).toBeUndefined();
  expect(valueAt("text", [0])).toBeUndefined();
  expect(valueAt(null, ["a"])).toBeUndefined();
});

test("the share of equal paths, each difference named", async () => {
  const metric = jsonPath(["vendor.name", "lines[1].price", "currency"]);
  const expected = { vendor: { name: "A" }, lines: [{ price: 1 }, { price: 2 }], currency: "EUR" };
  expect(await judged(metric, { expected }, { vendor: { name: "A" }, lines: [{ price: 1 }] })).toEqual({
    score: 1 / 3,
    feedback: 'lines[1].price: expected 2, got nothing\ncurrency: expected "EUR", got nothing',
  });
  expect((await judged(metric, { expected }, expected)).score).toBe(1);
});

test("$ compares everything; a path that should lead nowhere must", async () => {
  expect((await judged(jsonPath("$"), { expected: 5 }, 5)).score).toBe(1);
  expect((await judged(jsonPath("$"), { expected: { a: 1 } }, { a: 1, b: 2 })).feedback).toBe(
    "$: b: expected nothing, got 2",
  );
  expect((await judged(jsonPath("a"), { expected: {} }, { a: 1 })).score).toBe(0);
  await expect(judged(jsonPath("a"), {}, { a: 1 })).rejects.toMatchObject({ code: "metric" });
  expect(() => jsonPath([])).toThrow(/at least one path/);
});
