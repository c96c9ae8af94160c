import { rng } from "@cultivar/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gaussianProcess } from "./gaussian-process.ts";
import { unseenPoints } from "./new-points.ts";
import { posterior } from "./posterior.ts";
import type { Axis, Observation, Point, Sampler } from "./sampler.ts";
import { keyOf, sizeOf } from "./sampler.ts";
import { tpe } from "./tpe.ts";
import { uniform } from "./uniform.ts";

const samplers: readonly Sampler[] = [
  uniform,
  tpe({ startup: 2 }),
  tpe({ startup: 0, weighRows: false }),
  gaussianProcess({ startup: 2 }),
  gaussianProcess({ observations: 6, fitted: 4, candidates: 20, inFlight: 2 }),
];
const defaults: readonly Sampler[] = [uniform, tpe(), gaussianProcess()];

const axis = (size: number, index: number): Axis => ({
  name: `axis ${index}`,
  group: `module ${index >> 1}`,
  size,
  ...(index % 3 === 2 && { distance: (a, b) => Math.abs(a - b) / size }),
});
const spaceOf = (...sizes: readonly number[]): readonly Axis[] => sizes.map(axis);
const inside = (point: Point, space: readonly Axis[]): boolean =>
  point.length === space.length &&
  point.every((value, at) => Number.isInteger(value) && value >= 0 && value < space[at]!.size);

/** A space and a history of distinct points, some of them seen before the axes grew. */
const searches = fc
  .array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 })
  .chain((sizes) => {
    const space = spaceOf(...sizes);
    const observation = fc.record({
      point: fc.tuple(...sizes.map((size) => fc.integer({ min: 0, max: size - 1 }))),
      value: fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true })),
      rows: fc.constantFrom(1, 7, 35, 300),
    });
    return fc.record({
      space: fc.constant(space),
      history: fc.uniqueArray(observation, { selector: ({ point }) => keyOf(point), maxLength: 40 }),
      grown: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: sizes.length, maxLength: sizes.length }),
    });
  })
  .map(({ space, history, grown }) => ({
    history: history as readonly Observation[],
    space: space.map((one, at): Axis => ({ ...one, size: one.size + grown[at]! })),
  }));

describe.each(samplers.map((sampler) => ({ name: sampler.name, sampler })))("$name", ({ sampler }) => {
  test("suggests points of the space, new ones unless it is exhausted, and the same for the same arguments", () => {
    fc.assert(
      fc.property(searches, fc.integer(), ({ space, history }, seed) => {
        const point = sampler.suggest(history, space, rng(seed, "property"));
        expect(inside(point, space)).toBe(true);
        const seen = new Set(history.map((observation) => keyOf(observation.point)));
        expect(seen.has(keyOf(point))).toBe(seen.size === sizeOf(space));
        expect(sampler.suggest(structuredClone(history), space, rng(seed, "property"))).toEqual(point);
      }),
      { numRuns: 100, seed: 0 },
    );
  });

  test.each([[[1, 1]], [[2, 1]], [[1, 3]], [[2, 3, 2]]])(
    "sees all of %j once, then comes back to a good point",
    (sizes) => {
      const space = spaceOf(...sizes);
      const history: Observation[] = [];
      const worth = (point: Point): number => 0.9 - 0.2 * point.reduce((sum, value) => sum + value, 0);
      for (let step = 0; step < sizeOf(space); step++) {
        const point = sampler.suggest(history, space, rng(step, "all"));
        history.push({ point, value: worth(point), rows: 500 });
      }
      expect(new Set(history.map(({ point }) => keyOf(point))).size).toBe(sizeOf(space));
      const again = sampler.suggest(history, space, rng(0, "again"));
      expect(inside(again, space)).toBe(true);
      const best = sizes.map(() => 0);
      expect(again).toEqual(sampler === uniform ? again : best);
    },
  );

  test.each([0, 0.5, 1])("goes on where all values are %d", (value) => {
    const space = spaceOf(8, 9, 7, 11);
    const history: Observation[] = [];
    for (let step = 0; step < 15; step++) {
      const point = sampler.suggest(history, space, rng(step, "constant"));
      expect(inside(point, space)).toBe(true);
      history.push({ point, value, rows: 20 });
    }
    expect(new Set(history.map(({ point }) => keyOf(point))).size).toBe(15);
  });

  test("values that were added are tried too", () => {
    const history = unseenPoints(spaceOf(2, 2), new Set()).map((point): Observation => ({
      point,
      value: 0.5,
      rows: 9,
    }));
    const grown = spaceOf(4, 2);
    const suggested = Array.from({ length: 20 }, (_, seed) => sampler.suggest(history, grown, rng(seed, "grown"))[0]);
    expect(new Set(suggested)).toEqual(new Set([2, 3]));
  });

  test("different seeds, 0 among them, give different points", () => {
    const space = spaceOf(30, 30, 30);
    const points = [0, 1, 2, 3].map((seed) => keyOf(sampler.suggest([], space, rng(seed, "seeds"))));
    expect(new Set(points).size).toBe(4);
  });
});

test("beliefs are finite whatever was seen", () => {
  fc.assert(
    fc.property(searches, ({ space, history }) => {
      fc.pre(history.length > 0);
      const points = [space.map(() => 0), space.map(({ size }) => size - 1), ...history.map(({ point }) => point)];
      const { means, variances, logLikelihood } = posterior(history, space, points);
      expect([...means, ...variances, logLikelihood].every(Number.isFinite)).toBe(true);
      expect(Math.min(...variances)).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 100, seed: 0 },
  );
});

test("in a space too large to be counted, suggestions are new", () => {
  const space = spaceOf(...Array.from({ length: 300 }, () => 30));
  expect(sizeOf(space)).toBe(Number.POSITIVE_INFINITY);
  for (const sampler of defaults) {
    const point = sampler.suggest([{ point: space.map(() => 0), value: 0, rows: 1 }], space, rng(0, "large"));
    expect(inside(point, space)).toBe(true);
  }
});

/** Three modules with 12 instructions and 8 demo sets each: effects add up, but for a little within modules. */
function world(seed: number): { readonly space: readonly Axis[]; readonly truth: (point: Point) => number } {
  const draw = rng(seed, "world");
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - draw.next())) * Math.cos(2 * Math.PI * draw.next());
  const tables = [0, 1, 2].map(() => {
    const instructions = Array.from({ length: 12 }, normal);
    const demos = Array.from({ length: 8 }, normal);
    return instructions.map((instruction) => demos.map((demo) => instruction + demo + 0.2 * normal()));
  });
  const least = tables.reduce((sum, table) => sum + Math.min(...table.flat()), 0);
  const most = tables.reduce((sum, table) => sum + Math.max(...table.flat()), 0);
  const space = tables.flatMap((_, module): readonly Axis[] => [
    { name: `${module}.instructions`, group: `${module}`, size: 12 },
    { name: `${module}.demos`, group: `${module}`, size: 8 },
  ]);
  const truth = (point: Point): number => {
    const sum = tables.reduce((total, table, module) => total + table[point[2 * module]!]![point[2 * module + 1]!]!, 0);
    return 0.3 + (0.6 * (sum - least)) / (most - least);
  };
  return { space, truth };
}

/** Suggestions until one is worth 95 % of the best there is, at most `most`. */
function suggestionsNeeded(sampler: Sampler, seed: number, most: number): number {
  const { space, truth } = world(seed);
  const noise = rng(seed, "noise");
  const rows = 100;
  const history: Observation[] = [];
  while (history.length < most) {
    const point = sampler.suggest(history, space, rng(seed, `suggestion ${history.length}`));
    const share = truth(point);
    if (share >= 0.95 * 0.9) return history.length + 1;
    let right = 0;
    for (let row = 0; row < rows; row++) right += noise.next() < share ? 1 : 0;
    history.push({ point, value: right / rows, rows });
  }
  return most;
}

test("with noise over three modules, models of the space need fewer suggestions than chance", () => {
  const most = 150;
  const [chance, parzen, process] = defaults.map((sampler) => {
    const needed = Array.from({ length: 20 }, (_, seed) => suggestionsNeeded(sampler, seed, most));
    return needed.reduce((sum, count) => sum + count, 0) / needed.length;
  });
  expect(chance).toBeGreaterThan(0.9 * most);
  expect(parzen).toBeLessThan(0.9 * chance!);
  expect(process).toBeLessThan(0.4 * chance!);
});
