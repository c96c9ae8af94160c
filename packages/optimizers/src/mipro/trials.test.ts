import { describe, expect, test } from "vitest";
import type { Trial } from "./trials.ts";
import { championOf, finalistsOf, gainOver, leaderOf, observationsOf, rowsOf, standings } from "./trials.ts";

const trial = (place: number, ...scores: readonly (number | undefined)[]): Trial => ({
  point: [place],
  candidate: { c: String(place) },
  scores,
});
const baseline = trial(0, 0, 1, 0, 1, 0, 1, 0, 1);

test("few rows tell what they tell of all: the difference on the same rows, from the baseline's mean on all", () => {
  const [first, hard, unknown] = observationsOf([baseline, trial(1, 1, 1), trial(2, 0, undefined, 1)], 0, 1);
  expect(first).toEqual({ point: [0], value: 0.5, rows: 8 });
  expect(hard).toEqual({ point: [1], value: 1, rows: 2 });
  expect(unknown).toEqual({ point: [2], value: 1, rows: 2 });
  expect(observationsOf([baseline, trial(3, undefined)], 0, 1)).toHaveLength(1);
});

test("values are shares of the metric's range", () => {
  const [first, worse] = observationsOf([trial(0, -1, 0), trial(1, -1, -1)], -1, 1);
  expect(first!.value).toBe(0.5);
  expect(worse!.value).toBe(0);
});

test("more rows weigh more: a lucky first row does not lead", () => {
  const lucky = trial(1, 1);
  const good = trial(2, 1, 1, 1, 1, 0, 1, 1, 1);
  expect(gainOver(baseline, lucky, 1).mean).toBeLessThan(gainOver(baseline, good, 1).mean);
  expect(leaderOf([baseline, lucky, good], 1)).toBe(good);
  expect(leaderOf([baseline, trial(1, 0, 0)], 1)).toBe(baseline);
});

test("no champion is made of the few rows that could be scored", () => {
  const lucky = trial(1, 1, ...Array.from({ length: 7 }, () => undefined));
  expect(championOf([baseline, lucky], 8)).toBe(baseline);
  const rows = Array.from({ length: 20 }, () => 0);
  const nearly = trial(1, ...rows.slice(1).map(() => 1), undefined);
  expect(championOf([trial(0, ...rows), nearly], 20)).toBe(nearly);
});

test("the champion was scored on every row, and a trial far behind it is not open", () => {
  const champion = trial(1, 1, 1, 1, 1, 1, 1, 1, 1);
  const all = [baseline, champion, trial(2, 0, 0, 0, 0), trial(3, 1, 1)];
  expect(championOf(all, 8)).toBe(champion);
  expect(standings(all, 8, 1).map(({ open }) => open)).toEqual([false, true, false, true]);
});

describe("a guess from failures", () => {
  const guessed = (value: number | undefined, ...scores: readonly (number | undefined)[]): Trial => ({
    ...trial(1, ...scores),
    guess: { value, asked: 4 },
  });
  const mean = (one: Trial, level: number): number => standings([baseline, one], 8, 1)[1]!.mean(level);

  test("counts half as much as as many val rows", () => {
    expect(mean(guessed(0.8, 1, 0), 4)).toBeCloseTo(0.8, 12);
    expect(mean(guessed(0.8, 1, 0), 6)).toBeCloseTo((2 * 0.8 + 1) / 4, 12);
    expect(mean(guessed(0.8, 1, undefined), 6)).toBeCloseTo((2 * 0.8 + 1) / 3, 12);
  });

  test("of rows that could not be scored says nothing", () => {
    expect(mean(guessed(undefined), 4)).toBe(Number.NEGATIVE_INFINITY);
    expect(mean(guessed(undefined, 1, 0), 6)).toBe(0.5);
    expect(observationsOf([baseline, guessed(undefined)], 0, 1)).toHaveLength(1);
  });

  test("is what a sampler is told until val is known", () => {
    expect(observationsOf([baseline, guessed(0.8)], 0, 1)[1]).toEqual({ point: [1], value: 0.8, rows: 2 });
    expect(observationsOf([baseline, guessed(0.8, 1)], 0, 1)[1]).toEqual({ point: [1], value: 1.5, rows: 1 });
    expect(observationsOf([trial(0, -1, 0), guessed(-0.5)], -1, 1)[1]!.value).toBe(0.5);
  });

  test("makes a finalist where nobody else was seen on val", () => {
    const [low, high, none] = [guessed(0.6), guessed(0.8), guessed(undefined)];
    expect(finalistsOf([baseline, low, high, none], 2, 1)).toEqual([high, baseline]);
    const known = trial(2, 0, 0);
    expect(finalistsOf([baseline, low, high, known], 2, 1)).toEqual([baseline, known]);
    expect(finalistsOf([baseline, none], 2, 1)).toEqual([baseline]);
  });

  test("costs its rows, and makes nobody leader or champion", () => {
    expect(rowsOf([baseline, guessed(1)])).toBe(12);
    expect(leaderOf([baseline, guessed(1)], 1)).toBe(baseline);
    expect(championOf([baseline, guessed(1)], 8)).toBe(baseline);
  });
});
