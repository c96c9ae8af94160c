import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contingency, largestRemainder } from "./apportion.ts";
import type { ExampleRow } from "./example.ts";
import { inputHash } from "./example.ts";
import type { Ratios } from "./split.ts";
import { split } from "./split.ts";

interface LabelledRow extends ExampleRow<{ readonly n: number }> {
  readonly label?: string;
}

const rowsOf = (count: number): readonly LabelledRow[] =>
  Array.from({ length: count }, (_, n) => ({ input: { n }, label: ["a", "b", "c"][n % 3]! }));
const ns = (rows: readonly LabelledRow[] | undefined): readonly number[] | undefined =>
  rows?.map(({ input }) => input.n);

describe("split", () => {
  test.each<[Ratios, number, readonly (number | undefined)[]]>([
    [{ train: 0.8, val: 0.1, test: 0.1 }, 100, [80, 10, 10]],
    [{ train: 0.7, val: 0.2, test: 0.1 }, 10, [7, 2, 1]],
    [{ train: 0.6, val: 0.2, test: 0.2 }, 7, [4, 2, 1]],
    [{ train: 0.5, val: 0.25 }, 100, [50, 25, undefined]],
    [{ train: 1 }, 5, [5, undefined, undefined]],
    [{ train: 3, val: 2, test: 1 }, 10, [3, 2, 1]],
    [{ train: 1, val: 1 }, 2, [1, 1, undefined]],
    [{ train: 0.9, test: 0.1 }, 30, [27, undefined, 3]],
  ])("%j of %d rows", (ratios, count, sizes) => {
    const parts = split(rowsOf(count), ratios, { seed: 0 });
    expect([parts.train.length, parts.val?.length, parts.test?.length]).toEqual(sizes);
  });

  test("a part that was not asked for is absent", () => {
    expect(Object.keys(split(rowsOf(4), { train: 0.5, test: 0.5 }, { seed: 1 }))).toEqual(["train", "test"]);
  });

  test.each<[string, readonly LabelledRow[], Ratios, number, RegExp]>([
    ["no rows", [], { train: 1 }, 0, /^split: there are no rows/],
    ["a sum above 1", rowsOf(10), { train: 0.8, val: 0.3 }, 0, /sum to at most 1, or whole numbers.*1\.1/],
    ["too many rows", rowsOf(10), { train: 8, val: 3 }, 0, /needs 11 rows, but there are 10/],
    ["a zero share", rowsOf(10), { train: 0.5, val: 0 }, 0, /val must be a share or a count above 0, got 0/],
    ["a negative share", rowsOf(10), { train: -1 }, 0, /train must be a share/],
    ["NaN", rowsOf(10), { train: Number.NaN }, 0, /train must be a share/],
    ["an empty part", rowsOf(3), { train: 0.9, val: 0.05, test: 0.05 }, 0, /gets none of 3 rows/],
    ["a seed that is none", rowsOf(3), { train: 1 }, Number.NaN, /seed must be a finite number/],
    [
      "one group for two parts",
      rowsOf(3).map((row) => ({ ...row, group: "g" })),
      { train: 0.5, val: 0.5 },
      0,
      /none of 3 rows in 1 groups/,
    ],
  ])("refuses %s", (_what, rows, ratios, seed, message) => {
    expect(() => split(rows, ratios, { seed })).toThrow(
      expect.objectContaining({ code: "data", message: expect.stringMatching(message) as string }),
    );
  });

  test("seed 0 is a seed, and the input's order does not matter", () => {
    const rows = rowsOf(60);
    const ratios = { train: 0.5, val: 0.3, test: 0.2 };
    const zero = split(rows, ratios, { seed: 0 });
    expect(split(rows.toReversed(), ratios, { seed: 0 })).toEqual(zero);
    expect(split(rows, ratios, { seed: 1 })).not.toEqual(zero);
    expect(ns(zero.train)).not.toEqual(ns(zero.train)?.toSorted((a, b) => a - b));
  });

  test("rows keep their identity, and every row can land anywhere", () => {
    const rows = rowsOf(6);
    const landed = rows.map(() => new Set<string>());
    for (let seed = 0; seed < 200; seed++) {
      const parts = split(rows, { train: 2, val: 2, test: 2 }, { seed });
      for (const name of ["train", "val", "test"] as const) {
        for (const row of parts[name]) {
          expect(rows).toContain(row);
          landed[rows.indexOf(row)]!.add(name);
        }
      }
    }
    expect(landed.every(({ size }) => size === 3)).toBe(true);
  });

  test("many small strata do not starve the small parts", () => {
    const rows = Array.from({ length: 300 }, (_, n) => ({ input: { n }, label: `s${Math.floor(n / 3)}` }));
    const parts = split(rows, { train: 0.8, val: 0.1, test: 0.1 }, { seed: 3, stratify: (row) => row.label });
    expect([parts.train.length, parts.val.length, parts.test.length]).toEqual([240, 30, 30]);
  });

  test("equal groups fill the parts exactly, and groups come from rows or from a function", () => {
    const rows = Array.from({ length: 40 }, (_, n) => ({ input: { n }, group: `g${n % 10}` }));
    const parts = split(rows, { train: 0.6, val: 0.2, test: 0.2 }, { seed: 5 });
    expect([parts.train.length, parts.val.length, parts.test.length]).toEqual([24, 8, 8]);
    const parity = split(rowsOf(10), { train: 0.5, val: 0.5 }, { seed: 5, group: (row) => `${row.input.n % 2}` });
    expect(new Set(ns(parity.train)?.map((n) => n % 2)).size).toBe(1);
  });
});

describe("laws", () => {
  const table = fc.array(
    fc.record({
      n: fc.integer({ min: 0, max: 30 }),
      group: fc.option(fc.constantFrom("a", "b", "c", "d"), { nil: undefined }),
      label: fc.constantFrom("x", "y", "z"),
    }),
    { minLength: 1, maxLength: 60 },
  );
  const shares = fc.tuple(
    fc.integer({ min: 1, max: 8 }),
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 1, max: 4 }),
  );

  test("parts partition the rows; neither groups nor equal inputs are cut", () => {
    fc.assert(
      fc.property(table, shares, fc.integer(), (cells, [a, b, c], seed) => {
        const rows = cells.map(({ n, group, label }) => ({
          input: { n },
          label,
          ...(group !== undefined && { group }),
        }));
        const sum = a + b + c;
        const parts = orNoRoom(() =>
          split(rows, { train: a / sum, val: b / sum, test: c / sum }, { seed, stratify: (row) => row.label }),
        );
        if (parts === undefined) return;
        const all = [...parts.train, ...parts.val, ...parts.test];
        expect(all).toHaveLength(rows.length);
        expect(new Set(all).size).toBe(rows.length);
        for (const key of [
          (row: (typeof rows)[number]) => inputHash(row.input),
          (row: (typeof rows)[number]) => row.group,
        ]) {
          const where = new Map<string, string>();
          for (const name of ["train", "val", "test"] as const) {
            for (const row of parts[name]) {
              const value = key(row);
              if (value === undefined) continue;
              expect(where.get(value) ?? name).toBe(name);
              where.set(value, name);
            }
          }
        }
      }),
    );
  });

  test("rows that stand alone: exact sizes, each stratum within rounding, for every seed", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("x", "y", "z", "w"), { minLength: 12, maxLength: 80 }),
        shares,
        fc.integer(),
        (labels, [a, b, c], seed) => {
          const rows = labels.map((label, n) => ({ input: { n }, label }));
          const sum = a + b + c;
          const sizes = largestRemainder([a, b, c], rows.length);
          fc.pre(sizes.every((size) => size > 0));
          const parts = split(
            rows,
            { train: a / sum, val: b / sum, test: c / sum },
            { seed, stratify: (row) => row.label },
          );
          expect([parts.train.length, parts.val.length, parts.test.length]).toEqual(sizes);
          for (const label of new Set(labels)) {
            const inStratum = labels.filter((one) => one === label).length;
            for (const [index, part] of [parts.train, parts.val, parts.test].entries()) {
              const got = part.filter((row) => row.label === label).length;
              expect(Math.abs(got - (inStratum * sizes[index]!) / rows.length)).toBeLessThan(1);
            }
          }
        },
      ),
    );
  });

  test("controlled rounding: sums hold, cells are rounded quotas", () => {
    const sums = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(sums, fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 4, maxLength: 4 }), (rows, weights) => {
        const total = rows.reduce((a, b) => a + b, 0);
        fc.pre(total > 0 && weights.some((weight) => weight > 0));
        const columns = largestRemainder(weights, total);
        const cells = contingency(rows, columns);
        expect(cells.map((row) => row.reduce((a, b) => a + b, 0))).toEqual(rows);
        expect(columns.map((_, j) => cells.reduce((sum, row) => sum + row[j]!, 0))).toEqual(columns);
        for (const [i, row] of cells.entries()) {
          for (const [j, cell] of row.entries())
            expect(Math.abs(cell - (rows[i]! * columns[j]!) / total)).toBeLessThan(1);
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** The outcome, or undefined when a part would have been empty; any other error is thrown. */
function orNoRoom<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof Error && /gets none of/.test(error.message)) return undefined;
    throw error;
  }
}
