import type { DemoRow, Example, Row, Space } from "@cultivar/core";
import { decodeDemos, noDemos } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { passRule } from "../bootstrap/pass-rule.ts";
import type { FakeStudyOptions } from "../fixtures/fake-study.ts";
import { examples, fakeStudy, oneModule, traceOf } from "../fixtures/fake-study.ts";
import type { DemoGrounds } from "./demo-sets.ts";
import { demoSets } from "./demo-sets.ts";

const rowsOf = (train: readonly Example[], score: (i: number) => number | undefined): readonly Row[] =>
  train.map((example, i) => {
    const value = score(i);
    return { id: example.id, trace: traceOf(example, 0), ...(value !== undefined && { score: value }) };
  });

interface Wanted extends Partial<Omit<DemoGrounds, "study">>, FakeStudyOptions {
  readonly count?: number;
  readonly right?: (i: number) => number | undefined;
}

/** The sets of `m`, or of another module. */
function setsOf({ count = 12, right = (i) => (i % 2 === 0 ? 1 : 0), ...more }: Wanted, id = "m.demos") {
  const { train = examples(20) } = more;
  const grounds = { passes: passRule("test", [0, 1], undefined), maxBootstrapped: 3, maxLabeled: 6, label: "test" };
  const sets = demoSets(
    { ...grounds, study: fakeStudy({ ...more, train }), rows: rowsOf(train, right), ...more },
    count,
  );
  return sets.get(id)!.map((value) => decodeDemos(value).rows);
}

const sources = (rows: readonly DemoRow[]): readonly string[] => rows.map(({ source }) => source!);
const traced = (rows: readonly DemoRow[]): readonly DemoRow[] => rows.filter(({ augmented }) => augmented === true);
const contents = (sets: readonly (readonly DemoRow[])[]): readonly string[] =>
  sets.map((rows) => JSON.stringify(rows.map((row) => JSON.stringify(row)).toSorted()));

describe("demo sets", () => {
  test("are none, labels only, runs in train order filled up with labels, then others", () => {
    const rows = rowsOf(examples(20), (i) => (i % 2 === 0 ? 1 : 0)).toReversed();
    const sets = setsOf({ rows });
    expect(sets).toHaveLength(12);
    expect(sets[0]).toEqual([]);
    expect(sets[1]).toHaveLength(6);
    expect(traced(sets[1]!)).toEqual([]);
    expect(sources(sets[2]!).slice(0, 3)).toEqual(["r0", "r2", "r4"]);
    expect(traced(sets[2]!)).toHaveLength(3);
    expect(sets[2]).toHaveLength(6);
  });

  test("after these have sizes from 1 to the limit, with so many demos from runs at most", () => {
    const sets = setsOf({ count: 60 }).slice(3);
    const sizes = new Set(sets.map((rows) => rows.length));
    expect(sizes).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    expect(new Set(sets.map((rows) => traced(rows).length))).toEqual(new Set([0, 1, 2, 3]));
  });

  test("are distinct, whatever the order of their demos, and hold no input twice", () => {
    for (const train of [examples(20), examples(4), [...examples(4), ...examples(4)]]) {
      const sets = setsOf({ count: 60, train });
      expect(new Set(contents(sets)).size).toBe(sets.length);
      for (const rows of sets) {
        expect(new Set(rows.map(({ input }) => JSON.stringify(input))).size).toBe(rows.length);
        expect(new Set(sources(rows)).size).toBe(rows.length);
      }
    }
  });

  test("rows of one input give one demo, and the next ones take their place", () => {
    const train = examples(9).map((one, i) => ({ ...one, input: { q: `in ${Math.floor(i / 3)}` } }));
    const sets = setsOf({ train, right: () => 1, maxLabeled: 0 });
    expect(sources(sets[1]!)).toEqual(["r0", "r3", "r6"]);
  });

  test("every other shuffled one takes labels of failing rows first", () => {
    const few = (i: number): number => (i === 3 || i === 4 ? 0 : 1);
    const sets = setsOf({ count: 40, right: few }).slice(3);
    const withBad = sets.filter((rows) => ["r3", "r4"].includes(rows[0]!.source!) && rows[0]!.augmented !== true);
    expect(withBad.length).toBeGreaterThan(12);
    for (const rows of withBad.filter(({ length }) => length > 1))
      expect(sources(rows).slice(0, 2).toSorted()).toEqual(["r3", "r4"]);
    // where a set has room, runs stand beside them
    expect(withBad.some((rows) => traced(rows).length > 0)).toBe(true);
  });

  test("of labels alone", () => {
    const sets = setsOf({ count: 20, maxBootstrapped: 0 });
    expect(sets).toHaveLength(20);
    expect(sets.flatMap(traced)).toEqual([]);
    expect(Math.max(...sets.map(({ length }) => length))).toBe(6);
  });

  test("of runs alone", () => {
    const sets = setsOf({ count: 20, maxLabeled: 0 });
    expect(sets).toHaveLength(20);
    expect(sets.slice(1).every((rows) => rows.length > 0 && traced(rows).length === rows.length)).toBe(true);
    expect(Math.max(...sets.map(({ length }) => length))).toBe(3);
  });

  test("a run's demo is what the module did, a label's what is expected", () => {
    const demos = setsOf({ count: 30 }).flat();
    for (const { source, output, augmented } of demos)
      expect(output).toEqual({ a: `out ${source!.slice(1)}${augmented === true ? ", sample 0" : ""}` });
  });

  test("a run that failed, was not scored or was not good enough is none", () => {
    const right = (i: number): number | undefined => [0.4, undefined, 0.5][i % 3];
    const passes = passRule("test", [0, 1], 0.5);
    const found = new Set(setsOf({ count: 40, right, passes }).flatMap((rows) => sources(traced(rows))));
    expect(found.size).toBeGreaterThan(3);
    for (const source of found) expect(Number(source.slice(1)) % 3).toBe(2);
  });

  test("take no row that is not of train", () => {
    const strangers = examples(8).map((example) => ({ ...example, id: `v${example.id}` }));
    const sets = setsOf({ count: 40, rows: rowsOf(strangers, () => 1) });
    expect(sets.flatMap(traced)).toEqual([]);
    expect(sets.flat().every(({ source }) => source!.startsWith("r"))).toBe(true);
  });

  test("a module that no label fits has demos from runs only, each module its own", () => {
    const space: Space = { ...oneModule, "n.demos": { kind: "demos", initial: noDemos, role: "the demos of n" } };
    const train = examples(8).map(({ id, input }) => ({ id, input }));
    const rows = train.map((example) => {
      const whole = traceOf(example, 0);
      const second = { ...whole.children[0]!, path: "n", name: "n", output: { b: example.id } };
      return { id: example.id, score: 1, trace: { ...whole, children: [...whole.children, second] } } as Row;
    });
    for (const [id, field] of [
      ["m.demos", "a"],
      ["n.demos", "b"],
    ] as const) {
      // prettier-ignore
      const sets = setsOf({ space, train, rows, count: 10 }, id);
      expect(sets).toHaveLength(10);
      expect(sets.flat().every(({ output, augmented }) => augmented === true && field in output)).toBe(true);
    }
  });

  test.each([
    [0, [[]]],
    [1, [[], ["r0"], ["r0"]]],
  ])("of %i train rows are few, and there is an end", (count, expected) => {
    expect(setsOf({ train: examples(count), count: 50 }).map(sources)).toEqual(expected);
  });

  test("no more than asked for, the first ones first", () => {
    const many = setsOf({ count: 20 });
    for (const count of [0, 1, 2, 5]) expect(setsOf({ count })).toEqual(many.slice(0, count));
  });

  test("depend on the seed and the label, and on nothing else", () => {
    expect(setsOf({ seed: 0 })).toEqual(setsOf({ seed: 0 }));
    expect(contents(setsOf({ seed: 0 }))).not.toEqual(contents(setsOf({ seed: 1 })));
    expect(contents(setsOf({ label: "a" }))).not.toEqual(contents(setsOf({ label: "b" })));
  });
});
