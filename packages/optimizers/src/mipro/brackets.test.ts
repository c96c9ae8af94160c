import { describe, expect, test } from "vitest";
import type { Bracket, Standing } from "./brackets.ts";
import { ascent, longestStep, nextBracket, rowsOfBracket, shrunk } from "./brackets.ts";

const ladder = { levels: [6, 12, 24, 50], factor: 2 };
const at = (asked: number, mean: number, open = true): Standing => ({ asked, mean: () => mean, open });
const baseline = at(50, 0.5);

describe("the rows of a bracket", () => {
  test.each([
    [8, false, 8 * 6 + 4 * 6 + 2 * 12 + 1 * 26],
    [7, false, 7 * 6 + 3 * 6 + 1 * 12],
    [2, false, 2 * 6 + 1 * 6],
    [2, true, 2 * 6 + 1 * 6 + 1 * 12 + 1 * 26],
    [0, true, 0],
  ])("of %i points, climbing %s", (size, climbs, rows) => expect(rowsOfBracket({ size, climbs }, ladder)).toBe(rows));

  test("on one level are all of val for each", () => {
    expect(rowsOfBracket({ size: 3, climbs: false }, { levels: [50], factor: 2 })).toBe(150);
  });

  test("come in steps as long as its best one climbs", () => {
    expect(longestStep({ size: 7, climbs: false }, ladder)).toBe(12);
    expect(longestStep({ size: 8, climbs: false }, ladder)).toBe(26);
    expect(longestStep({ size: 2, climbs: true }, ladder)).toBe(26);
    expect(longestStep({ size: 0, climbs: false }, ladder)).toBe(0);
  });
});

describe("a bracket that was interrupted", () => {
  const whole: Bracket = { from: 3, size: 8, climbs: false };
  test.each([
    ["is the same where rows are left for all of it", { begun: 4, spent: 24, rows: 122 - 24 }, 8],
    [
      "begins fewer points where not, as many as all their climbs are paid for",
      { begun: 4, spent: 24, rows: 121 - 24 },
      7,
    ],
    ["climbs on with those that are there", { begun: 4, spent: 24, rows: 48 - 24 }, 4],
    ["is no more where these are not paid for", { begun: 4, spent: 24, rows: 47 - 24 }, undefined],
    ["is no more where nothing was begun, nor could be", { begun: 0, spent: 0, rows: 5 }, undefined],
  ] as const)("%s", (_, means, size) => {
    expect(shrunk(whole, means, ladder)).toEqual(size === undefined ? undefined : { ...whole, size });
  });
});

describe("the next bracket", () => {
  test("is the largest one that the rows pay for", () => {
    expect(nextBracket({ trials: 5, rows: 121, points: 100 }, ladder)).toEqual({ from: 5, size: 7, climbs: false });
    expect(nextBracket({ trials: 5, rows: 122, points: 100 }, ladder)).toEqual({ from: 5, size: 8, climbs: false });
  });

  test("is no larger than what is left of the space, down to a single point", () => {
    expect(nextBracket({ trials: 5, rows: 500, points: 3 }, ladder).size).toBe(3);
    expect(nextBracket({ trials: 5, rows: 500, points: 1 }, ladder).size).toBe(1);
    expect(nextBracket({ trials: 5, rows: 500, points: 0 }, ladder).size).toBe(0);
  });

  test("is no larger than what a sampler should go without results for", () => {
    expect(nextBracket({ trials: 5, rows: Number.POSITIVE_INFINITY, points: 1e9 }, ladder).size).toBe(32);
  });

  test("begins with a large factor too", () => {
    expect(nextBracket({ trials: 5, rows: 300, points: 1e9 }, { levels: [6, 50], factor: 40 }).size).toBe(40);
  });

  test("is empty where a point would have nobody to be compared with", () => {
    expect(nextBracket({ trials: 5, rows: 17, points: 100 }, ladder).size).toBe(0);
    expect(nextBracket({ trials: 5, rows: 49, points: 100 }, { levels: [50], factor: 2 }).size).toBe(0);
  });

  test("climbs when it holds the last points, if the rows pay for it", () => {
    expect(nextBracket({ trials: 5, rows: 500, points: 1 }, ladder)).toEqual({ from: 5, size: 1, climbs: true });
    expect(nextBracket({ trials: 5, rows: 50, points: 1 }, ladder).climbs).toBe(true);
    expect(nextBracket({ trials: 5, rows: 49, points: 1 }, ladder)).toEqual({ from: 5, size: 1, climbs: false });
    expect(nextBracket({ trials: 5, rows: 500, points: 5 }, ladder)).toMatchObject({ size: 5, climbs: true });
    expect(nextBracket({ trials: 5, rows: 500, points: 0 }, ladder).climbs).toBe(false);
    expect(nextBracket({ trials: 5, rows: 122, points: 9 }, ladder)).toMatchObject({ size: 8, climbs: false });
  });

  test("climbs when it is the first, if that leaves half of the rows", () => {
    expect(nextBracket({ trials: 1, rows: 112, points: 100 }, ladder)).toEqual({ from: 1, size: 2, climbs: true });
    expect(nextBracket({ trials: 1, rows: 111, points: 100 }, ladder)).toMatchObject({ size: 7, climbs: false });
  });
});

describe("who goes up", () => {
  const bracket: Bracket = { from: 1, size: 4, climbs: false };

  test("is the best half once all are there, equals in their order", () => {
    const trials = [baseline, at(6, 0.2), at(6, 0.9), at(6, 0.4), at(6, 0.4)];
    expect(ascent(bracket, trials, ladder)).toEqual({ up: [2, 3], isOver: false });
  });

  test("waits at a level for those who stay", () => {
    const trials = [baseline, at(6, 0.2), at(12, 0.9), at(6, 0.4), at(6, 0.3)];
    expect(ascent(bracket, trials, ladder)).toEqual({ up: [3], isOver: false });
    trials[3] = at(12, 0.4);
    expect(ascent(bracket, trials, ladder)).toEqual({ up: [2], isOver: false });
    trials[2] = at(24, 0.9);
    expect(ascent(bracket, trials, ladder)).toEqual({ up: [], isOver: true });
  });

  test("goes on to all of val in a bracket that climbs", () => {
    const trials = [baseline, at(6, 0.2), at(24, 0.9)];
    expect(ascent({ from: 1, size: 2, climbs: true }, trials, ladder)).toEqual({ up: [2], isOver: false });
    trials[2] = at(50, 0.9);
    expect(ascent({ from: 1, size: 2, climbs: true }, trials, ladder).isOver).toBe(true);
  });

  test("is nobody who can't win any more, and nobody of another bracket", () => {
    const trials = [baseline, at(6, 1), at(6, 0.9, false), at(6, 0.4), at(6, 0.4), at(6, 0.2)];
    expect(ascent({ ...bracket, from: 2 }, trials, ladder)).toEqual({ up: [3], isOver: false });
  });

  test("is nobody where there is one level", () => {
    expect(ascent(bracket, [baseline, at(50, 1)], { levels: [50], factor: 2 })).toEqual({ up: [], isOver: true });
  });
});
