import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wordDistance, wordVectors } from "./word-vectors.ts";

const distance = (texts: readonly string[], a: number, b: number): number => {
  const vectors = wordVectors(texts);
  return wordDistance(vectors[a]!, vectors[b]!);
};

describe("the distance of texts", () => {
  test("is 0 for the same words in any order, and 1 where none is shared", () => {
    const texts = ["Answer in French", "french: in ANSWER", "no idea"];
    expect(distance(texts, 0, 1)).toBeCloseTo(0, 12);
    expect(distance(texts, 0, 2)).toBe(1);
  });

  test("goes by the words that few of them hold", () => {
    const texts = ["the reply is late", "the reply is late again", "the reply is rude", "the reply is red"];
    expect(distance(texts, 0, 1)).toBeLessThan(0.6);
    expect(distance(texts, 0, 2)).toBeGreaterThan(0.8);
  });

  test("of texts that are all the same, or without any word, is 0", () => {
    expect(distance(["a b", "a b"], 0, 1)).toBeCloseTo(0, 12);
    expect(distance(["", "..."], 0, 1)).toBe(0);
    expect(distance(["", "a"], 0, 1)).toBe(1);
  });

  test("tells words apart where words are not spaced", () => {
    const texts = ["請用法語回答", "請用德語回答", "not at all"];
    expect(distance(texts, 0, 1)).toBeGreaterThan(0);
    expect(distance(texts, 0, 1)).toBeLessThan(0.8);
  });

  test("is in [0, 1] and the same both ways", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom("a", "b", "c", " ") }), { minLength: 2 }), (texts) => {
        const there = distance(texts, 0, 1);
        expect(there).toBeGreaterThanOrEqual(0);
        expect(there).toBeLessThanOrEqual(1);
        expect(distance(texts, 1, 0)).toBeCloseTo(there, 12);
      }),
    );
  });
});
