import { describe, expect, test } from "vitest";
import type { Embedder } from "../../values/language-model.ts";
import { judged } from "./fixtures/judging.ts";
import { cosine, semanticSimilarity } from "./semantic-similarity.ts";

const vectors: Readonly<Record<string, readonly number[]>> = {
  car: [1, 0],
  auto: [0.8, 0.6],
  tree: [0, 1],
  anticar: [-1, 0],
};

function scripted(): Embedder & { readonly asked: string[][] } {
  const asked: string[][] = [];
  return {
    provider: "test",
    modelId: "vectors",
    asked,
    embed: (texts) => {
      asked.push([...texts]);
      return Promise.resolve({ vectors: texts.map((text) => vectors[text]!) });
    },
  };
}

describe("semanticSimilarity", () => {
  test.each([
    ["car", "auto", 0.8],
    ["car", "tree", 0],
    ["car", "anticar", 0],
  ])("%s and %s: %d", async (expected, answer, score) => {
    expect(
      (await judged(semanticSimilarity("answer", { embedder: scripted() }), { expected }, { answer })).score,
    ).toBeCloseTo(score, 12);
  });

  test("threshold, nearest of several, one call a row, none for equal texts or for nothing", async () => {
    const embedder = scripted();
    const metric = semanticSimilarity("answer", { embedder, threshold: 0.75 });
    expect((await judged(metric, { expected: ["tree", "car"] }, { answer: "auto" })).score).toBe(1);
    expect(embedder.asked).toEqual([["auto", "tree", "car"]]);
    expect(await judged(metric, { expected: "tree" }, { answer: "auto" })).toEqual({
      score: 0,
      feedback: 'answer: "auto" differs in meaning from the expected "tree" (similarity 0.60, at least 0.75 is needed)',
    });
    expect((await judged(metric, { expected: "car" }, { answer: "car" })).score).toBe(1);
    expect((await judged(metric, { expected: "car" }, { answer: undefined })).score).toBe(0);
    expect(embedder.asked).toHaveLength(2);
  });

  test("another way to embed can be given", async () => {
    const metric = semanticSimilarity("answer", {
      embedder: scripted(),
      embed: (_embedder, texts) => Promise.resolve(texts.map(() => [1, 1])),
    });
    expect((await judged(metric, { expected: "a" }, { answer: "b" })).score).toBeCloseTo(1, 12);
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses the threshold %d", (threshold) => {
    expect(() => semanticSimilarity("answer", { embedder: scripted(), threshold })).toThrow(/threshold must be/);
  });
});

test("cosine refuses vectors that do not fit, and is 0 for a vector of no length", () => {
  expect(cosine([0, 0], [1, 0])).toBe(0);
  expect(cosine([3, 4], [6, 8])).toBe(1);
  expect(() => cosine([1], [1, 2])).toThrow(/one dimension, got 1 and 2/);
  expect(() => cosine([], [])).toThrow(/one dimension/);
  expect(() => cosine([Number.NaN], [1])).toThrow(/not finite/);
});
