import type { Row } from "@cultivar/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { meanOf } from "../beliefs/evidence.ts";
import { member, poolOf } from "./fixtures/members.ts";
import type { Member } from "./pool.ts";
import {
  bestOf,
  championOf,
  isComplete,
  isKnown,
  lastSeen,
  leaderOf,
  memberOf,
  noPromise,
  observedAgain,
  witnessed,
} from "./pool.ts";

const ids = ["v0", "v1", "v2", "v3"];
const rowsOf = (scores: readonly (number | undefined)[]): readonly Row[] =>
  scores.map((score, i) => ({ id: ids[i]!, ...(score !== undefined && { score }) }));
const child = (
  members: readonly Member[],
  parents: readonly number[],
  scores: readonly (number | undefined)[],
): Member => memberOf({ candidate: {}, hash: "", parents, val: rowsOf(scores) }, members, 0, 1);

describe("what is believed of a member", () => {
  test("of the baseline its mean", () => expect(member([1, 0, 0, 0]).quality.mean).toBe(0.25));

  test("of a child its parent's mean and what the paired rows add, shrunken", () => {
    const members = [member([0, 0, 0, 0])];
    const found = child(members, [0], [1, 1, 1, 1]);
    // prior N(0, 0.01); evidence N(1, (0 + 4 x 0.25) / 7 / 4)
    expect(found.quality.mean).toBeCloseTo(0.01 / (0.01 + 1 / 28), 10);
    expect(found.quality.mean).toBeGreaterThan(0);
    expect(found.quality.mean).toBeLessThan(found.mean);
  });

  test("a child that was not seen is worth what its parent is, less surely than one that was", () => {
    const members = [member([1, 0, 1, 0])];
    const [unseen, seen] = [
      child(members, [0], [undefined, undefined, undefined, undefined]),
      child(members, [0], [1, 0, 1, 0]),
    ];
    expect(unseen.quality).toEqual({ mean: 0.5, variance: noPromise(1).variance });
    expect(unseen.mean).toBe(Number.NEGATIVE_INFINITY);
    expect(seen.quality.mean).toBe(0.5);
    expect(seen.quality.variance).toBeLessThan(unseen.quality.variance);
  });
});

describe("what is seen of members later", () => {
  const base = member([0, 0, undefined, undefined]);
  const members = [base, child([base], [0], [1, undefined, undefined, undefined])];

  test("fills in val where it was not known, and keeps what was", () => {
    const known = witnessed(members, [{ place: 1, split: "val", rows: rowsOf([0, 1, 1, undefined]) }], ids, 1);
    expect(known[1]!.val).toEqual([1, 1, 1, undefined]);
    expect(known[1]!.mean).toBe(1);
    expect(known[0]).toBe(members[0]);
    expect(known[1]!.quality.mean).toBeGreaterThan(members[1]!.quality.mean);
  });

  test("of a parent changes what is believed of its descendants", () => {
    const grandchild = child(members, [1], [1, 1, undefined, undefined]);
    const before = [...members, grandchild, member([0, 0, 0, 0])];
    const after = witnessed(before, [{ place: 0, split: "val", rows: rowsOf([undefined, undefined, 1, 1]) }], ids, 1);
    expect(after[0]!.val).toEqual([0, 0, 1, 1]);
    expect(after[0]!.quality.mean).toBe(0.5);
    for (const place of [1, 2]) expect(after[place]!.quality.mean - before[place]!.quality.mean).toBeCloseTo(0.5, 10);
    // who descends from nobody that was seen is the very same
    expect(after[3]).toBe(before[3]);
  });

  test("once more takes the place of what was there, and changes what is believed of descendants", () => {
    const solved = [member([0, 0, 0, 1]), member([1, 1, 1, 1])];
    const before = [...solved, child(solved, [1], [1, 1, undefined, undefined])];
    const after = observedAgain(before, 1, rowsOf([1, 0.5, 1, 0.5]), 1);
    expect(after[1]!.val).toEqual([1, 0.5, 1, 0.5]);
    expect(after[1]!.mean).toBe(0.75);
    expect(after[1]!.quality.mean).toBe(0.75);
    // its parent is worse than it was, and half of that on a row where it is right itself
    expect(after[2]!.quality.mean).toBeGreaterThan(after[1]!.quality.mean);
    expect(after[2]!.quality.mean).toBeLessThan(before[2]!.quality.mean);
    expect(after[0]).toBe(before[0]);
    expect(championOf(before)).toBe(before[1]);
    expect(championOf(observedAgain(before, 1, rowsOf([0, 0, 0.5, 0]), 1))).toBe(before[0]);
  });

  test("on train replaces what was seen there; unscored rows change nothing", () => {
    const seen = (rows: readonly Row[], of: readonly Member[]): Member[] =>
      witnessed(of, [{ place: 0, split: "train", rows }], ids, 1);
    const once = seen(
      [
        { id: "r0", score: 0 },
        { id: "r1", score: 1 },
      ],
      members,
    );
    const twice = seen([{ id: "r1", score: 0 }, { id: "r2" }], once);
    expect([...once[0]!.train]).toEqual([
      ["r0", 0],
      ["r1", 1],
    ]);
    expect([...twice[0]!.train]).toEqual([
      ["r0", 0],
      ["r1", 0],
    ]);
    expect(members[0]!.train.size).toBe(0);
    expect(once[0]!.quality).toEqual(members[0]!.quality);
  });

  test("nothing seen, nothing changed", () => expect(witnessed(members, [], ids, 1)).toEqual(members));

  test("in pieces is the same as at once, and as having known it from the start", () => {
    const score = fc.constantFrom(undefined, 0, 0.5, 1);
    const four = fc.tuple(score, score, score, score);
    fc.assert(
      fc.property(four, four, four, fc.boolean(), (baseline, one, two, parentFirst) => {
        const whole = [member(baseline)];
        whole.push(child(whole, [0], one), child([...whole, child(whole, [0], one)], [1], two));
        const nothing = [undefined, undefined, undefined, undefined];
        const blank = [member(nothing)];
        blank.push(child(blank, [0], nothing));
        blank.push(child(blank, [1], nothing));
        const all = [baseline, one, two].map((scores, place) => ({
          place,
          split: "val" as const,
          rows: rowsOf(scores),
        }));
        const ordered = parentFirst ? all : all.toReversed();
        const together = witnessed(blank, ordered, ids, 1);
        let pieces: readonly Member[] = blank;
        for (const sighting of ordered)
          for (const row of sighting.rows) pieces = witnessed(pieces, [{ ...sighting, rows: [row] }], ids, 1);
        for (const [place, { val, mean, quality }] of whole.entries()) {
          expect(together[place]).toMatchObject({ val, mean, quality });
          expect(pieces[place]).toMatchObject({ val, mean, quality });
        }
      }),
    );
  });
});

describe("what was last seen on a train row", () => {
  const train = (rows: Readonly<Record<string, number>>): ReadonlyMap<string, number> => new Map(Object.entries(rows));
  const members = [
    member([0], { train: train({ a: 0, b: 0, c: 0 }) }),
    member([0], { parents: [0], train: train({ b: 1 }) }),
    member([0], { parents: [1], train: train({ c: 1 }) }),
    member([0], { parents: [2, 0], train: train({}) }),
  ];
  test.each([
    ["its own", 2, "c", 1],
    ["its parent's", 2, "b", 1],
    ["its first ancestor's", 2, "a", 0],
    ["of two parents the first line's", 3, "c", 1],
    ["nothing", 3, "d", undefined],
    ["not its children's", 0, "b", 0],
  ])("%s", (_, place, id, score) => expect(lastSeen(members, place, id)).toBe(score));
});

describe("who is best", () => {
  const members = [
    member([0.5, 0.5]),
    member([1, undefined], { quality: { mean: 0.6, variance: 1 } }),
    member([0.5, 0.5], { quality: { mean: 0.7, variance: 1 } }),
    member([1, 0.5], { quality: { mean: 0.65, variance: 1 } }),
  ];
  test("by mean, by belief, and of those scored on all of val", () => {
    expect(bestOf(members)).toBe(1);
    expect(leaderOf(members)).toBe(2);
    expect(championOf(members)).toBe(members[3]);
    expect(members.map(isComplete)).toEqual([true, false, true, true]);
    expect(meanOf([])).toBe(Number.NEGATIVE_INFINITY);
  });
  test("the earliest of equals", () => {
    const equals = [member([1, 0]), member([0, 1]), member([1, 0])];
    expect([bestOf(equals), leaderOf(equals), equals.indexOf(championOf(equals))]).toEqual([0, 0, 0]);
  });
});

test("a candidate is known when it was kept or turned down", () => {
  const rejected = [{ component: "a", candidate: { a: "2" }, hash: "h2", why: "no better" }];
  const pool = poolOf([member([0], { candidate: { a: "1" }, hash: "h1" })], { rejected });
  expect(["h1", "h2", "h3"].map((hash) => isKnown(pool, {}, hash))).toEqual([true, true, false]);
});

test("a candidate with more than 5 % of its rows unscored is no champion, as in core", () => {
  const rows = (unscored: number) => Array.from({ length: 20 }, (_, i) => (i < unscored ? undefined : 1));
  const asked = Array.from({ length: 20 }, () => true);
  const first = member(Array.from({ length: 20 }, () => 0));
  expect(championOf([first, member(rows(2), { asked })])).toBe(first);
  expect(championOf([first, member(rows(1), { asked })])).not.toBe(first);
});
