import type { Candidate, Optimizer, Request, Trace } from "@cultivar/core";
import {
  artifactFrom,
  compile,
  CultivarError,
  decode,
  decodeDemos,
  encodeDemos,
  load,
  moduleSpans,
  parseArtifact,
  predict,
  printArtifact,
  program,
  sha256Hex,
  signature,
  spaceOf,
  textOf,
} from "@cultivar/core";
import { scriptedModel } from "@cultivar/core/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { knnFewShot } from "../knn-few-shot/knn-few-shot.ts";
import { bagOfWords } from "../fixtures/bag-of-words.ts";
import { labeledFewShot } from "../labeled-few-shot/labeled-few-shot.ts";
import { randomSearch } from "../random-search/random-search.ts";
import { ensemble } from "./ensemble.ts";
import { majorityVote } from "./reducers.ts";

const copy = predict(
  signature({
    name: "copy",
    instructions: "Copy the word.",
    input: z.object({ word: z.string() }),
    output: z.object({ out: z.string() }),
  }),
);
const rows = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({ input: { word: `${name}${i}x` }, expected: { out: `${name}${i}x` } }));
const data = { train: rows("train", 30), val: rows("val", 60) };
const exact = ({ example, output }: { example: { expected: { out: string } }; output: { out: string } }): number =>
  output.out === example.expected.out ? 1 : 0;

const wordIn = ({ messages }: Request): string => /[a-z]+\d+x/.exec(textOf(messages.at(-1)!))?.[0] ?? "";
const shownIn = ({ messages }: Request): string => messages.slice(0, -1).map(textOf).join("\n");
/** Slips on three words in ten, on others for each prompt. */
const slipping = () =>
  scriptedModel((request) => {
    const slips = Number.parseInt(sha256Hex(shownIn(request) + wordIn(request)).slice(0, 8), 16) % 10 < 3;
    return JSON.stringify({ out: slips ? "wrong" : wordIn(request) });
  });
const target = (optimizer: Optimizer, lm = slipping()) => ({
  data,
  metric: exact,
  optimizer,
  models: { default: lm, embedders: { local: bagOfWords() } },
  budget: { evaluations: 800 },
  fingerprint: "x",
});
const told = (k: number, instructions: (member: number) => string): Candidate =>
  Object.fromEntries(
    Array.from({ length: k }, (_, i) => [
      [`member${i + 1}.instructions`, instructions(i + 1)],
      [`member${i + 1}.demos`, encodeDemos({ rows: [] })],
    ]).flat(),
  ) as Candidate;

describe("ensemble", () => {
  test("gives each member components of its own, in words and types that decode", () => {
    const three = ensemble(copy, 3, majorityVote("out"));
    expect(Object.keys(spaceOf(three))).toEqual(
      [1, 2, 3].flatMap((n) => [`member${n}.instructions`, `member${n}.demos`]),
    );
    const decoded = decode(
      three,
      told(3, (n) => `style ${n}`),
    );
    expect([decoded.member1, decoded.member3].map(({ instructions }) => instructions)).toEqual(["style 1", "style 3"]);
    const nested = ensemble(
      program("outer", { copy }, (m, input: { word: string }) => m.copy(input)),
      2,
      majorityVote(),
    );
    expect(Object.keys(spaceOf(nested))).toContain("member2.copy.instructions");
  });

  test("asks every member at once, and reduces their outputs with the input", async () => {
    let running = 0;
    let most = 0;
    const lm = scriptedModel(async (request) => {
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      return JSON.stringify({ out: /style \d/.exec(shownIn(request))![0] });
    });
    const joined = ensemble(copy, 3, async (outputs, { word }) =>
      Promise.resolve({ all: [word, ...outputs.map(({ out }) => out)] }),
    );
    const run = joined.with({ lm, candidate: told(3, (n) => `style ${n}`) });
    expect(await run({ word: "a1x" })).toEqual({ all: ["a1x", "style 1", "style 2", "style 3"] });
    expect(most).toBe(3);
  });

  test("each member's call is in the trace, and is what its module renders alone", async () => {
    const two = ensemble(copy, 2, majorityVote("out"));
    const candidate = told(2, (n) => `style ${n}`);
    let trace: Trace | undefined;
    await two.with({ lm: slipping(), candidate, onTrace: (whole) => (trace = whole) })({ word: "a1x" });
    for (const name of ["member1", "member2"]) {
      const [span, ...others] = moduleSpans(trace!, name);
      expect(others).toEqual([]);
      const part = Object.fromEntries(["instructions", "demos"].map((id) => [id, candidate[`${name}.${id}`]!]));
      const alone = Object.fromEntries(Object.entries(part).map(([id, value]) => [`copy.${id}`, value]));
      expect(span!.children).toMatchObject([
        { kind: "lm", messages: await copy.render({ word: "a1x" }, { candidate: alone }) },
      ]);
      expect(span!.components).toEqual(
        Object.fromEntries(Object.entries(part).map(([id, value]) => [`${name}.${id}`, value])),
      );
    }
  });

  test("a vote of five is right more often than any of them", async () => {
    const candidate = told(5, (n) => `style ${n}`);
    const lm = slipping();
    const words = rows("val", 300);
    const rightOf = async (run: (input: { word: string }) => Promise<{ out: string }>): Promise<number> => {
      const outputs = await Promise.all(words.map(({ input }) => run(input)));
      return outputs.filter(({ out }, i) => out === words[i]!.expected.out).length;
    };
    const vote = await rightOf(ensemble(copy, 5, majorityVote("out")).with({ lm, candidate }));
    for (const n of [1, 2, 3, 4, 5]) {
      const alone = { "copy.instructions": `style ${n}`, "copy.demos": encodeDemos({ rows: [] }) };
      expect(vote).toBeGreaterThan(await rightOf(copy.with({ lm, candidate: alone })));
    }
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses k = %d", (k) => {
    expect(() => ensemble(copy, k as number, majorityVote())).toThrow(
      `ensemble(copy): k must be a whole number of at least 1, got ${k}`,
    );
  });

  test("one member is the module itself", async () => {
    expect(await ensemble(copy, 1, majorityVote()).with({ lm: scriptedModel(['{"out":"b"}']) })({ word: "a" })).toEqual(
      {
        out: "b",
      },
    );
  });
});

describe("ensemble, when members fail", () => {
  /** A model that does to each member what its instructions say; a word is a good answer. */
  const obeying = scriptedModel((request) => {
    const [, order = ""] = /do: (\S+)/.exec(shownIn(request)) ?? [];
    if (order === "refuse") return { text: "no", finishReason: "refusal" };
    if (["transport", "auth", "run-ended"].includes(order)) throw new CultivarError(order as "auth", `my ${order}`);
    return JSON.stringify({ out: order });
  });
  const run = (...orders: readonly string[]): Promise<unknown> =>
    ensemble(copy, orders.length, (outputs) => outputs.map(({ out }) => out)).with({
      lm: obeying,
      candidate: told(orders.length, (n) => `do: ${orders[n - 1]!}`),
    })({ word: "a1x" });

  test.each([
    ["one that fails does not vote", ["a", "refuse", "b"], ["a", "b"]],
    ["nor one that the world failed", ["transport", "a", "refuse"], ["a"]],
  ])("%s", async (_, orders, outputs) => {
    expect(await run(...orders)).toEqual(outputs);
  });

  test.each([
    ["the first failure stands when all fail", ["refuse", "refuse"], "refusal"],
    ["the world's before the candidate's", ["refuse", "transport", "refuse"], "transport"],
    ["what ends a run is never outvoted", ["a", "auth", "b"], "auth"],
    ["nor the end of the run", ["a", "b", "run-ended"], "run-ended"],
  ])("%s", async (_, orders, code) => {
    await expect(run(...orders)).rejects.toMatchObject({ code });
  });

  test("a reducer that throws is the program's own failure", async () => {
    const broken = ensemble(copy, 2, () => {
      throw new Error("cannot decide");
    });
    await expect(broken.with({ lm: slipping() })({ word: "a1x" })).rejects.toThrow("cannot decide");
  });
});

describe("ensemble, through compile", () => {
  const pairOf = () => ensemble(copy, 2, majorityVote("out"));
  const demosOf = (candidate: Candidate, n: number) =>
    decodeDemos(candidate[`member${n}.demos`]!).rows.map(({ source }) => source);

  test("labelled demos reach each member, and differ", async () => {
    const { lineage } = await compile(pairOf(), target(labeledFewShot({ k: 5 })));
    const [one, two] = [1, 2].map((n) => demosOf(lineage[1]!.candidate, n));
    expect(one).toHaveLength(5);
    expect(two).toHaveLength(5);
    expect(two).not.toEqual(one);
  });

  test("an optimizer that searches tells members apart, and the artifact keeps what it found", async () => {
    const search = target(randomSearch({ candidates: 4, maxBootstrapped: 2, maxLabeled: 4 }));
    const result = await compile(pairOf(), search);
    const differing = result.candidates.filter(
      ({ candidate }) => candidate["member1.demos"] !== candidate["member2.demos"],
    );
    expect(differing.length).toBeGreaterThanOrEqual(4);
    const text = printArtifact(artifactFrom(pairOf(), search, result));
    expect(load(pairOf(), parseArtifact(text, "x.json"))).toEqual(result.candidate);
  });

  test("so does one that shows nearest rows", async () => {
    const { lineage } = await compile(pairOf(), target(knnFewShot({ maxPool: 6 })));
    expect(demosOf(lineage[1]!.candidate, 1)).not.toEqual(demosOf(lineage[1]!.candidate, 2));
  });

  test("members may differ by their models", async () => {
    const { models, ...rest } = target(randomSearch({ candidates: 3, maxBootstrapped: 0, maxLabeled: 0 }));
    const choices = { sure: scriptedModel((request) => JSON.stringify({ out: wordIn(request) }), { modelId: "sure" }) };
    const vary = { "member1.model": true };
    const { candidate } = await compile(pairOf(), { ...rest, models: { ...models, choices }, vary });
    expect([candidate["member1.model"], candidate["member2.model"]]).toEqual(["sure", undefined]);
  });

  test("members that are still equal ask once", async () => {
    const lm = slipping();
    await compile(pairOf(), target({ name: "none", run: () => Promise.resolve() }, lm));
    expect(lm.calls).toHaveLength(data.val.length);
  });

  test("a budget that ends amid the members ends the run", async () => {
    const changes = { budget: { calls: 70 } };
    expect(await compile(pairOf(), { ...target(labeledFewShot({ k: 3 })), ...changes })).toMatchObject({
      end: "calls",
    });
  });

  test("the reducer is part of what a result depends on", async () => {
    const hashes = await Promise.all(
      [majorityVote("out"), majorityVote()].map(async (reduce) => {
        const { fingerprint: _, ...rest } = target({ name: "none", run: () => Promise.resolve() });
        return (await compile(ensemble(copy, 2, reduce), rest)).inputs["code"];
      }),
    );
    expect(hashes[0]).not.toBe(hashes[1]);
  });
});
