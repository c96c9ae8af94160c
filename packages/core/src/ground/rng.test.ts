import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rng } from "./rng.ts";

describe("rng", () => {
  // From an independent sfc32 in Python: SHA-256 of `seed NUL label`, its first three words as a, b, c; 12 rounds.
  test.each([
    [0, "golden", [2722971190, 2926988079, 624059135, 2286849900, 730233794]],
    [1, "golden", [2688159166, 1567888968, 2609959701, 4231450045, 3181505671]],
    [0, "\u00e9", [3751737182, 199837164, 4145331207, 2761637022, 1038272182]],
    [123456789, "", [400299623, 1502000829, 3726429169, 3750830059, 3654602848]],
  ])("stream %i %j is sfc32's", (seed, label, words) => {
    const random = rng(seed, label);
    expect(words.map(() => random.next() * 2 ** 32)).toEqual(words);
  });

  test("shuffle permutes, sample draws distinct items, and neither touches its argument", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.uniqueArray(fc.integer()),
        fc.integer({ min: -3, max: 20 }),
        (seed, items, count) => {
          const copy = [...items];
          const random = rng(seed, "law");
          expect(new Set(random.shuffle(items))).toEqual(new Set(items));
          expect(random.shuffle(items)).toHaveLength(items.length);
          const drawn = random.sample(items, count);
          expect(drawn).toHaveLength(Math.max(0, Math.min(count, items.length)));
          expect(new Set(drawn).size).toBe(drawn.length);
          expect(drawn.every((item) => items.includes(item))).toBe(true);
          expect(items).toEqual(copy);
        },
      ),
    );
  });

  test("int stays in range and is near uniform", () => {
    const random = rng(0, "uniform");
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 10_000; i++) counts[random.int(5)]! += 1;
    expect(counts.reduce((a, b) => a + b)).toBe(10_000);
    // Five standard deviations of a binomial(10000, 0.2).
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
    expect(() => random.pick([])).toThrow(RangeError);
  });
});
