import { describe, expect, test, vi } from "vitest";
import { CultivarError } from "../ground/errors.ts";
import { sha256Hex } from "../ground/hash.ts";
import type { Embedder } from "../values/language-model.ts";
import { artifactFrom, printArtifact } from "./artifact.ts";
import { compile, open } from "./compile.ts";
import type { ToyTarget } from "./fixtures/toy-run.ts";
import { dyingStore, optimizer, rowsOf, saying, shuffled, toy, toyModel, toyTarget } from "./fixtures/toy-run.ts";
import { inOrder } from "./in-order.ts";
import type { JournalRecord } from "./journal.ts";
import type { Optimizer, Study } from "./optimizer.ts";

// Many runs in one test: no statement on how long they may take on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

interface CountingEmbedder extends Embedder {
  readonly asked: (readonly string[])[];
}

/** Two numbers per text, by its hash. */
function hashing(options: { readonly latencyMs?: (text: string) => number; readonly fail?: () => void } = {}) {
  const asked: (readonly string[])[] = [];
  const embedder: CountingEmbedder = {
    provider: "toy",
    modelId: "hashes",
    price: { inputUsd: 1, outputUsd: 0, asOf: "2026-01-01" },
    asked,
    async embed(texts) {
      asked.push(texts);
      const latencyMs = options.latencyMs?.(texts.join());
      if (latencyMs !== undefined) await new Promise((resolve) => setTimeout(resolve, latencyMs));
      options.fail?.();
      const numbers = (text: string) => [0, 4].map((at) => Number.parseInt(sha256Hex(text).slice(at, at + 4), 16));
      return { vectors: texts.map(numbers), usage: { inputTokens: 10 } };
    },
  };
  return embedder;
}

const targetOf = (run: (study: Study) => Promise<void>, embedder: Embedder = hashing(), changes = {}): ToyTarget =>
  toyTarget({
    optimizer: optimizer(run),
    models: { default: toyModel(), embedders: { hashes: embedder } },
    ...changes,
  });
const wordsOf = ({ train }: Study): string[] => train.map(({ input }) => (input as { word: string }).word);

/** A search whose path hangs on vectors, of train rows before `inOrder` and of proposals in its steps. */
function byVectors(width: number): Optimizer {
  return {
    name: "byVectors",
    options: { width },
    async run(study) {
      const rows = await study.embed("hashes", wordsOf(study));
      await inOrder(study, {
        width,
        steps: 4,
        state: rows[0]![0]! % 50,
        cost: study.val.length,
        start: async (step, skill, own) => {
          const [vector] = await own.embed("hashes", [`skill ${skill} of step ${step}`]);
          const next = (skill + vector![0]!) % 100;
          const candidate = saying(own, `skill ${next}`);
          own.note({ type: "proposal", candidate, parents: [own.baseline], why: `step ${step}` });
          await own.evaluate({ candidate, split: "val", ids: own.val });
          return next;
        },
        commit: (_, next) => next,
      });
    },
  };
}

describe("study.embed", () => {
  test("gives one vector per text, once per list of texts, and none for none", async () => {
    const embedder = hashing();
    const seen: unknown[] = [];
    const { paid } = await compile(
      toy,
      targetOf(async (study) => {
        expect(study.embedders).toEqual(["hashes"]);
        const words = wordsOf(study);
        const first = await study.embed("hashes", words);
        expect(first).toHaveLength(words.length);
        expect(await Promise.all([study.embed("hashes", words), study.embed("hashes", words)])).toEqual([first, first]);
        seen.push(await study.embed("hashes", []));
      }, embedder),
    );
    expect(seen).toEqual([[]]);
    expect(embedder.asked).toHaveLength(1);
    // The calls of the baseline on val and test, and the embedder's.
    expect(paid.calls).toBe(8 + 6 + 1);
    expect(paid.usd).toBeCloseTo(14 * 40e-6 + 10e-6, 12);
  });

  test("embeds the list as it was when asked", async () => {
    const embedder = hashing();
    await compile(
      toy,
      targetOf(async (study) => {
        const texts = ["a"];
        const asked = study.embed("hashes", texts);
        texts.push("b");
        expect(await asked).toHaveLength(1);
        expect(await study.embed("hashes", ["a"])).toHaveLength(1);
      }, embedder),
    );
    expect(embedder.asked).toEqual([["a"]]);
  });

  test("names the embedders that are given", async () => {
    const asking = targetOf((study) => study.embed("hash", ["x"]).then(() => {}));
    await expect(compile(toy, asking)).rejects.toMatchObject({
      code: "config",
      message: 'embed: no embedder is named "hash" (given: hashes); give it in models.embedders',
    });
    const none = toyTarget({ optimizer: asking.optimizer });
    await expect(compile(toy, none)).rejects.toThrow('"hash" (none is given); give it in models.embedders');
  });

  test("an optimizer cannot add a name", async () => {
    await compile(
      toy,
      targetOf((study) => {
        expect(() => (study.embedders as string[]).push("x")).toThrow(TypeError);
        return Promise.resolve();
      }),
    );
  });

  test.each([
    ["too few vectors", [[1]], "for 2 texts it gave 1 vectors"],
    ["vectors of two lengths", [[1], [1, 2]], "it gave another length or no finite number in vector 1"],
    ["empty vectors", [[], []], "it gave another length or no finite number in vector 0"],
    ["what is no number", [[Number.NaN], [1]], "it gave another length or no finite number in vector 0"],
  ])("refuses %s, and journals none", async (_, vectors, message) => {
    const lines: string[] = [];
    const { store } = dyingStore(lines, Number.POSITIVE_INFINITY);
    const wrong = { ...hashing(), embed: () => Promise.resolve({ vectors }) };
    const asking = targetOf((study) => study.embed("hashes", ["a", "b"]).then(() => {}), wrong, { journal: store });
    await expect(compile(toy, asking)).rejects.toThrow(message);
    expect(lines.join()).not.toContain('"type":"vectors"');
  });

  test("works in a study that was opened, too", async () => {
    const { optimizer: _, ...target } = targetOf(() => Promise.resolve());
    const study = await open(toy, target);
    expect(await study.embed("hashes", ["x"])).toHaveLength(1);
    await study.close();
  });
});

describe("study.embed and the end of a run", () => {
  test("is refused after it", async () => {
    const refused: unknown[] = [];
    const keep = (error: unknown): void => void refused.push((error as CultivarError).code);
    const ending = targetOf(async (study) => {
      const ask = { candidate: saying(study, "skill 9"), split: "val", ids: study.val } as const;
      await study.evaluate(ask).catch(keep);
      await study.embed("hashes", ["x"]).catch(keep);
    });
    expect(await compile(toy, { ...ending, budget: { evaluations: 10 } })).toMatchObject({ end: "evaluations" });
    expect(refused).toEqual(["run-ended", "run-ended"]);
  });

  test("a physical limit that it runs into ends the run, outside and inside inOrder", async () => {
    const outside = targetOf(async (study) => {
      for (let n = 0; ; n++) await study.embed("hashes", [`text ${n}`]);
    });
    const refused: unknown[] = [];
    const inside = targetOf(async (study) => {
      const start = async (step: number, _: number, own: Study) => {
        const keep = (error: unknown): void => void refused.push((error as CultivarError).code);
        await own.embed("hashes", [`text ${step}`]).catch(keep);
        await own.embed("hashes", [`more of ${step}`]).catch(keep);
      };
      await inOrder(study, { width: 3, state: 0, cost: 0, start, commit: (state) => state + 1 });
    });
    for (const target of [outside, inside]) {
      const result = await compile(toy, { ...target, budget: { calls: 40 } });
      expect(result).toMatchObject({ end: "calls", test: { unscored: { rows: 0 } } });
      expect(result.paid.calls).toBeLessThanOrEqual(40);
    }
    expect(refused.length).toBeGreaterThanOrEqual(2);
    expect(new Set(refused)).toEqual(new Set(["run-ended"]));
  });

  test("a world that fails is the optimizer's to judge", async () => {
    const fail = (): never => {
      throw new Error("down");
    };
    const codes: unknown[] = [];
    const target = targetOf(async (study) => {
      await study.embed("hashes", ["x"]).catch((error: unknown) => codes.push((error as CultivarError).code));
    }, hashing({ fail }));
    expect(await compile(toy, target)).toMatchObject({ end: "done" });
    expect(codes).toEqual(["transport"]);
  });

  test("embedding the same for ever ends as stalled", async () => {
    const idle = targetOf(async (study) => {
      for (;;) await study.embed("hashes", ["x"]);
    });
    expect(await compile(toy, idle)).toMatchObject({ end: "stalled", evaluations: 8 });
  });

  test("an abort ends it", async () => {
    const abort = new AbortController();
    const target = targetOf(
      async (study) => void (await study.embed("hashes", ["x"])),
      hashing({ fail: () => abort.abort() }),
    );
    const result = await compile(toy, { ...target, signal: abort.signal });
    expect(result.end).toBe("aborted");
  });
});

describe("study.embed within inOrder", () => {
  test("is asked of the step's own study, and waited for", async () => {
    const errors: string[] = [];
    const embedder = hashing({ latencyMs: () => 5 });
    const target = targetOf(async (study) => {
      await inOrder(study, {
        width: 2,
        steps: 2,
        state: 0,
        cost: 0,
        start: async (_step, _state, own) => {
          await study.embed("hashes", ["x"]).catch((error: unknown) => errors.push((error as Error).message));
          void own.embed("hashes", ["left behind"]);
        },
        commit: (state) => {
          expect(embedder.asked).toHaveLength(1);
          return state + 1;
        },
      });
    }, embedder);
    await compile(toy, target);
    expect(errors).toHaveLength(2);
    expect(errors[0]).toMatch(/^embed\(hashes\): asked outside of the steps of a running inOrder; ask the study that/);
  });

  test("a step that embeds without end is told so", async () => {
    const target = targetOf(async (study) => {
      const start = async (_step: number, _state: number, own: Study) => {
        for (;;) await own.embed("hashes", ["x"]);
      };
      await inOrder(study, { width: 1, state: 0, cost: 0, start, commit: (state) => state });
    });
    await expect(compile(toy, target)).rejects.toThrow(
      "inOrder: step 0 made 1001 calls of proposers and embedders, at most 1000 are allowed; make smaller steps",
    );
  });
});

describe("laws 1 and 2: a search by vectors", () => {
  const few = { train: rowsOf("train", 6), val: rowsOf("val", 4) };
  const run = async (lines: string[], embedder: Embedder, changes: Partial<ToyTarget> = {}, appends = Infinity) => {
    const { store, died } = dyingStore(lines, appends);
    const models = { default: toyModel(), embedders: { hashes: embedder } };
    const target = toyTarget({
      data: few,
      optimizer: byVectors(3),
      concurrency: 4,
      models,
      ...changes,
      journal: store,
    });
    const ended = compile(toy, target).then((result) => printArtifact(artifactFrom(toy, target, result)));
    return Promise.race([ended, died]);
  };
  const vectorsIn = (lines: readonly string[]): readonly string[] =>
    lines
      .map((line) => JSON.parse(line) as JournalRecord)
      .flatMap((record) => (record.type === "vectors" ? [record.key] : []));

  test("is the same at any concurrency and latency", async () => {
    const expected = await run([], hashing());
    expect(expected).toContain("skill");
    for (let seed = 0; seed < 8; seed++) {
      const slow = hashing({ latencyMs: shuffled(`vectors ${seed}`) });
      const models = { default: toyModel({ latencyMs: shuffled(`${seed}`) }), embedders: { hashes: slow } };
      expect(await run([], slow, { models, concurrency: seed % 2 === 0 ? 1 : 64 })).toBe(expected);
    }
  });

  test("killed after any append and run again, it pays for no journaled vectors twice and ends the same", async () => {
    const whole: string[] = [];
    const expected = await run(whole, hashing());
    expect(vectorsIn(whole)).toHaveLength(5);
    for (let appends = 0; appends <= whole.length; appends++) {
      const lines: string[] = [];
      await run(lines, hashing({ latencyMs: shuffled(`kill ${appends}`) }), {}, appends);
      const before = vectorsIn(lines);
      const second = hashing();
      const artifact = await run(lines, second);
      const after = vectorsIn(lines);
      expect({ appends, artifact, asked: second.asked.length, distinct: new Set(after).size }).toEqual({
        appends,
        artifact: expected,
        asked: 5 - before.length,
        distinct: after.length,
      });
    }
  });
});
