import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KnownRows } from "./known-rows.ts";
import { knownRows } from "./known-rows.ts";
import type { Row } from "./optimizer.ts";

const val = ["v0", "v1", "v2", "v3"];
const rowsOf = (scores: readonly (number | undefined)[]): readonly Row[] =>
  scores.map((score, i) => ({ id: val[i]!, ...(score !== undefined && { score }) }));
const fold = (known: KnownRows, name: string, scores: readonly (number | undefined)[], sample?: number): boolean =>
  known.fold({ text: name }, name, rowsOf(scores), sample);
const leader = (known: KnownRows): string | undefined => known.best()?.candidate["text"];

/** A baseline, and a candidate whose first look was lucky. */
function lucky(): KnownRows {
  const known = knownRows(val);
  fold(known, "baseline", [0, 0, 1, 0]);
  fold(known, "steady", [1, 1, 0, 0]);
  fold(known, "lucky", [1, 1, 1, 0]);
  return known;
}

describe("single observations", () => {
  test("only all of val makes an incumbent, the first is one whatever it scores, and the first of equals stays", () => {
    const known = knownRows(val);
    expect(known.best()).toBeUndefined();
    expect(fold(known, "baseline", [0, 0, 0, 0])).toBe(true);
    expect(fold(known, "part", [1, 1, 1])).toBe(false);
    expect(fold(known, "equal", [0, 0, 0, 0])).toBe(false);
    expect(leader(known)).toBe("baseline");
    expect(known.fold({ text: "part" }, "part", [{ id: "v3", score: 0 }])).toBe(true);
    expect(known.best()).toMatchObject({ candidate: { text: "part" }, val: { mean: 0.75, n: 4 } });
    expect(known.complete().map(({ hash }) => hash)).toEqual(["baseline", "equal", "part"]);
    expect(known.baseline()).toMatchObject({ mean: 0, n: 4 });
    expect(known.estimateOf("unheard of")).toBeUndefined();
  });

  test("a candidate with too many unscored rows stays out until they are scored", () => {
    const known = knownRows(val);
    fold(known, "baseline", [0, 0, 0, 0]);
    expect(fold(known, "outage", [1, 1, 1, undefined])).toBe(false);
    expect(known.fold({ text: "outage" }, "outage", [{ id: "v3", score: 1 }])).toBe(true);
  });

  test("the first score of a row stays", () => {
    const known = knownRows(val);
    fold(known, "baseline", [0, 0, 0, 0]);
    fold(known, "baseline", [1, 1, 1, 1]);
    expect(known.baseline()?.mean).toBe(0);
  });
});

describe("repeated observations", () => {
  test("count with their mean, in every figure", () => {
    const known = lucky();
    known.fold(
      { text: "lucky" },
      "lucky",
      [
        { id: "v0", score: 0 },
        { id: "v3", score: 1 },
      ],
      1,
    );
    const scores = [0.5, 1, 1, 0.5];
    expect(known.best()?.rows.map(({ score }) => score)).toEqual(scores);
    expect(known.complete()[2]!.rows.map(({ score }) => score)).toEqual(scores);
    expect(known.best()?.val).toMatchObject({ mean: 0.75, n: 4 });
    expect(known.estimateOf("lucky")).toEqual(known.best()?.val);
  });

  test("take their place from the lucky, and give it back", () => {
    const known = lucky();
    expect(leader(known)).toBe("lucky");
    expect(fold(known, "lucky", [0, 0, 0, 0], 1)).toBe(true);
    expect(leader(known)).toBe("steady");
    expect(known.best()?.val.mean).toBe(0.5);
    expect(fold(known, "lucky", [1, 1, 1, 1], 2)).toBe(true);
    expect(leader(known)).toBe("lucky");
  });

  test("may lift a candidate that is not the incumbent", () => {
    const known = lucky();
    expect(fold(known, "baseline", [1, 1, 1, 1], 1)).toBe(false);
    expect(fold(known, "baseline", [1, 1, 1, 1], 2)).toBe(false);
    expect(fold(known, "baseline", [1, 1, 1, 1], 3)).toBe(true);
    expect(known.best()).toMatchObject({ candidate: { text: "baseline" }, val: { mean: 13 / 16 } });
  });

  test("of one sample count once, however often they are asked for", () => {
    const known = lucky();
    for (let i = 0; i < 5; i++) fold(known, "lucky", [0, 1, 1, 0], 1);
    expect(known.estimateOf("lucky")?.mean).toBe(0.625);
    expect(leader(known)).toBe("lucky");
  });

  test("without a score change nothing", () => {
    const known = lucky();
    const before = known.best();
    expect(fold(known, "lucky", [undefined, undefined, undefined, undefined], 1)).toBe(false);
    expect(known.best()?.val).toEqual(before?.val);
  });

  test("score a row that the first look left unscored", () => {
    const known = knownRows(val);
    fold(known, "baseline", [0, undefined, 0, 0]);
    fold(known, "baseline", [0, 1, 0, 0], 1);
    expect(known.best()?.rows.map(({ score }) => score)).toEqual([0, 1, 0, 0]);
  });

  test("before all of val was seen wait for it", () => {
    const known = knownRows(val);
    fold(known, "baseline", [0, 0, 0, 0]);
    expect(fold(known, "late", [0, 0, 0, 0], 1)).toBe(false);
    expect(known.complete()).toHaveLength(1);
    expect(fold(known, "late", [1, 1, 1, 1])).toBe(true);
    expect(known.best()?.val.mean).toBe(0.5);
  });

  test("have means of their objectives too", () => {
    const known = knownRows(["v0"]);
    const row = (cheap: number): Row => ({ id: "v0", score: 0, objectives: { cheap } });
    known.fold({}, "a", [row(1)]);
    known.fold({}, "a", [row(0)], 1);
    expect(known.best()?.rows[0]?.objectives).toEqual({ cheap: 0.5 });
  });
});

/** One candidate's score on one row, of one sample; in quarters, so that means are exact. */
interface Seen {
  readonly name: string;
  readonly row: number;
  readonly sample: number;
  readonly quarters: number;
}
const looks = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom("a", "b", "c"),
      row: fc.nat(1),
      sample: fc.nat(3),
      quarters: fc.nat(4),
    }),
    { selector: ({ name, row, sample }) => `${name} ${row} ${sample}` },
  )
  .chain((seen) => fc.shuffledSubarray(seen, { minLength: seen.length }));

/** The rule in words: of those with a first look at every row, the highest mean of row means; of equals the first. */
function bestBy(seen: readonly Seen[]): { readonly name: string; readonly mean: number } | undefined {
  const firsts = new Map<string, Set<number>>();
  const order: string[] = [];
  for (const { name, row, sample } of seen) {
    if (sample > 0) continue;
    const rows = firsts.get(name) ?? new Set();
    firsts.set(name, rows.add(row));
    if (rows.size === 2) order.push(name);
  }
  const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const ranked = order.map((name) => {
    const own = seen.filter((one) => one.name === name);
    return {
      name,
      mean: meanOf([0, 1].map((row) => meanOf(own.flatMap((one) => (one.row === row ? one.quarters / 4 : []))))),
    };
  });
  return ranked.toSorted((a, b) => b.mean - a.mean)[0];
}

describe("in any order of folding", () => {
  const told = (seen: readonly Seen[]): KnownRows => {
    const known = knownRows(["v0", "v1"]);
    for (const { name, row, sample, quarters } of seen)
      known.fold({ text: name }, name, [{ id: `v${row}`, score: quarters / 4 }], sample);
    return known;
  };

  test("the incumbent is the best by the mean of all that was seen", () => {
    fc.assert(
      fc.property(looks, (seen) => {
        const best = told(seen).best();
        const expected = bestBy(seen);
        expect(best?.candidate["text"]).toBe(expected?.name);
        // in parts of 96: quarters, of one to four looks, of two rows
        const parts = (mean: number | undefined): number | undefined => mean && Math.round(96 * mean);
        expect(parts(best?.val.mean)).toBe(parts(expected?.mean));
      }),
      { numRuns: 1000 },
    );
  });

  test("it says that the incumbent changed when it did, and only then", () => {
    fc.assert(
      fc.property(looks, (seen) => {
        const known = knownRows(["v0", "v1"]);
        for (const { name, row, sample, quarters } of seen) {
          const before = leader(known);
          const changed = known.fold({ text: name }, name, [{ id: `v${row}`, score: quarters / 4 }], sample);
          expect(changed).toBe(leader(known) !== before);
        }
      }),
    );
  });
});
