import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Metric, Score } from "../../metric.ts";
import { metric } from "../../metric.ts";
import { judged } from "../fixtures/judging.ts";
import { all } from "./all.ts";
import { layered } from "./layered.ts";
import { quorum } from "./quorum.ts";
import { veto } from "./veto.ts";
import { weighted } from "./weighted.ts";

function scoring(
  name: string,
  result: Score,
  calls: string[] = [],
  range: readonly [number, number] = [0, 1],
): Metric<unknown, unknown> {
  return metric(
    () => {
      calls.push(name);
      return Promise.resolve(result);
    },
    { name, range },
  );
}

const failing = (message: string, delayMs: number): Metric<unknown, unknown> =>
  metric(async () => {
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    throw new Error(message);
  });

describe("layered", () => {
  test.each<[readonly number[], number | undefined, number, readonly string[]]>([
    [[0, 1, 1], undefined, 0, ["m0"]],
    [[0.5, 1, 1], undefined, 0.5 / 3, ["m0"]],
    [[1, 0.5, 1], undefined, 1.5 / 3, ["m0", "m1"]],
    [[1, 1, 0.25], undefined, 2.25 / 3, ["m0", "m1", "m2"]],
    [[1, 1, 1], undefined, 1, ["m0", "m1", "m2"]],
    [[0.6, 0.4, 1], 0.5, 1.4 / 3, ["m0", "m1"]],
    [[0.5, 0.5, 0], 0.5, 2 / 3, ["m0", "m1", "m2"]],
  ])("%j with stopBelow %s: %d", async (scores, stopBelow, score, called) => {
    const calls: string[] = [];
    const layers = scores.map((value, index) => scoring(`m${index}`, value, calls));
    const result = await judged(layered(layers, stopBelow === undefined ? {} : { stopBelow }), {}, {});
    expect(result.score).toBeCloseTo(score, 12);
    expect(calls).toEqual(called);
  });

  test("says what was not judged", async () => {
    const result = await judged(
      layered([scoring("format", { score: 0, feedback: "no JSON" }), scoring("dear", 1)]),
      {},
      {},
    );
    expect(result.feedback).toBe("format (score 0): no JSON\nnot judged, because format failed: dear");
  });

  test("coming further always scores higher", async () => {
    const level = fc.double({ min: 0, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        fc.array(level, { minLength: 2, maxLength: 5 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        async (scores, stopBelow) => {
          const calls: string[] = [];
          const { score } = await judged(
            layered(
              scores.map((value, index) => scoring(`m${index}`, value, calls)),
              { stopBelow },
            ),
            {},
            {},
          );
          expect(score).toBeGreaterThanOrEqual((calls.length - 1) / scores.length);
          expect(score).toBeLessThanOrEqual(calls.length / scores.length);
        },
      ),
    );
  });
});

describe("weighted", () => {
  test("the mean over ranges put into [0, 1]", async () => {
    const metrics = weighted([
      { metric: scoring("a", 0.5), weight: 3 },
      { metric: scoring("b", -1, [], [-1, 0]), weight: 1 },
      { metric: scoring("c", 10, [], [0, 10]), weight: 4 },
    ]);
    expect((await judged(metrics, {}, {})).score).toBeCloseTo((3 * 0.5 + 0 + 4) / 8, 12);
    expect(metrics.range).toEqual([0, 1]);
  });

  test("a perfect score stays in range whatever the weights", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 8 }),
        async (weights) => {
          const { score } = await judged(
            weighted(weights.map((weight) => ({ metric: scoring("m", 1), weight }))),
            {},
            {},
          );
          expect(score).toBeLessThanOrEqual(1);
          expect(score).toBeCloseTo(1, 12);
        },
      ),
    );
  });

  test.each([0, -1, Number.NaN, Infinity])("refuses the weight %d", (weight) => {
    expect(() => weighted([{ metric: scoring("a", 1), weight }])).toThrow(
      /^weighted: the weight of a must be a finite number above 0/,
    );
  });
});

describe("quorum", () => {
  test.each<[number, readonly number[], number | undefined, number]>([
    [2, [1, 1, 0], undefined, 1],
    [2, [1, 0.9, 0], undefined, 0.5],
    [2, [1, 0.9, 0], 0.9, 1],
    [3, [1, 1, 1], undefined, 1],
    [1, [0, 0], undefined, 0],
  ])("%d of %j at %s: %d", async (k, scores, threshold, score) => {
    const metrics = scores.map((value, index) => scoring(`m${index}`, value));
    expect((await judged(quorum(k, metrics, threshold === undefined ? {} : { threshold }), {}, {})).score).toBe(score);
  });

  test.each([0, 3, 1.5, Number.NaN])("refuses k = %d of two", (k) => {
    expect(() => quorum(k, [scoring("a", 1), scoring("b", 1)])).toThrow(/whole number from 1 to 2/);
  });
});

describe("all", () => {
  test("the lowest score, all feedback", async () => {
    const result = await judged(
      all([scoring("a", { score: 0.4, feedback: "fa" }), scoring("b", { score: -1, feedback: "fb" }, [], [-2, 0])]),
      {},
      {},
    );
    expect(result).toEqual({ score: 0.4, feedback: "a (score 0.4): fa\nb (score -1): fb" });
  });
});

describe("veto", () => {
  test("a failed gate gives the bottom of the metric's range, and the metric is not called", async () => {
    const calls: string[] = [];
    const main = scoring("main", -0.25, calls, [-1, 0]);
    const closed = veto(scoring("gate", { score: 0, feedback: "unsafe" }, calls), main);
    expect(closed.range).toEqual([-1, 0]);
    expect(await judged(closed, {}, {})).toEqual({
      score: -1,
      feedback: "gate (score 0): unsafe\nvetoed by gate; main was not judged",
    });
    expect(calls).toEqual(["gate"]);
    expect((await judged(veto(scoring("gate", 0.5), main, { threshold: 0.5 }), {}, {})).score).toBe(-0.25);
  });
});

describe("what all combinators share", () => {
  test("labels, objectives and module feedback are merged", async () => {
    const a = scoring("a", { score: 1, feedback: "fa", objectives: { brevity: 2 }, byModule: { "qa.answer": "x" } });
    const b = metric(() => ({ score: 0, objectives: { cost: -1 }, byModule: { "qa.answer": "y", "qa.query": "z" } }));
    const result = await judged(all([a, b, a2()]), {}, {});
    expect(result).toEqual({
      score: 0,
      feedback: "a (score 1): fa\nmetric 2 (score 0)\na 2 (score 1)",
      objectives: { brevity: 2, cost: -1 },
      byModule: { "qa.answer": "a: x\nmetric 2: y", "qa.query": "metric 2: z" },
    });
    await expect(judged(all([a, a]), {}, {})).rejects.toMatchObject({
      code: "metric",
      message: expect.stringMatching(/objective "brevity"/) as string,
    });
  });

  test("a part out of range, or without a score, is an error that names it", async () => {
    await expect(judged(all([scoring("a", 7)]), {}, {})).rejects.toThrow(
      /^a: the metric returned 7, outside its range/,
    );
    await expect(judged(layered([scoring("a", Number.NaN)]), {}, {})).rejects.toThrow(
      /^a: the metric must return a number/,
    );
  });

  test("the first error in list order wins, whichever came first in time", async () => {
    await expect(judged(all([failing("slow", 20), failing("fast", 0)]), {}, {})).rejects.toThrow("slow");
  });

  test("parts that run at once have streams of their own", async () => {
    const draw = (delayMs: number): Metric<unknown, unknown> =>
      metric(async ({ rng }) => {
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        return { score: rng.next(), feedback: `${rng.next()}` };
      });
    const [one, other] = [
      await judged(all([draw(10), draw(0)]), {}, {}),
      await judged(all([draw(0), draw(10)]), {}, {}),
    ];
    expect(one).toEqual(other);
    expect(await judged(all([draw(0), draw(0)]), {}, {}, 1)).not.toEqual(one);
  });

  test("nesting, plain functions and empty lists", async () => {
    const nested = weighted([
      { metric: layered([() => 1, () => 0.5], { name: "checks" }), weight: 1 },
      { metric: () => 1, weight: 1 },
    ]);
    expect((await judged(nested, {}, {})).score).toBeCloseTo(0.875, 12);
    expect(() => all([])).toThrow(/^all: expected at least one metric/);
    expect(() => layered([() => 1], { stopBelow: 2 })).toThrow(/stopBelow must be a number in \[0, 1\]/);
  });
});

function a2(): Metric<unknown, unknown> {
  return scoring("a", 1);
}
