import type { Sketch } from "@cultivar/core";
import { expect, test } from "vitest";
import { asDeclared } from "./as-declared.ts";

const leaf = (...names: readonly string[]): Sketch => ({
  name: "m",
  kind: "predict",
  inputs: names.map((name) => ({ name, type: "string", jsonSchema: {}, optional: false })) as never,
  children: {},
});
const holding = (children: Record<string, Sketch>): Sketch => ({ name: "p", kind: "program", children });
const row = { input: { a: 1, b: 2 }, output: { c: 3 }, source: "r0" };

test.each([
  ["a whole program", leaf("a"), "m.demos", { a: 1 }],
  ["a module of a program", holding({ m: leaf("b"), n: leaf("a") }), "m.demos", { b: 2 }],
  ["a nested one", holding({ p: holding({ m: leaf("b", "x") }) }), "p.m.demos", { b: 2 }],
  ["one that declares nothing", holding({}), "m.demos", { a: 1, b: 2 }],
])("of %s", (_, sketch, id, input) => {
  expect(asDeclared(sketch, id, row)).toEqual({ ...row, input });
});
