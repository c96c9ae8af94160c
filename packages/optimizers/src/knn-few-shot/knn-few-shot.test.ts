import type { DemoSet, Request, Space } from "@cultivar/core";
import {
  artifactFrom,
  canonicalJson,
  compile,
  decodeDemos,
  load,
  noDemos,
  parseArtifact,
  predict,
  printArtifact,
  program,
  signature,
  textOf,
} from "@cultivar/core";
import { scriptedModel } from "@cultivar/core/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { bagOfWords } from "../fixtures/bag-of-words.ts";
import type { FakeStudyOptions } from "../fixtures/fake-study.ts";
import { examples, fakeStudy, oneModule } from "../fixtures/fake-study.ts";
import { compactVector } from "./compact-vector.ts";
import type { KnnFewShotOptions } from "./knn-few-shot.ts";
import { knnFewShot } from "./knn-few-shot.ts";

const local = bagOfWords();
const study = (options: FakeStudyOptions = {}) => fakeStudy({ embedders: { local }, ...options });
const setOf = (asked: ReturnType<typeof study>, id = "m.demos"): DemoSet => decodeDemos(asked.tried()[0]![id]!);
const sourcesOf = ({ rows }: DemoSet) => rows.map(({ source }) => source);
const twoModules: Space = { ...oneModule, "n.demos": { kind: "demos", initial: noDemos, role: "the demos of n" } };

async function searched(options: KnnFewShotOptions = {}, changes: FakeStudyOptions = {}) {
  const asked = study(changes);
  await knnFewShot(options).run(asked);
  return asked;
}

describe("knnFewShot", () => {
  test("scores one candidate of all rows with their vectors, once on all of val", async () => {
    const asked = await searched({ k: 3 }, { train: examples(9) });
    expect(asked.asks.map(({ split, ids }) => [split, ids])).toEqual([["val", ["v0", "v1"]]]);
    const { rows, select } = setOf(asked);
    expect(rows.map(({ source }) => source)).toEqual(examples(9).map(({ id }) => id));
    const { vectors } = await local.embed(rows.map(({ input }) => canonicalJson(input)));
    expect(select).toEqual({ k: 3, by: "nearest", embedder: "local", vectors: vectors.map(compactVector) });
    expect(asked.notes).toMatchObject([{ type: "proposal", parents: [asked.baseline], candidate: asked.tried()[0] }]);
  });

  test("embeds all inputs at once, each only once", async () => {
    const embedder = bagOfWords();
    await searched({}, { embedders: { local: embedder }, space: twoModules, train: examples(9) });
    expect(embedder.asked.map(({ length }) => length)).toEqual([9]);
  });

  test("of more rows than maxPool draws some by seed, and keeps their order", async () => {
    const drawn = await Promise.all(
      [0, 0, 1].map(async (seed) => sourcesOf(setOf(await searched({ maxPool: 5 }, { seed, train: examples(40) })))),
    );
    expect(drawn[0]).toHaveLength(5);
    expect(drawn[1]).toEqual(drawn[0]);
    expect(drawn[2]).not.toEqual(drawn[0]);
    expect(drawn[0]).toEqual(drawn[0]!.toSorted((a, b) => Number(a!.slice(1)) - Number(b!.slice(1))));
  });

  test("keeps one of several rows with one input", async () => {
    const [row] = examples(1);
    const asked = await searched({}, { train: [row!, { ...row!, id: "r0-2" }, ...examples(2)] });
    expect(setOf(asked).rows).toHaveLength(2);
  });

  test("works with one train row", async () => {
    const asked = await searched({}, { train: examples(1) });
    expect(setOf(asked)).toMatchObject({ rows: [{ source: "r0" }], select: { k: 4, vectors: [expect.any(Array)] } });
  });

  test("tries nothing, and says so, when neither label nor run fits", async () => {
    const train = examples(3).map(({ id, input }) => ({ id, input }));
    const asked = await searched({}, { train, score: () => 0 });
    expect(asked.tried()).toEqual([]);
    expect(asked.notes).toMatchObject([
      { type: "remark", text: expect.stringContaining("no label fits a module") as string },
    ]);
  });

  test("passes the end of the run on", async () => {
    await expect(searched({}, { evaluations: 1 })).rejects.toThrow("run-ended");
  });
});

describe("knnFewShot for modules without labels", () => {
  const train = examples(12).map(({ id, input }) => ({ id, input }));
  const odd = (id: string): number => Number(id.slice(1)) % 2;

  test("chooses among what they did in runs that passed", async () => {
    const asked = await searched({}, { train, score: (_, id, _sample, split) => (split === "val" ? 1 : odd(id)) });
    const { rows } = setOf(asked);
    expect(new Set(rows.map(({ source }) => source))).toEqual(new Set(["r1", "r3", "r5", "r7", "r9", "r11"]));
    expect(rows.every(({ augmented }) => augmented)).toBe(true);
  });

  test("runs no more rows than it takes", async () => {
    const asked = await searched({ bootstrapped: 3 }, { train });
    expect(setOf(asked).rows).toHaveLength(3);
    expect(asked.asks.filter(({ split }) => split === "train").flatMap(({ ids }) => ids)).toHaveLength(3);
    expect((await searched({ bootstrapped: 0 }, { train })).asks).toEqual([]);
  });

  test("takes graded scores from a threshold on", async () => {
    const score = (_: unknown, id: string): number => Number(id.slice(1)) / 12;
    expect((await searched({}, { train, score })).tried()).toEqual([]);
    expect(setOf(await searched({ threshold: 0.75 }, { train, score })).rows).toHaveLength(3);
  });

  test("runs the program with the labelled demos that others have", async () => {
    const space = twoModules;
    const asked = study({ space, train: examples(6) });
    const onlyN = {
      ...asked,
      labelledDemo: (id: string, row: never) => (id === "n.demos" ? asked.labelledDemo(id, row) : undefined),
    };
    await knnFewShot().run(onlyN);
    const runs = asked.asks.filter(({ split }) => split === "train");
    expect(runs).not.toEqual([]);
    for (const { candidate } of runs) expect(decodeDemos(candidate["n.demos"]!).select).toBeDefined();
    expect(setOf(asked, "n.demos").rows.some(({ augmented }) => augmented)).toBe(false);
    expect(setOf(asked, "m.demos").rows.every(({ augmented }) => augmented)).toBe(true);
  });
});

describe("knnFewShot says what to do", () => {
  test.each<[KnnFewShotOptions, string]>([
    [{ k: 0 }, "k must be a whole number of at least 1, got 0"],
    [{ maxPool: 0 }, "maxPool must be a whole number of at least 1, got 0"],
    [{ bootstrapped: 0.5 }, "bootstrapped must be a whole number of at least 0, got 0.5"],
  ])("refuses %j", (options, message) => {
    expect(() => knnFewShot(options)).toThrow(`knnFewShot: ${message}`);
  });

  test.each<[string, KnnFewShotOptions, readonly string[], RegExp]>([
    ["none is given", {}, [], /no embedder is given; give one in models\.embedders, say \{ local: hashedNgrams\(\) \}/],
    ["none is given, but named", { embedder: "a" }, [], /no embedder is given/],
    ["there is another", { embedder: "a" }, ["b", "c"], /holds b, c, and not "a"; give it there, or name one of these/],
    ["there are two", {}, ["b", "c"], /holds b, c; say which in embedder/],
  ])("when %s", async (_, options, names, message) => {
    const embedders = Object.fromEntries(names.map((name) => [name, local]));
    await expect(searched(options, { embedders })).rejects.toMatchObject({
      code: "config",
      message: expect.stringMatching(message) as string,
    });
  });
});

// A word is to be doubled, an "un" word to be negated; the model knows what the demo nearest to the end does.
const colours = ["red", "green", "blue", "white", "black", "grey"];
const rows = (prefix: string, from: number, count: number) =>
  Array.from({ length: count }, (_, i) => {
    const [word, style] = [colours[(from + i) % 6]!, (from + i) % 2 === 0 ? "loud" : "soft"];
    const text = `${style} ${style} ${word} ${prefix}${i}`;
    return { input: { text }, expected: { code: `${text}${style === "loud" ? "!" : "?"}` } };
  });
const mark = predict(
  signature({
    name: "mark",
    instructions: "Mark the text.",
    input: z.object({ text: z.string() }),
    output: z.object({ code: z.string() }),
  }),
);
const liveText = ({ messages }: Request): string => /(?:loud|soft) [^"]*?\d+/.exec(textOf(messages.at(-1)!))?.[0] ?? "";
const student = () =>
  scriptedModel((request) => {
    const nearest = request.messages.slice(0, -1).map(textOf).join("\n");
    const sign = /[!?](?=[^!?]*$)/.exec(nearest)?.[0] ?? "";
    return JSON.stringify({ code: liveText(request) + sign });
  });
const data = { train: rows("t", 0, 12), val: rows("v", 0, 8), test: rows("x", 3, 6) };
const targetOf = (optimizer = knnFewShot({ k: 2 }), lm = student()) => ({
  data,
  optimizer,
  metric: ({ example, output }: { example: (typeof data.train)[number]; output: { code: string } }) =>
    output.code === example.expected.code ? 1 : 0,
  models: { default: lm, embedders: { local: bagOfWords() } },
  budget: { evaluations: 200 },
  fingerprint: "x",
});

describe("knnFewShot, through compile", () => {
  test("shows each input its nearest rows: every kind is answered by its own", async () => {
    const result = await compile(mark, targetOf());
    expect(result.test).toMatchObject({ baseline: { mean: 0 }, best: { mean: 1 } });
    expect(result.learned).toEqual([expect.stringMatching(/^mark\.demos: the 2 nearest of 12 demos in place of 0/)]);
  });

  test("no row is its own demo", async () => {
    const lm = student();
    const inner = knnFewShot({ k: 3 });
    const andTrain = {
      ...inner,
      async run(own: Parameters<typeof inner.run>[0]) {
        await inner.run(own);
        const ids = own.train.map(({ id }) => id);
        await own.evaluate({ candidate: own.best().candidate, split: "train", ids, capture: "score" });
      },
    };
    await compile(mark, targetOf(andTrain, lm));
    const words = new Set(data.train.map(({ input }) => input.text));
    const runs = lm.calls.filter((request) => words.has(liveText(request)));
    expect(runs).toHaveLength(12);
    for (const request of runs) {
      const shown = request.messages.slice(0, -1).map(textOf).join("\n");
      expect(shown).not.toContain(`${liveText(request)}!`);
      expect(shown).not.toContain(`${liveText(request)}?`);
      expect(shown.match(/[!?]/g)).toHaveLength(3);
    }
  });

  test("the artifact shows the same demos once it is loaded", async () => {
    const lm = student();
    const target = targetOf(knnFewShot({ k: 2 }), lm);
    const text = printArtifact(artifactFrom(mark, target, await compile(mark, target)));
    const candidate = load(mark, parseArtifact(text, "mark.cultivar.json"));
    const again = student();
    const run = mark.with({ models: { default: again, embedders: { local: bagOfWords() } }, candidate });
    for (const { input } of data.test) await run(input);
    // The report asked the same of the candidate.
    const sent = lm.calls.map(({ messages }) => JSON.stringify(messages));
    for (const { messages } of again.calls) expect(sent).toContain(JSON.stringify(messages));
    expect(text).toMatch(/\[-?\d+(,-?\d+){63}\]/);
  });

  test("an inner module compares what its signature declares, whatever else it is handed", async () => {
    const pair = program("pair", { first: mark, again: mark }, async (m, input: { text: string }) => {
      const { code } = await m.first(input);
      const more = { text: code, extra: "dropped by the signature" };
      return m.again(more);
    });
    const unlabelled = { ...data, train: data.train.map(({ input }) => ({ input, expected: undefined as never })) };
    const passing = { ...targetOf(knnFewShot({ k: 2 })), data: unlabelled, metric: () => 1 };
    const { lineage } = await compile(pair, passing);
    expect(lineage).toHaveLength(2);
    for (const id of ["first.demos", "again.demos"])
      for (const { input } of decodeDemos(lineage.at(-1)!.candidate[id]!).rows)
        expect(Object.keys(input)).toEqual(["text"]);
  });
});
