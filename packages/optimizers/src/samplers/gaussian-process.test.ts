import { readFileSync } from "node:fs";
import { rng } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import type { Hyperparameters } from "./covariance.ts";
import { geometryOf } from "./covariance.ts";
import { fitHyperparameters } from "./fit-hyperparameters.ts";
import type { GaussianProcessOptions } from "./gaussian-process.ts";
import { gaussianProcess } from "./gaussian-process.ts";
import { likelihoodOf } from "./likelihood.ts";
import { fitEvaluations, posterior } from "./posterior.ts";
import type { Axis, Observation, Point } from "./sampler.ts";
import { keyOf } from "./sampler.ts";

/** A posterior computed with numpy, see fixtures/record_gaussian_process_golden.py. */
interface GoldenCase extends Hyperparameters {
  readonly sizes: readonly number[];
  readonly groups: readonly string[];
  /** By axis: where its values lie in a plane; null where any two are 1 apart. */
  readonly places: readonly (readonly (readonly [number, number])[] | null)[];
  readonly history: readonly Point[];
  readonly values: readonly number[];
  readonly rows: readonly number[];
  readonly points: readonly Point[];
  readonly mean: readonly number[];
  readonly variance: readonly number[];
  readonly logLikelihood: number;
}

const golden = readFileSync(new URL("fixtures/gaussian-process-golden.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as GoldenCase);

function spaceOf({ sizes, groups, places }: Pick<GoldenCase, "sizes" | "groups" | "places">): readonly Axis[] {
  return sizes.map((size, index): Axis => {
    const place = places[index];
    const axis = { name: `axis ${index}`, group: groups[index]!, size };
    if (!place) return axis;
    return { ...axis, distance: (a, b) => Math.hypot(place[a]![0] - place[b]![0], place[a]![1] - place[b]![1]) };
  });
}

function historyOf({ history, values, rows }: GoldenCase): readonly Observation[] {
  return history.map((point, index) => ({ point, value: values[index]!, rows: rows[index]! }));
}

describe("posteriors of numpy", () => {
  test("there are many, of 1 to 90 observations and 1 to 20 axes", () => {
    expect(golden).toHaveLength(36);
    expect(new Set(golden.map(({ history }) => history.length))).toContain(90);
    expect(golden.some(({ places }) => places.some((place) => place !== null))).toBe(true);
  });

  test.each(golden.map((recorded, index) => ({ index, count: recorded.history.length, recorded })))(
    "case $index, $count observations",
    ({ recorded }) => {
      const { means, variances, logLikelihood } = posterior(
        historyOf(recorded),
        spaceOf(recorded),
        recorded.points,
        recorded,
      );
      for (const [index, mean] of means.entries()) {
        expect(Math.abs(mean - recorded.mean[index]!)).toBeLessThan(1e-9);
        expect(Math.abs(variances[index]! - recorded.variance[index]!)).toBeLessThan(1e-9);
      }
      expect(Math.abs(logLikelihood - recorded.logLikelihood)).toBeLessThan(1e-9);
    },
  );
});

test("the gradient of the likelihood is that of small differences", () => {
  const recorded = golden.find(({ history, sizes }) => history.length > 10 && sizes.length > 2)!;
  const { lengthScales, groupVariances, jointVariance, rowVariance } = recorded;
  const slopeAt = likelihoodOf(historyOf(recorded), geometryOf(spaceOf(recorded)));
  const logs = [...lengthScales, ...groupVariances, jointVariance, rowVariance].map(Math.log);
  const at = (changed: readonly number[]): number => {
    const values = changed.map(Math.exp);
    return slopeAt({
      lengthScales: values.slice(0, lengthScales.length),
      groupVariances: values.slice(lengthScales.length, -2),
      jointVariance: values.at(-2)!,
      rowVariance: values.at(-1)!,
    }).value;
  };
  const { gradient } = slopeAt(recorded);
  expect(gradient).toHaveLength(logs.length);
  const step = 1e-5;
  for (const [index, log] of logs.entries()) {
    const difference = at(logs.with(index, log + step)) - at(logs.with(index, log - step));
    expect(gradient[index]).toBeCloseTo(difference / (2 * step), 6);
  }
});

describe("the fit", () => {
  const space = spaceOf({ sizes: [5, 5, 5, 5], groups: ["a", "a", "b", "b"], places: [null, null, null, null] });
  const draw = rng(0, "fit");
  /** Only the first axis matters. */
  const history = Array.from({ length: 60 }, (): Observation => {
    const point = space.map(({ size }) => draw.int(size));
    return { point, value: 0.2 + 0.15 * point[0]! + 0.02 * draw.next(), rows: 40 };
  });

  test("finds which axis and which group matter, and that there is little noise", () => {
    const { lengthScales, groupVariances, rowVariance } = fitHyperparameters(
      history,
      geometryOf(space),
      fitEvaluations,
    );
    expect(lengthScales[0]).toBe(Math.min(...lengthScales));
    expect(groupVariances[0]).toBeGreaterThan(2 * groupVariances[1]!);
    expect(rowVariance).toBeLessThan(0.1);
  });

  test("predicts what was never seen", () => {
    const { means, variances } = posterior(
      history,
      space,
      Array.from({ length: 5 }, (_, first) => [first, 2, 2, 2]),
    );
    for (const [first, mean] of means.entries()) {
      expect(Math.abs(mean - (0.21 + 0.15 * first))).toBeLessThan(0.1);
      expect(Math.abs(mean - (0.21 + 0.15 * first))).toBeLessThan(4 * Math.sqrt(variances[first]!));
    }
  });
});

describe("gaussianProcess", () => {
  const sampler = gaussianProcess();

  test("starts with values that were not seen, as long as there are some", () => {
    const space = spaceOf({ sizes: [6, 9], groups: ["a", "b"], places: [null, null] });
    const history: Observation[] = [];
    for (let step = 0; step < 6; step++)
      history.push({ point: sampler.suggest(history, space, rng(step, "start")), value: 0.5, rows: 10 });
    for (const axis of [0, 1]) expect(new Set(history.map(({ point }) => point[axis])).size).toBe(6);
  });

  test("goes where values are near to good ones", () => {
    const places = Array.from({ length: 40 }, (_, value): readonly [number, number] => [value / 40, 0]);
    const space = spaceOf({ sizes: [40], groups: ["a"], places: [places] });
    const history = [0, 6, 12, 18, 24, 30, 36].map((value): Observation => ({
      point: [value],
      value: 0.9 - ((value - 25) / 40) ** 2,
      rows: 1000,
    }));
    const [value] = sampler.suggest(history, space, rng(0, "near"));
    expect(Math.abs(value! - 25)).toBeLessThan(5);
  });

  test("joins what was good in one module with what was good in another", () => {
    const space = spaceOf({ sizes: [4, 4], groups: ["a", "b"], places: [null, null] });
    const worth = [0, 0.1, 0.2, 0.4];
    const history = [
      [3, 0],
      [0, 3],
      [1, 1],
      [2, 2],
      [0, 0],
      [3, 1],
      [1, 3],
    ].map((point): Observation => ({ point, value: 0.1 + worth[point[0]!]! + worth[point[1]!]!, rows: 500 }));
    expect(keyOf(sampler.suggest(history, space, rng(0, "join")))).toBe("3,3");
  });

  test.each([
    ["small", [12, 8]],
    ["large", [12, 8, 12, 8]],
  ])("suggestions in flight together differ in a %s space where it knows of them", (_, sizes) => {
    const space = spaceOf({
      sizes,
      groups: sizes.map((__, at) => `${at >> 1}`),
      places: sizes.map(() => null),
    });
    const draw = rng(0, "flight");
    const history = Array.from({ length: 20 }, (__, place): Observation => {
      const point = [place % 12, ...sizes.slice(1).map((size) => draw.int(size))];
      return { point, value: draw.next(), rows: 50 };
    });
    const distinct = (inFlight: number): number => {
      const together = Array.from({ length: 8 }, (__, step) =>
        keyOf(gaussianProcess({ inFlight }).suggest(history, space, rng(0, `step ${step}`))),
      );
      return new Set(together).size;
    };
    expect(distinct(0)).toBeLessThan(3);
    expect(distinct(7)).toBeGreaterThan(3);
  });

  test.each<[GaussianProcessOptions, string]>([
    [{ startup: 0 }, "gaussianProcess: startup must be a whole number of at least 1, got 0"],
    [{ observations: 0 }, "gaussianProcess: observations must be a whole number of at least 1, got 0"],
    [{ fitted: 1.5 }, "gaussianProcess: fitted must be a whole number of at least 1, got 1.5"],
    [{ inFlight: -1 }, "gaussianProcess: inFlight must be a whole number of at least 0, got -1"],
    [{ candidates: Number.NaN }, "gaussianProcess: candidates must be a whole number of at least 1, got NaN"],
  ])("%o is refused", (options, message) => {
    expect(() => gaussianProcess(options)).toThrow(expect.objectContaining({ code: "config", message }));
  });

  test("its name holds its settings", () => {
    expect(gaussianProcess({ startup: 8 }).name).toBe("gaussianProcess(8, 200, 80, 300, 0)");
  });
});
