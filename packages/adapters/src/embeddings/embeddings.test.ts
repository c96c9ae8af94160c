import type { Embedder } from "@cultivar/core";
import { isCultivarError } from "@cultivar/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instantClock } from "../shared/fixtures/manual-clock.ts";
import type { MockProvider } from "../shared/fixtures/mock-provider.ts";
import { mockProvider } from "../shared/fixtures/mock-provider.ts";
import { hashedNgrams } from "./hashed-ngrams.ts";
import { embeddingBatch, openaiCompatibleEmbedder } from "./openai-compatible-embedder.ts";

const one = async (embedder: Embedder, text: string): Promise<readonly number[]> =>
  (await embedder.embed([text])).vectors[0]!;
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

describe("hashedNgrams", () => {
  test("is deterministic, of the length asked for, and of norm 1", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 64 }), async (text, dimensions) => {
        const [a, b] = [await one(hashedNgrams({ dimensions }), text), await one(hashedNgrams({ dimensions }), text)];
        expect(a).toEqual(b);
        expect(a).toHaveLength(dimensions);
        const norm = dot(a, a);
        // Two features of opposite sign may cancel in few dimensions.
        expect(norm === 0 || Math.abs(norm - 1) < 1e-9).toBe(true);
      }),
    );
  });

  test("the vectors are these, on every machine", async () => {
    const vector = await one(hashedNgrams({ dimensions: 8, n: [1] }), "the cat sat on the mat");
    expect(vector.map((value) => Math.round(value * 1e6) / 1e6)).toEqual([
      0, 0, 0.408248, 0.408248, -0.408248, 0, -0.408248, 0.57735,
    ]);
  });

  test("uses no tokens, so that its cost is known", async () => {
    expect((await hashedNgrams().embed(["a"])).usage).toEqual({ inputTokens: 0 });
  });

  test("texts with common words and word parts are nearer", async () => {
    const embedder = hashedNgrams();
    const { vectors } = await embedder.embed([
      "My invoice was charged twice this month",
      "I was charged two times on the invoice",
      "The app crashes when I open settings",
    ]);
    const [a, b, c] = vectors as [readonly number[], readonly number[], readonly number[]];
    expect(dot(a, b)).toBeGreaterThan(dot(a, c) + 0.1);
    expect(dot(await one(embedder, "Running"), await one(embedder, "runner"))).toBeGreaterThan(0.2);
    expect(dot(await one(embedder, "CAFÉ"), await one(embedder, "café"))).toBeCloseTo(1);
  });

  test("no letter gives zeros; bad options are refused; it costs nothing", async () => {
    expect(new Set(await one(hashedNgrams(), " .,!"))).toEqual(new Set([0]));
    expect(() => hashedNgrams({ dimensions: 0 })).toThrow(/dimensions/);
    expect(() => hashedNgrams({ n: [] })).toThrow(/n must list/);
    expect(hashedNgrams().price?.inputUsd).toBe(0);
  });
});

describe("openaiCompatibleEmbedder", () => {
  let provider: MockProvider;
  beforeAll(async () => {
    provider = await mockProvider();
  });
  afterAll(() => provider.close());
  const key = "sk-test-1234567890SECRET";
  const make = (more: object = {}): Embedder =>
    openaiCompatibleEmbedder({
      baseURL: `${provider.url}/v1/`,
      modelId: "e",
      apiKey: key,
      resilience: { clock: instantClock() },
      ...more,
    });

  test("gives one vector per text in order, in batches, with usage", async () => {
    const before = provider.calls.length;
    const { vectors, usage } = await make({ batchSize: 2 }).embed(["a", "bb", "ccc"]);
    expect(vectors.map((vector) => vector[0])).toEqual([1, 2, 3]);
    expect(usage).toEqual({ inputTokens: 6, outputTokens: 0 });
    expect(provider.calls.length - before).toBe(2);
    expect(provider.calls.at(-1)?.headers.authorization).toBe(`Bearer ${key}`);
    expect((await make().embed([])).vectors).toEqual([]);
  });

  test.each([
    [{ status: 503, body: {} }],
    [{ status: 200, body: "<html>" }],
    [{ status: 200, body: { data: [] } }],
    ["reset" as const],
    ["reset-mid-body" as const],
  ])("%j is retried", async (fault) => {
    provider.script([fault]);
    expect((await make().embed(["a"])).vectors).toHaveLength(1);
  });

  test("a wrong key fails at once without showing it", async () => {
    provider.script([{ status: 401, body: { error: { message: `bad key ${key}` } } }]);
    const error: unknown = await make()
      .embed(["a"])
      .catch((thrown: unknown) => thrown);
    expect(isCultivarError(error, "auth")).toBe(true);
    expect(String(error)).not.toContain("SECRET");
  });

  test("an abort rejects with aborted", async () => {
    const error: unknown = await make()
      .embed(["a"], { signal: AbortSignal.abort() })
      .catch((thrown: unknown) => thrown);
    expect(isCultivarError(error, "aborted")).toBe(true);
  });

  test.each([
    [{}],
    [{ data: [{ embedding: [1] }] }],
    [
      {
        data: [
          { index: 0, embedding: [1] },
          { index: 0, embedding: [1] },
        ],
      },
    ],
    [{ data: [{ embedding: [1] }, { embedding: [1, 2] }] }],
    [{ data: [{ embedding: [1] }, { embedding: [null] }] }],
  ])("%j is no answer to two texts", (body) => expect(embeddingBatch(body, 2)).toMatchObject({ kind: "unreadable" }));
});
