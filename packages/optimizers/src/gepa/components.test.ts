import type { Row, Trace } from "@cultivar/core";
import { rng } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import type { Choosing } from "./components.ts";
import { betaDraw, byBlame, everyText, roundRobin } from "./components.ts";
import { member } from "./fixtures/members.ts";

const texts = ["a.instructions", "b.instructions", "c.instructions"];
const modules = ["a", "b", "c"] as const;

/** A run of the three modules; those named broke. */
function traceOf(...broken: readonly string[]): Trace {
  const span = (path: string): Trace => ({
    kind: "module",
    path,
    name: path,
    input: {},
    output: {},
    components: {},
    children: [],
    ...(broken.includes(path) && { error: { code: "parse", message: "no answer" } }),
  });
  return { ...span(""), children: modules.map(span) };
}
const row = (byModule: Readonly<Record<string, string>> = {}, changes: Partial<Row> = {}): Row => ({
  id: "r",
  score: 0,
  trace: traceOf(),
  ...(Object.keys(byModule).length > 0 && { byModule }),
  ...changes,
});
const chosen = (rows: readonly Row[], changes: Partial<Choosing> = {}): readonly string[] =>
  byBlame.choose({
    parent: member([0]),
    texts,
    rows,
    top: 1,
    record: () => ({ tries: 0, wins: 0 }),
    rng: rng(0, "components"),
    ...changes,
  });

test("round robin goes by the parent's turn, and everyText takes all", () => {
  const choosing = { texts, rows: [], top: 1, record: () => ({ tries: 0, wins: 0 }), rng: rng(0, "x") };
  const turns = [0, 1, 2, 3].map((turn) => roundRobin.choose({ ...choosing, parent: member([0], { turn }) }));
  expect(turns).toEqual([[texts[0]], [texts[1]], [texts[2]], [texts[0]]]);
  expect(everyText.choose({ ...choosing, parent: member([0]) })).toEqual(texts);
});

describe("by blame", () => {
  test.each([
    ["a remark of its own", [row({ b: "too long" }), row()], ["b"]],
    ["remarks of two modules", [row({ b: "too long" }), row({ c: "no unit" })], ["b", "c"]],
    ["two remarks of one row", [row({ a: "too long", c: "no unit" })], ["a", "c"]],
    ["a module that broke", [row({}, { trace: traceOf("c") })], ["c"]],
    ["a remark and a module that broke", [row({ a: "too long" }, { trace: traceOf("b") })], ["a", "b"]],
    ["a remark that two rows of five share", [row({ b: "wrong" }), row({ b: "wrong" }), row(), row(), row()], ["b"]],
  ])("%s", (_, rows, paths) => expect(chosen(rows)).toEqual(paths.map((path) => `${path}.instructions`)));

  test("a remark of a row that was right blames nobody", () => {
    const rows = [row({ a: "well done, and short" }, { score: 1 }), row({ b: "too long" })];
    expect(chosen(rows)).toEqual(["b.instructions"]);
  });

  const nobody: readonly (readonly [string, readonly Row[]])[] = [
    ["no remarks at all", [row(), row()]],
    ["a remark that went to several modules", [row({ a: "wrong", b: "wrong", c: "wrong" })]],
    ["a remark that went to several modules over the rows", [row({ a: "wrong" }), row({ b: "wrong" })]],
    [
      "a remark that half of the rows have",
      [row({ b: "wrong" }), row({ b: "wrong" }), row({ b: "wrong" }), row(), row()],
    ],
    ["rows without traces", [{ id: "r", score: 0 }]],
  ];
  test.each(nobody)("%s points to nobody: one text is drawn, any of them", (_, rows) => {
    const draws = Array.from({ length: 60 }, (_unused, i) => chosen(rows, { rng: rng(i, "draw") }));
    expect(draws.every((draw) => draw.length === 1)).toBe(true);
    expect(new Set(draws.flat())).toEqual(new Set(texts));
  });

  test("a tool's description is blamed with the module that has the tool", () => {
    const some = ["a.instructions", "b.tools.search.description"];
    expect(chosen([row({ b: "searched for the wrong thing" })], { texts: some })).toEqual([
      "b.tools.search.description",
    ]);
  });

  test("the draw favours the text whose proposals were kept", () => {
    const record = (id: string) => ({ tries: 20, wins: id === "b.instructions" ? 10 : 0 });
    const draws = Array.from({ length: 100 }, (_, i) => chosen([row()], { record, rng: rng(i, "draw") })[0]);
    expect(draws.filter((draw) => draw === "b.instructions").length).toBeGreaterThan(95);
  });

  test("the text of a program that is one module stands for the whole", () => {
    expect(chosen([row({ "": "too long" })], { texts: ["instructions", "b.instructions"] })).toEqual(["instructions"]);
  });
});

test("beta draws have the mean and the variance of their distribution", () => {
  for (const [a, b] of [
    [1, 1],
    [3, 1],
    [2, 6],
  ] as const) {
    const stream = rng(0, `beta ${a} ${b}`);
    const draws = Array.from({ length: 5000 }, () => betaDraw(a, b, stream));
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    const variance = draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / draws.length;
    const expected = (a * b) / ((a + b) ** 2 * (a + b + 1));
    expect(Math.abs(mean - a / (a + b))).toBeLessThan(4 * Math.sqrt(expected / draws.length));
    expect(Math.abs(variance / expected - 1)).toBeLessThan(0.1);
  }
});
