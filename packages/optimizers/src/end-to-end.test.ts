import type { Candidate, Optimizer, Request } from "@cultivar/core";
import { chainOfThought, compile, decodeDemos, predict, program, signature, textOf } from "@cultivar/core";
import { scriptedModel } from "@cultivar/core/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { bootstrap } from "./bootstrap/bootstrap.ts";
import { randomSearch } from "./random-search/random-search.ts";

// Words are to be shouted; the model learns that from any demo or instruction that holds an exclamation mark.
const shout = signature({
  name: "shout",
  instructions: "Repeat the word.",
  input: z.object({ word: z.string() }),
  output: z.object({ out: z.string() }),
});
const words = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => {
    const word = `w${String.fromCodePoint(97 + ((from + i) % 26), 97 + Math.floor((from + i) / 26))}w`;
    return { input: { word }, expected: { out: `${word}!` } };
  });
const data = { train: words(0, 20), val: words(20, 20) };

const wordIn = (text: string): string => /w[a-z]{2}w/.exec(text)?.[0] ?? "";
const shownIn = ({ messages }: Request): string => messages.slice(0, -1).map(textOf).join("\n");
const student = () =>
  scriptedModel((request) => {
    const live = textOf(request.messages.at(-1)!);
    const loud = shownIn(request).includes("!");
    return JSON.stringify({ reasoning: `it says ${wordIn(live)}`, out: wordIn(live) + (loud ? "!" : "") });
  });
const metric = ({ example, output }: { example: { expected: { out: string } }; output: { out: string } }): number =>
  output.out === example.expected.out ? 1 : 0;
const target = (optimizer: Optimizer, lm = student()) => ({
  data,
  metric,
  optimizer,
  models: { default: lm },
  budget: { evaluations: 800 },
  fingerprint: "x",
});
const demosIn = (candidate: Candidate, id: string) => decodeDemos(candidate[id]!).rows;

describe("bootstrap, through compile", () => {
  test("shows no train row its own answer", async () => {
    const lm = student();
    const result = await compile(predict(shout), target(bootstrap({ maxBootstrapped: 20, maxLabeled: 20 }), lm));
    expect(result.val.best.mean).toBe(1);
    const train = new Set(data.train.map(({ input }) => input.word));
    const runs = lm.calls.filter(({ messages }) => train.has(wordIn(textOf(messages.at(-1)!))));
    expect(runs.length).toBeGreaterThan(10);
    for (const request of runs) expect(shownIn(request)).not.toContain(wordIn(textOf(request.messages.at(-1)!)));
  });

  test("keeps the reasoning of runs, and makes none up for labels", async () => {
    const { candidate } = await compile(
      chainOfThought(shout),
      target(bootstrap({ maxBootstrapped: 2, maxLabeled: 5 })),
    );
    const rows = demosIn(candidate, "shout.demos");
    expect(rows.map(({ output }) => Object.keys(output).sort())).toEqual([
      ["out", "reasoning"],
      ["out", "reasoning"],
      ["out"],
      ["out"],
      ["out"],
    ]);
  });

  test("gives the modules of a nested program that loops each its own runs", async () => {
    const twice = program(
      "twice",
      { first: predict(shout), again: predict(shout) },
      async (m, { word }: { word: string }) => {
        let last = await m.first({ word });
        for (let i = 0; i < 2; i++) last = await m.again({ word: last.out });
        return last;
      },
    );
    const outer = program("outer", { inner: twice }, (m, input: { word: string }) => m.inner(input));
    const { candidate, improved } = await compile(outer, target(bootstrap({ maxBootstrapped: 3, maxLabeled: 3 })));
    expect(improved).toBe(true);
    const [first, again] = ["inner.first.demos", "inner.again.demos"].map((id) => demosIn(candidate, id));
    expect(first).toHaveLength(3);
    expect(again).toHaveLength(3);
    // What came into `first` is a bare word, what came into `again` is already loud.
    for (const { input } of first!) expect(input["word"]).toMatch(/^w..w$/);
    for (const { input } of again!) expect(input["word"]).toMatch(/^w..w!$/);
    expect(first!.map(({ source }) => source)).toEqual(again!.map(({ source }) => source));
  });
});

describe("randomSearch, through compile", () => {
  test("finds the given instruction that helps, without any demo", async () => {
    const instructions = { "shout.instructions": ["Be brief.", "Repeat the word, then put !", "Be kind."] };
    const search = randomSearch({ candidates: 30, maxBootstrapped: 0, maxLabeled: 0, instructions });
    const result = await compile(predict(shout), target(search));
    expect(result.candidate["shout.instructions"]).toBe("Repeat the word, then put !");
    expect(demosIn(result.candidate, "shout.demos")).toEqual([]);
    // Four points, each scored once: the baseline and three draws.
    expect(result.evaluations).toBe(4 * data.val.length);
    expect(result.remarks).toContain("randomSearch: ended early, 8 draws in a row were repeats");
  });

  test("finds the model that helps", async () => {
    const loud = scriptedModel((request) => JSON.stringify({ out: `${wordIn(textOf(request.messages.at(-1)!))}!` }), {
      modelId: "loud",
    });
    const search = randomSearch({ candidates: 4, maxBootstrapped: 0, maxLabeled: 0 });
    const { models, ...rest } = target(search);
    const result = await compile(predict(shout), {
      ...rest,
      models: { ...models, choices: { loud } },
      vary: { model: true },
    });
    expect(result.candidate["model"]).toBe("loud");
    expect(result.evaluations).toBe(2 * data.val.length);
  });
});
