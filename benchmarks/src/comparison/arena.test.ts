import { metricOf, worlds } from "@cultivar/adapters/simulated";
import { evaluate } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { arena } from "./arena.ts";

const sizes = { train: 100, val: 50, test: 1000 };

test("there are twelve worlds", () => {
  expect(Object.keys(worlds)).toHaveLength(12);
});

describe.each(Object.keys(worlds))("the arena of %s", (name) => {
  const found = arena(name);

  test("its oracle and its baseline are within one standard error of what the world declares, over 2,000 rows", async () => {
    const { world, program, models } = found;
    const declared = [
      [found.optimum, world.optimum.score],
      [found.baseline, world.baseline.score],
    ] as const;
    for (const [candidate, expected] of declared) {
      const { score } = await evaluate(program, { models, candidate, data: found.test(2000), metric: metricOf(world) });
      expect(Math.abs(score.mean! - expected)).toBeLessThanOrEqual(score.standardError!);
    }
  }, 120_000);

  test("train, val and test share no row, and seeds draw other rows", () => {
    const inputs = (rows: readonly { readonly input: unknown }[]): readonly string[] =>
      rows.map(({ input }) => JSON.stringify(input));
    const [zero, one] = [found.draw(0, sizes), found.draw(1, sizes)];
    const all = [...inputs(zero.train), ...inputs(zero.val), ...inputs(found.test(sizes.test))];
    expect(new Set(all).size).toBe(1150);
    expect([zero.train.length, zero.val.length]).toEqual([100, 50]);
    expect(found.draw(0, sizes)).toEqual(zero);
    expect(inputs(one.train)).not.toEqual(inputs(zero.train));
  });
});
