import type { Candidate, Row, Space } from "@cultivar/core";
import { encodeDemos, noDemos } from "@cultivar/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Evaluated, Values } from "./objectives.ts";
import { nonDominated, ofMetric, paretoFront, shortness, thrift, withObjectives } from "./objectives.ts";
import { byInstance, byObjective, cartesian, hybrid } from "./pareto.ts";
import type { Member } from "./pool.ts";

const spec = { initial: "", role: "" };
const space: Space = {
  "a.instructions": { ...spec, kind: "text" },
  "a.demos": { ...spec, kind: "demos" },
  "a.model": { ...spec, kind: "choice" },
};

describe("shortness", () => {
  const candidate = { "a.instructions": "four", "a.demos": noDemos, "a.model": "large" };
  test("counts texts and shown demos, and no choice", () => {
    expect(shortness(candidate, space)).toBe(-4);
    const row = { input: { q: "x" }, output: { a: "y" } };
    const shown = -4 - '[{"q":"x"},{"a":"y"}]'.length;
    for (const more of [{}, { source: "a long id of a row", augmented: true }])
      expect(shortness({ ...candidate, "a.demos": encodeDemos({ rows: [{ ...row, ...more }] }) }, space)).toBe(shown);
  });
  test("is 0 for nothing, never -0", () => {
    expect(shortness({ "a.instructions": "", "a.demos": noDemos, "a.model": "large" }, space)).toBe(0);
  });
});

test("thrift is the mean of tokens over traced rows whose calls all say", () => {
  const traced = (...usages: readonly { inputTokens?: number; outputTokens?: number }[]): Row => ({
    id: "r",
    trace: {
      kind: "module",
      path: "",
      name: "p",
      input: {},
      components: {},
      children: usages.map((usage) => ({ kind: "lm", model: "m", messages: [], sample: 0, usage })),
    },
  });
  const call = { inputTokens: 40, outputTokens: 10 };
  expect(thrift([])).toBeUndefined();
  expect(thrift([{ id: "val", score: 1 }, traced(call, { inputTokens: 3 })])).toBeUndefined();
  expect(thrift([traced(call), traced(call, call), traced({ outputTokens: 3 }), { id: "val" }])).toBe(-75);
});

describe("nonDominated", () => {
  const value = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined });
  const items = fc.array(fc.record({ a: value, b: value, c: value }, { requiredKeys: ["a"] }), { maxLength: 12 });
  const level = (item: Values, name: string): number => item[name] ?? Number.NEGATIVE_INFINITY;
  const beats = (one: Values, other: Values): boolean =>
    ["a", "b", "c"].every((name) => level(one, name) >= level(other, name)) &&
    ["a", "b", "c"].some((name) => level(one, name) > level(other, name));

  test("no member dominates another, and whatever is left out is dominated by a member", () => {
    fc.assert(
      fc.property(items, (all) => {
        const front = nonDominated(all, (item) => item as Values);
        expect(front).toEqual(all.filter((item) => front.includes(item)));
        expect(front.length > 0).toBe(all.length > 0);
        for (const one of front) for (const other of front) expect(beats(one as Values, other as Values)).toBe(false);
        for (const item of all.filter((one) => !front.includes(one)))
          expect(front.some((one) => beats(one as Values, item as Values))).toBe(true);
      }),
    );
  });
  test("equals stay together", () => {
    expect(nonDominated([1, 2, 2, 1], (a) => ({ a }))).toEqual([2, 2]);
  });
});

describe("paretoFront", () => {
  const evaluated = (
    text: string,
    ...rows: readonly (readonly [score: number | undefined, cheap: number | undefined])[]
  ): Evaluated => ({
    candidate: { text },
    hash: text,
    rows: rows.map(([score, cheap], i) => ({
      id: String(i),
      ...(score !== undefined && { score }),
      ...(cheap !== undefined && { objectives: { cheap } }),
    })),
  });
  const best = evaluated("the best and dearest", [1, -9], [1, -9]);
  const middle = evaluated("in between", [1, -5], [0, -5]);
  const cheap = evaluated("cheap", [0, -1], [undefined, undefined]);
  const worse = evaluated("as dear as middle", [0, -5], [0, -5]);
  const all = [cheap, worse, middle, best];
  const texts = (entries: readonly { readonly candidate: Candidate }[]) =>
    entries.map(({ candidate }) => candidate["text"]);

  test("by score and the metric's objectives, the best score first", () => {
    const front = paretoFront(all);
    expect(texts(front)).toEqual(texts([best, middle, cheap]));
    expect(front.map(({ values }) => values)).toEqual([
      { score: 1, cheap: -9 },
      { score: 0.5, cheap: -5 },
      { score: 0, cheap: -1 },
    ]);
  });
  test("by goals that are given, and by the score alone where there are none", () => {
    const short = ({ candidate }: Evaluated): number => -candidate["text"]!.length;
    expect(texts(paretoFront(all, { objectives: { short } }))).toEqual(texts([best, middle, cheap]));
    expect(texts(paretoFront(all, { objectives: {} }))).toEqual(texts([best]));
    expect(texts(paretoFront([best, middle], { objectives: { dear: ofMetric("unheard of") } }))).toEqual(texts([best]));
    expect(paretoFront([])).toEqual([]);
  });
});

test("members compete by further goals too", () => {
  const member = (mean: number, text: string) =>
    ({ mean, candidate: { text }, val: [mean], objectives: {} }) as unknown as Member;
  const short = ({ candidate }: Member): number => -candidate["text"]!.length;
  const frontier = withObjectives(byObjective, { short });
  expect(frontier.name).toBe("byObjective and short");
  expect([...frontier.fronts([member(1, "long"), member(0, "s")])]).toEqual([
    ["score", new Set([0])],
    ["objective short", new Set([1])],
  ]);
});

describe("frontiers of objectives", () => {
  const member = (val: readonly (number | undefined)[], cheap: readonly (number | undefined)[]) =>
    ({
      mean: 0,
      val,
      objectives: { cheap: 0 },
      rowObjectives: cheap.map((value) => (value === undefined ? undefined : { cheap: value })),
    }) as unknown as Member;
  const members = [member([1, 0], [0.2, 0.4]), member([1, undefined], [0.9, undefined]), member([0, 0], [0.1, 0.4])];

  test("cartesian: one per row and objective, the score among them, row by row", () => {
    expect([...cartesian.fronts(members)]).toEqual([
      ["row 0", new Set([0, 1])],
      ["row 0, objective cheap", new Set([1])],
      ["row 1", new Set([0, 2])],
      ["row 1, objective cheap", new Set([0, 2])],
    ]);
  });
  test("without objectives, cartesian is by instance", () => {
    const plain = members.map((one) => ({ ...one, objectives: {}, rowObjectives: [] }));
    expect([...cartesian.fronts(plain)]).toEqual([...byInstance.fronts(plain)]);
  });
  test("no member has a front of an objective that nobody has", () => {
    const unscored = [member([undefined], [undefined])].map((one) => ({ ...one, mean: -Infinity, objectives: {} }));
    for (const frontier of [byInstance, byObjective, hybrid, cartesian])
      expect([...frontier.fronts(unscored)]).toEqual([]);
  });
});
