import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { candidateHash } from "../values/component.ts";
import { compare, frontOf } from "./compare.ts";
import { knownRows } from "./known-rows.ts";
import type { Row } from "./optimizer.ts";

const score = fc.option(fc.constantFrom(0, 0.25, 0.5, 0.75, 1), { nil: undefined, freq: 12 });

/** Tables of candidates by rows. */
const table = fc
  .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 6 }))
  .chain(([rows, candidates]) =>
    fc.array(fc.array(score, { minLength: rows, maxLength: rows }), { minLength: candidates, maxLength: candidates }),
  );

const rowsFrom = (scores: readonly (number | undefined)[]): readonly Row[] =>
  scores.map((value, i) =>
    value === undefined
      ? { id: `r${i}`, failure: { blame: "world", code: "transport", message: "reset" } }
      : { id: `r${i}`, score: value },
  );

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Paired differences, the plain way. */
function paired(before: readonly (number | undefined)[], after: readonly (number | undefined)[]): number[] {
  return before.flatMap((b, i) => (b === undefined || after[i] === undefined ? [] : [after[i] - b]));
}

describe("compare", () => {
  test("agrees with plain arithmetic", () => {
    fc.assert(
      fc.property(table, (scores) => {
        const [before, after] = [scores[0]!, scores.at(-1)!];
        const result = compare(rowsFrom(before), rowsFrom(after), [0, 1]);
        const differences = paired(before, after);
        const n = differences.length;
        const m = meanOf(differences);
        const variance = differences.reduce((sum, d) => sum + (d - m) ** 2, 0) / (n - 1);
        const near = (value: number | undefined, expected: number | undefined): boolean =>
          value === undefined || expected === undefined ? value === expected : Math.abs(value - expected) < 1e-12;
        const { mean, standardError } = result.difference;
        expect(result.difference.n).toBe(n);
        expect(near(mean, n === 0 ? undefined : m)).toBe(true);
        expect(near(standardError, n < 2 ? undefined : Math.sqrt(variance / n))).toBe(true);
        const known = before.filter((value) => value !== undefined);
        expect(result.baseline.n).toBe(known.length);
        expect(result.unscored.rows).toBe(before.length - differences.length);
        const crossed = before.flatMap((b, i) => {
          const a = after[i];
          return b === undefined || a === undefined || b < 0.5 === a < 0.5 ? [] : [[`r${i}`, a > b] as const];
        });
        expect(result.fixed).toEqual(crossed.filter(([, up]) => up).map(([id]) => id));
        expect(result.broken).toEqual(crossed.filter(([, up]) => !up).map(([id]) => id));
      }),
    );
  });

  test("names the cause of the first unscored row", () => {
    const result = compare(rowsFrom([1, undefined]), rowsFrom([undefined, 1]), [0, 1]);
    expect(result.unscored).toEqual({ rows: 2, cause: "reset" });
    expect(result.difference).toEqual({ mean: undefined, standardError: undefined, n: 0 });
  });
});

describe("frontOf", () => {
  test("holds who is best somewhere, in order", () => {
    fc.assert(
      fc.property(table, (scores) => {
        const candidates = scores.map((values, i) => ({ hash: `c${i}`, rows: rowsFrom(values) }));
        const expected = candidates
          .filter((_, c) =>
            scores[c]!.some((mine, r) => mine !== undefined && scores.every((other) => (other[r] ?? -1) <= mine)),
          )
          .map(({ hash }) => hash);
        expect(frontOf(candidates)).toEqual(expected);
      }),
    );
    expect(frontOf([])).toEqual([]);
  });
});

describe("knownRows", () => {
  test("the incumbent is folded one by one over complete candidates, whatever parts they come in", () => {
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 8 }), (scores, part) => {
        const ids = scores[0]!.map((_, i) => `r${i}`);
        const known = knownRows(ids);
        let best: readonly (number | undefined)[] | undefined;
        const complete: string[] = [];
        for (const [c, values] of scores.entries()) {
          const candidate = { text: `${c}` };
          const hash = candidateHash(candidate);
          const rows = rowsFrom(values);
          const changes: boolean[] = [];
          for (let i = 0; i < rows.length; i += part)
            changes.push(known.fold(candidate, hash, rows.slice(i, i + part)));
          complete.push(hash);
          const unscored = values.filter((value) => value === undefined).length;
          const better =
            best === undefined || (unscored <= 0.05 * ids.length && meanOf([...paired(best, values), 0]) > 0);
          if (better) best = values;
          expect(changes.slice(0, -1).every((changed) => !changed)).toBe(true);
          expect(changes.at(-1)).toBe(better);
          expect(known.best()!.rows.map((row) => row.score)).toEqual(best);
        }
        expect(known.complete().map(({ hash }) => hash)).toEqual(complete);
      }),
    );
  });

  test("over 5 % unscored is out, 5 % is not", () => {
    const ids = Array.from({ length: 20 }, (_, i) => `r${i}`);
    const of = (unscored: number, value: number): readonly Row[] =>
      rowsFrom(ids.map((_, i) => (i < unscored ? undefined : value)));
    for (const [unscored, wins] of [
      [0, true],
      [1, true],
      [2, false],
    ] as const) {
      const known = knownRows(ids);
      known.fold({ a: "0" }, "0", of(0, 0));
      expect(known.fold({ a: "1" }, "1", of(unscored, 1))).toBe(wins);
      expect(known.best()!.candidate).toEqual({ a: wins ? "1" : "0" });
    }
  });

  test("the first of equals stays, and a row scored later replaces an unscored one", () => {
    const known = knownRows(["r0", "r1"]);
    known.fold({ a: "0" }, "0", rowsFrom([0, 1]));
    expect(known.fold({ a: "1" }, "1", rowsFrom([1, 0]))).toBe(false);
    known.fold({ a: "2" }, "2", rowsFrom([1, undefined]));
    expect(known.estimateOf("2")).toMatchObject({ n: 1, mean: 1 });
    expect(known.fold({ a: "2" }, "2", rowsFrom([0, 1]))).toBe(true);
    expect(known.estimateOf("2")).toMatchObject({ n: 2, mean: 1 });
    expect(known.estimateOf("3")).toBeUndefined();
    // Also of the incumbent, which stays.
    known.fold({ a: "4" }, "4", rowsFrom([undefined, 2]));
    expect(known.fold({ a: "2" }, "2", rowsFrom([9, 9]))).toBe(false);
    expect(known.best()!.rows.map((row) => row.score)).toEqual([1, 1]);
  });

  test("a row of the incumbent that is scored later counts from then on", () => {
    const ids = Array.from({ length: 20 }, (_, i) => `r${i}`);
    const known = knownRows(ids);
    const scores = (first: number | undefined): readonly Row[] => rowsFrom(ids.map((_, i) => (i === 0 ? first : 0.5)));
    known.fold({ a: "0" }, "0", scores(undefined));
    expect(known.best()!.val.n).toBe(19);
    expect(known.fold({ a: "0" }, "0", scores(1))).toBe(false);
    expect(known.best()).toMatchObject({ candidate: { a: "0" }, val: { n: 20, mean: 0.525 } });
    // Without the first row the other one would tie.
    expect(known.fold({ a: "1" }, "1", scores(0))).toBe(false);
    expect(known.fold({ a: "2" }, "2", rowsFrom(ids.map((_, i) => (i < 2 ? 0.9 : 0.5))))).toBe(true);
  });
});
