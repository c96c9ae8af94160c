import type { DemoRow } from "@cultivar/core";
import { rng } from "@cultivar/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { composeDemos } from "./compose-demos.ts";

const row = (name: string, source = name, augmented = false): DemoRow => ({
  input: { q: name },
  output: { a: name },
  source,
  ...(augmented && { augmented }),
});
const traced = (name: string, source = name): DemoRow => row(name, source, true);

describe("composeDemos", () => {
  test.each([
    { what: "nothing", traced: [], pool: [], most: 4, sizes: [0, 0] },
    {
      what: "labels only, as many as asked for",
      traced: [],
      pool: [row("a"), row("b"), row("c")],
      most: 2,
      sizes: [0, 2],
    },
    { what: "no labels when 0 are asked for", traced: [], pool: [row("a")], most: 0, sizes: [0, 0] },
    {
      what: "runs and labels, up to the limit in all",
      traced: [traced("a")],
      pool: [row("b"), row("c"), row("d")],
      most: 3,
      sizes: [1, 2],
    },
    {
      what: "all runs, also above the limit",
      traced: [traced("a"), traced("b")],
      pool: [row("c")],
      most: 1,
      sizes: [2, 0],
    },
    {
      what: "no label of a row that a run came from",
      traced: [traced("x", "a")],
      pool: [row("a")],
      most: 4,
      sizes: [1, 0],
    },
    {
      what: "no label with the input of a run",
      traced: [traced("a", "one")],
      pool: [row("a", "two")],
      most: 4,
      sizes: [1, 0],
    },
    {
      what: "the first of two runs with one input",
      traced: [traced("a", "1"), traced("a", "2")],
      pool: [],
      most: 4,
      sizes: [1, 0],
    },
    {
      what: "one of two labels with one input",
      traced: [],
      pool: [row("a", "1"), row("a", "2")],
      most: 4,
      sizes: [0, 1],
    },
  ])("takes $what", ({ traced: runs, pool, most, sizes }) => {
    const rows = composeDemos(runs, pool, most, rng(0, "x"));
    expect([rows.filter((one) => one.augmented).length, rows.filter((one) => !one.augmented).length]).toEqual(sizes);
    expect(rows.slice(0, sizes[0])).toEqual(runs.slice(0, sizes[0]));
  });

  test("keeps its limits and repeats no input and no source", () => {
    const rows = fc.array(fc.tuple(fc.nat(9), fc.nat(9)).map(([name, source]) => row(`${name}`, `${source}`)));
    fc.assert(
      fc.property(rows, rows, fc.nat(12), fc.integer(), (runs, pool, most, seed) => {
        const kept = composeDemos(runs, pool, most, rng(seed, "x"));
        expect(kept.length).toBeLessThanOrEqual(Math.max(most, runs.length));
        expect(new Set(kept.map(({ input }) => JSON.stringify(input))).size).toBe(kept.length);
        expect(new Set(kept.map(({ source }) => source)).size).toBe(kept.length);
        const distinct = composeDemos(runs, [], 0, rng(seed, "y")).length;
        expect(kept.length === distinct || kept.length <= most).toBe(true);
      }),
    );
  });
});
