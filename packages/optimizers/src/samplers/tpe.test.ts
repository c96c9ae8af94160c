import { readFileSync } from "node:fs";
import { rng } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { unseenPoints } from "./new-points.ts";
import { drawFromParzen, logDensities, parzen } from "./parzen.ts";
import type { Axis, Observation, Point } from "./sampler.ts";
import { keyOf } from "./sampler.ts";
import type { TpeOptions } from "./tpe.ts";
import { logRatios, tpe, tpeSettings } from "./tpe.ts";

/** A study of Optuna, see fixtures/record_tpe_golden.py: a point is a string of one base-36 digit an axis. */
interface GoldenCase {
  readonly sizes: readonly number[];
  readonly priorWeight: number;
  readonly gamma: number;
  readonly mostGood: number;
  readonly history: readonly string[];
  readonly twentieths: readonly number[];
  readonly points: readonly string[];
  readonly scores: readonly number[];
}

const golden = readFileSync(new URL("fixtures/tpe-golden.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as GoldenCase);

const pointOf = (text: string): Point => Array.from(text, (digit) => Number.parseInt(digit, 36));
const spaceOf = (...sizes: readonly number[]): readonly Axis[] =>
  sizes.map((size, index) => ({ name: `axis ${index}`, group: "all", size }));

describe("scores of Optuna 5.0.0", () => {
  test("there are many, of 0 to 300 observations and 1 to 20 axes", () => {
    expect(golden).toHaveLength(70);
    expect(Math.max(...golden.map(({ history }) => history.length))).toBe(300);
    expect(Math.max(...golden.map(({ sizes }) => sizes.length))).toBe(20);
    expect(golden.some(({ sizes }) => sizes.includes(1))).toBe(true);
  });

  test.each(golden.map((recorded, index) => ({ index, count: recorded.history.length, recorded })))(
    "case $index, $count observations",
    ({ recorded }) => {
      const { sizes, priorWeight, gamma, mostGood, scores } = recorded;
      const points = recorded.points.map(pointOf);
      const history = recorded.history.map((text, index): Observation => ({
        point: pointOf(text),
        value: recorded.twentieths[index]! / 20,
        rows: 3,
      }));
      const settings = tpeSettings({ priorWeight, gamma, mostGood, weighRows: false });
      const found = logRatios(history, spaceOf(...sizes), points, settings);
      expect(found).toHaveLength(scores.length);
      for (const [index, score] of found.entries()) expect(Math.abs(score - scores[index]!)).toBeLessThan(1e-9);
      // Where all have as many rows, rows change nothing.
      expect(logRatios(history, spaceOf(...sizes), points, { ...settings, weighRows: true })).toEqual(found);
    },
  );
});

describe("the Parzen estimator", () => {
  const space = spaceOf(3, 1, 4);
  const estimator = parzen(
    [
      { point: [0, 0, 3], weight: 1 },
      { point: [2, 0, 3], weight: 0.25 },
    ],
    space,
    1,
  );
  const points = unseenPoints(space, new Set());
  const probabilities = logDensities(estimator, points).map(Math.exp);

  test("is a distribution over the space", () => {
    expect(points).toHaveLength(12);
    expect(probabilities.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  test("is what is drawn from", () => {
    const draw = rng(0, "draws");
    const counts = new Map<string, number>();
    const draws = 20_000;
    for (let index = 0; index < draws; index++) {
      const key = keyOf(drawFromParzen(estimator, draw));
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (const [index, point] of points.entries()) {
      const share = probabilities[index]!;
      const standardError = Math.sqrt((share * (1 - share)) / draws);
      expect(Math.abs((counts.get(keyOf(point)) ?? 0) / draws - share)).toBeLessThan(4 * standardError);
    }
  });
});

describe("tpe", () => {
  const space = spaceOf(6, 6);
  /** Good where the first axis is 3. */
  const seen = (count: number): readonly Observation[] =>
    Array.from({ length: count }, (_, index) => {
      const point = [index % 6, (index * 7 + Math.floor(index / 6)) % 6];
      return { point, value: point[0] === 3 ? 0.9 : 0.2, rows: 10 };
    });
  const suggestions = (options: TpeOptions, history: readonly Observation[]): readonly Point[] =>
    Array.from({ length: 60 }, (_, seed) => tpe(options).suggest(history, space, rng(seed, "suggest")));
  const share = (points: readonly Point[]): number => points.filter(([first]) => first === 3).length / points.length;

  test("draws uniformly until it has seen `startup` points, then where points were good", () => {
    expect(share(suggestions({}, seen(9)))).toBeLessThan(0.4);
    expect(share(suggestions({}, seen(12)))).toBeGreaterThan(0.7);
    expect(share(suggestions({ startup: 13 }, seen(12)))).toBeLessThan(0.4);
  });

  test("suggests a point again only where that is asked for, as Optuna does", () => {
    const history = seen(12);
    const keys = new Set(history.map(({ point }) => keyOf(point)));
    const again = (options: TpeOptions): number =>
      suggestions(options, history).filter((point) => keys.has(keyOf(point))).length;
    expect(again({})).toBe(0);
    expect(again({ repeats: true })).toBeGreaterThan(10);
  });

  test("a high value of few rows counts less than a lower one of many", () => {
    const rest = seen(12).map((observation) => ({ ...observation, value: 0.2, rows: 40 }));
    const history = [
      { point: [1, 0], value: 1, rows: 1 },
      { point: [4, 3], value: 0.8, rows: 200 },
      ...rest.filter(({ point }) => keyOf(point) !== "1,0" && keyOf(point) !== "4,3"),
    ].slice(0, 10);
    const scores = (weighRows: boolean): readonly number[] =>
      logRatios(history, space, [history[0]!.point, history[1]!.point], tpeSettings({ weighRows }));
    const [few, many] = scores(true);
    expect(many).toBeGreaterThan(few!);
    const [fewUnweighed, manyUnweighed] = scores(false);
    expect(manyUnweighed).toBeLessThan(fewUnweighed!);
  });

  test.each<[TpeOptions, string]>([
    [{ startup: -1 }, "tpe: startup must be a whole number of at least 0, got -1"],
    [{ gamma: 0 }, "tpe: gamma must be above 0 and at most 1, got 0"],
    [{ gamma: Number.NaN }, "tpe: gamma must be above 0 and at most 1, got NaN"],
    [{ mostGood: 0.5 }, "tpe: mostGood must be a whole number of at least 1, got 0.5"],
    [{ candidates: 0 }, "tpe: candidates must be a whole number of at least 1, got 0"],
    [{ priorWeight: 0 }, "tpe: priorWeight must be a number above 0, got 0"],
  ])("%o is refused", (options, message) => {
    expect(() => tpe(options)).toThrow(expect.objectContaining({ code: "config", message }));
  });

  test("its name holds its settings", () => {
    expect(tpe().name).toBe("tpe(10, 0.1, 25, 24, 1, true, false)");
    expect(tpe({ gamma: 0.2, repeats: true }).name).toBe("tpe(10, 0.2, 25, 24, 1, true, true)");
  });
});
