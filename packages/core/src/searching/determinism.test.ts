import { describe, expect, test } from "vitest";
import { memoryCache } from "../programs/cache.ts";
import { text as textOf, tune } from "../programs/tune.ts";
import { artifactFrom, printArtifact } from "./artifact.ts";
import { compile } from "./compile.ts";
import type { ToyTarget } from "./fixtures/toy-run.ts";
import { climb, optimizer, rowsOf, saying, shuffled, toy, toyModel, toyTarget } from "./fixtures/toy-run.ts";
import { inOrder } from "./in-order.ts";
import { memoryJournalStore } from "./memory-journal.ts";

async function printed(changes: Partial<ToyTarget>): Promise<string> {
  const target = toyTarget(changes);
  return printArtifact(artifactFrom(toy, target, await compile(toy, target)));
}

describe("law 1: the same artifact byte for byte", () => {
  for (const width of [1, 4, 16]) {
    test(`inOrder of width ${width}, 24 latency schedules, concurrency 1, 3 and 64`, async () => {
      const optimizerOf = (): ToyTarget["optimizer"] => climb(width, 20);
      const expected = await printed({ optimizer: optimizerOf(), concurrency: 1 });
      expect(JSON.parse(expected)).toMatchObject({ improved: true });
      for (let seed = 0; seed < 24; seed++) {
        const models = { default: toyModel({ latencyMs: shuffled(`schedule ${seed}`) }) };
        // One at a time is slow, and every schedule gives the same then.
        const concurrency = seed % 6 === 0 ? 1 : [3, 64][seed % 2]!;
        const named = `latency schedule ${seed}, concurrency ${concurrency}`;
        const got = await printed({ optimizer: optimizerOf(), models, concurrency });
        expect({ named, got }).toEqual({ named, got: expected });
      }
    });
  }

  test("widths differ, as they may: the state that a step sees belongs to the search", async () => {
    const seen: string[][] = [];
    for (const width of [1, 4]) {
      const target = toyTarget({ optimizer: climb(width, 20), budget: { evaluations: 400 } });
      const { lineage } = await compile(toy, target);
      seen.push(lineage.map(({ hash, parents }) => `${hash} ${parents.join()}`));
    }
    expect(seen[0]).not.toEqual(seen[1]);
  });

  test("seed 0 is the default and differs from seed 1", async () => {
    expect(await printed({ seed: 0 })).toBe(await printed({}));
    const [zero, one] = [await printed({ seed: 0 }), await printed({ seed: 1 })];
    expect((JSON.parse(zero) as { calls: unknown }).calls).not.toEqual((JSON.parse(one) as { calls: unknown }).calls);
    expect(one).toBe(await printed({ seed: 1 }));
  });

  test("through a shared cache, cold and warm", async () => {
    const expected = await printed({});
    const cache = memoryCache();
    expect(await printed({ cache })).toBe(expected);
    const model = toyModel();
    expect(await printed({ cache, models: { default: model } })).toBe(expected);
    expect(model.requests).toHaveLength(0);
  });

  test("resumed when it was done: no call at all", async () => {
    const journal = memoryJournalStore();
    const expected = await printed({ journal });
    const model = toyModel();
    expect(await printed({ journal, models: { default: model } })).toBe(expected);
    expect(model.requests).toHaveLength(0);
  });

  test("asks made at once are folded in their order, whichever arrives first", async () => {
    // Both reach the same score: the first asked for must stay the incumbent.
    const fanOut = optimizer(async (study) => {
      const texts = ["skill 90 a", "skill 90 b", "skill 90 c", "skill 30", "skill 99"];
      await Promise.all(
        texts.map((text) => study.evaluate({ candidate: saying(study, text), split: "val", ids: study.val })),
      );
    });
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, seed) => {
        const models = { default: toyModel({ latencyMs: shuffled(`fan ${seed}`) }) };
        return compile(toy, toyTarget({ optimizer: fanOut, models, patience: 40 }));
      }),
    );
    for (const { candidates, candidate, end, front, logical } of results) {
      const { candidates: first, candidate: chosen, end: why, front: best, logical: calls } = results[0]!;
      expect({ candidates, candidate, end, front, logical }).toEqual({
        candidates: first,
        candidate: chosen,
        end: why,
        front: best,
        logical: calls,
      });
    }
  });

  test("what is remarked of proposals in chains is told in step order, and only of those that count", async () => {
    const words = (name: string): string => Array.from({ length: 13 }, (_, i) => `${name}${i}`).join(" ");
    const [a, b, c] = [words("a"), words("b"), words("c")];
    const two = tune(async (texts, _input: { word: string }) => Promise.resolve({ code: Object.keys(texts).join() }), {
      first: textOf("First."),
      second: textOf("Second."),
      third: textOf("Third."),
    });
    const change = [{ first: a }, { second: b }, { third: c }];
    const copying = (delays: readonly number[]) =>
      optimizer(async (study) => {
        const ids = study.train.map(({ id }) => id);
        await inOrder(study, {
          width: 3,
          steps: 3,
          state: 0,
          cost: 3,
          until: (step) => step === 2,
          start: async (step, _state, own) => {
            await new Promise((resolve) => setTimeout(resolve, delays[step]));
            const candidate = { ...study.baseline, ...change[step] };
            await own.evaluate({ candidate, split: "train", ids, capture: "score" });
          },
          commit: (state) => state + 1,
        });
      });
    const train = [a, b, c].map((word) => ({ input: { word }, expected: { code: "x" } }));
    for (const delays of [
      [0, 4, 8],
      [8, 4, 0],
    ]) {
      const target = { ...toyTarget(), data: { train, val: rowsOf("val", 4) }, optimizer: copying(delays) };
      const { remarks } = await compile(two, target);
      const copies = remarks.filter((remark) => remark.includes("repeats words of a train row"));
      expect({ delays, copies: copies.map((remark) => / for (\w+)/.exec(remark)?.[1]) }).toEqual({
        delays,
        copies: ["first", "second"],
      });
    }
  });

  test("an ask that nobody awaits counts all the same", async () => {
    const careless = optimizer(async (study) => {
      void study.evaluate({ candidate: saying(study, "skill 99"), split: "val", ids: study.val });
      await Promise.resolve();
    });
    for (const latency of [0, 5]) {
      const models = { default: toyModel({ latencyMs: () => latency }) };
      const result = await compile(toy, toyTarget({ optimizer: careless, models }));
      expect(result.candidate["toy.instructions"]).toBe("skill 99");
    }
  });
});
