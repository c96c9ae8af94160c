import { describe, expect, test } from "vitest";
import type { DemoSet } from "./demo.ts";
import { decodeDemos, encodeDemos, noDemos } from "./demo.ts";

const row = { input: { a: 1 }, output: { b: "x" } };
const select = { k: 1, by: "nearest", embedder: "local", vectors: [[0, 1]] };

describe("demo sets", () => {
  test("decode gives back what encode wrote", () => {
    const set: DemoSet = { rows: [{ ...row, source: "id", augmented: true }], select: { ...select, by: "nearest" } };
    expect(decodeDemos(encodeDemos(set))).toEqual(set);
    expect(decodeDemos(noDemos)).toEqual({ rows: [] });
  });

  test.each([
    ["no json", "as JSON"],
    ["null", "rows"],
    ["[]", "rows"],
    ['{"rows":{}}', "rows"],
    ['{"rows":[null]}', "row 0"],
    ['{"rows":[{"input":null,"output":{}}]}', "row 0"],
    ['{"rows":[{"input":{},"output":[]}]}', "row 0"],
    ['{"rows":[{"input":{},"output":"x"}]}', "row 0"],
    ['{"rows":[{"input":{"__proto__":{}},"output":{}}]}', "__proto__"],
    [JSON.stringify({ rows: [row], select: null }), "select"],
    [JSON.stringify({ rows: [row], select: { ...select, k: 1.5 } }), "k a whole number"],
    [JSON.stringify({ rows: [row], select: { ...select, by: "far" } }), "nearest"],
    [JSON.stringify({ rows: [row], select: { ...select, vectors: [] } }), "one vector per row"],
    [JSON.stringify({ rows: [row], select: { ...select, vectors: ["ab"] } }), "select.vectors[0]"],
    [JSON.stringify({ rows: [row, row], select: { ...select, vectors: [[1], [1, 2]] } }), "select.vectors[1]"],
  ])("refuses %s", (value, message) => {
    expect(() => decodeDemos(value)).toThrow(message);
  });
});
