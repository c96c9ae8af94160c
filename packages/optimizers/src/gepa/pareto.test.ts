import { readFileSync } from "node:fs";
import type { Row } from "@cultivar/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ascending, byInstance, byObjective, frequencies, hybrid, prune } from "./pareto.ts";
import type { Fronts } from "./pareto.ts";
import type { Member } from "./pool.ts";
import { memberOf } from "./pool.ts";
import { member } from "./fixtures/members.ts";

interface Table {
  readonly scores: readonly string[];
  readonly order: readonly number[];
  readonly weights: readonly number[];
}
const golden = JSON.parse(readFileSync(new URL("fixtures/golden.json", import.meta.url), "utf8")) as {
  readonly tables: readonly Table[];
};

const membersOf = (scores: readonly (readonly (number | undefined)[])[]): readonly Member[] =>
  scores.map((row) => member(row));

const digits = (rows: readonly string[]): readonly (readonly number[])[] => rows.map((row) => Array.from(row, Number));

describe("against the reference", () => {
  test("2,000 score tables, ties included: the same members stay, with the same weights", () => {
    expect(golden.tables).toHaveLength(2000);
    for (const { scores, order, weights } of golden.tables) {
      const fronts = byInstance.fronts(membersOf(digits(scores)));
      const counts = frequencies(prune(fronts, order));
      expect(scores.map((_, place) => counts.get(place) ?? 0)).toEqual(weights);
    }
  });

  test("our own order differs from it in ties only", () => {
    for (const { scores, order } of golden.tables) {
      const members = membersOf(digits(scores));
      const own = ascending(byInstance.fronts(members), members);
      const means = (places: readonly number[]): readonly number[] => places.map((place) => members[place]!.mean);
      expect(means(own)).toEqual(means(order));
      expect(new Set(own)).toEqual(new Set(order));
    }
  });
});

/** The definition, word by word: drop the first that is covered, start again. */
function literally(fronts: Fronts, order: readonly number[]): ReadonlySet<number> {
  const kept = new Set(order);
  for (;;) {
    const covered = order.find(
      (place) =>
        kept.has(place) &&
        [...fronts.values()]
          .filter((front) => front.has(place))
          .every((front) => [...front].some((other) => other !== place && kept.has(other))),
    );
    if (covered === undefined) return kept;
    kept.delete(covered);
  }
}

test("one pass gives the fixpoint, and every front keeps somebody", () => {
  const tables = fc.array(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 6, maxLength: 6 }), {
    minLength: 1,
    maxLength: 10,
  });
  fc.assert(
    fc.property(tables, (scores) => {
      const members = membersOf(scores);
      const fronts = byInstance.fronts(members);
      const order = ascending(fronts, members);
      const pruned = prune(fronts, order);
      expect(new Set([...pruned.values()].flatMap((front) => [...front]))).toEqual(literally(fronts, order));
      for (const front of pruned.values()) expect(front.size).toBeGreaterThan(0);
    }),
  );
});

describe("frontiers", () => {
  const row = (id: string, score: number, cheap: number) => ({ id, score, objectives: { cheap } });
  const arrived = (val: readonly Row[]): Member => memberOf({ candidate: {}, hash: "", parents: [], val }, [], 0, 1);
  const members = [arrived([row("a", 1, 0.2), row("b", 0, 0.4)]), arrived([row("a", 1, 0.9), { id: "b" }])];
  const plain = (fronts: Fronts) => Object.fromEntries([...fronts].map(([key, front]) => [key, [...front]]));

  test("by row, unscored rows aside", () => {
    expect(plain(byInstance.fronts(members))).toEqual({ "row 0": [0, 1], "row 1": [0] });
  });
  test("by objective, the score being one", () => {
    expect(plain(byObjective.fronts(members))).toEqual({ score: [1], "objective cheap": [1] });
  });
  test("by both", () => {
    expect(Object.keys(plain(hybrid.fronts(members)))).toEqual(["row 0", "row 1", "score", "objective cheap"]);
  });
});
