import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Demand, Share } from "./share.ts";
import { shareOf } from "./share.ts";

const usual: Demand = { left: 950, pass: 50, rounds: 3, components: 1, looked: 32, texts: 9 };

describe("what a round may have", () => {
  test.each<[string, Partial<Demand>, Share]>([
    ["all that it would take, where nothing limits it", { left: Number.POSITIVE_INFINITY }, { looked: 32, texts: 9 }],
    ["all that it would take, where enough is left", { left: 5000 }, { looked: 32, texts: 9 }],
    ["its share of the passes", {}, { looked: 32, texts: 6 }],
    ["its share for each component", { components: 3 }, { looked: 32, texts: 2 }],
    ["all passes, in the last round", { left: 332, rounds: 1 }, { looked: 32, texts: 6 }],
    ["one text at least, while a pass fits", { left: 60 }, { looked: 7, texts: 1 }],
    ["the last pass whole", { left: 50 }, { looked: 0, texts: 1 }],
    ["nothing, where no pass fits", { left: 49 }, { looked: 0, texts: 0 }],
  ])("is %s", (_, changes, share) => {
    expect(shareOf({ ...usual, ...changes })).toEqual(share);
  });

  test("leaves room for one pass, and never asks for more than is wanted", () => {
    const numbers = fc.record({
      left: fc.integer({ min: 0, max: 3000 }),
      pass: fc.integer({ min: 1, max: 200 }),
      rounds: fc.integer({ min: 1, max: 5 }),
      components: fc.integer({ min: 1, max: 5 }),
      looked: fc.integer({ min: 0, max: 100 }),
      texts: fc.integer({ min: 1, max: 20 }),
    });
    fc.assert(
      fc.property(numbers, (demand) => {
        const { looked, texts } = shareOf(demand);
        expect(looked).toBeLessThanOrEqual(demand.looked);
        expect(texts).toBeLessThanOrEqual(demand.texts);
        expect(texts > 0).toBe(demand.left >= demand.pass);
        expect(looked + (texts > 0 ? demand.pass : 0)).toBeLessThanOrEqual(demand.left);
      }),
    );
  });
});
