import fc from "fast-check";
import { assert, beforeAll, describe, expect, test } from "vitest";
import { isCultivarError } from "../ground/errors.ts";
import { contentHash } from "../ground/hash.ts";
import { all } from "../judging/metrics/combine/all.ts";
import { layered } from "../judging/metrics/combine/layered.ts";
import { contains } from "../judging/metrics/contains.ts";
import { exactMatch } from "../judging/metrics/exact-match.ts";
import { judge } from "../judging/metrics/judge.ts";
import { regex } from "../judging/metrics/regex.ts";
import { chainOfThought } from "../programs/chain-of-thought.ts";
import { predict } from "../programs/predict.ts";
import { program } from "../programs/program.ts";
import { encodeDemos } from "../values/demo.ts";
import { shorthand } from "../values/shorthand.ts";
import type { Artifact } from "./artifact.ts";
import { artifactFrom, isIntact, isUpToDate, load, parseArtifact, printArtifact } from "./artifact.ts";
import { compile } from "./compile.ts";
import { decode } from "./decode.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { changedInputs, fingerprintOf } from "./fingerprint.ts";
import { climb, data, toy, toyModel, toyTarget } from "./fixtures/toy-run.ts";
import { memoryJournalStore } from "./memory-journal.ts";

const target = toyTarget({ optimizer: climb(2, 6) });
let artifact: Artifact;
let text: string;

beforeAll(async () => {
  artifact = artifactFrom(toy, target, await compile(toy, target));
  text = printArtifact(artifact);
});

const changed = (change: Record<string, unknown>): string =>
  JSON.stringify({ ...(JSON.parse(text) as object), ...change });

describe("printing and parsing", () => {
  test("give back what went in, whatever the texts are", () => {
    const odd = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(fc.string(), { maxLength: 4 }).map((lines) => lines.join("\n")),
      fc.json().map((json) => `{"rows":${json}`),
      fc.json().map((json) => `{"rows":[${json}]}`),
      fc.constantFrom('{"rows":[{"__proto__":1}]}', '{"rows":', '{"rows":[-0]}', "\r\n", "\n", ""),
    );
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((id) => id !== "__proto__"),
          odd,
        ),
        (texts) => {
          fc.pre(!Object.keys(texts).some((id) => id === "constructor" || id === "prototype"));
          const whole = { ...artifact, candidate: texts };
          const read = parseArtifact(printArtifact(whole), "x");
          expect(read).toEqual(whole);
          expect(printArtifact(read)).toBe(printArtifact(whole));
        },
      ),
    );
  });

  test("long texts and demo sets read well in a diff; the file ends in a newline", () => {
    const demos = encodeDemos({ rows: [{ input: { word: "a" }, output: { code: "b" } }] });
    const shown = printArtifact({ ...artifact, candidate: { "toy.instructions": "one\ntwo", "toy.demos": demos } });
    expect(shown).toContain('"lines": [\n        "one",\n        "two"\n      ]');
    expect(shown).toContain('"code": "b"');
    expect(shown.endsWith("}\n")).toBe(true);
  });

  test("a vector takes one line, and no text is touched", () => {
    const rows = ["[\n 1,\n 2\n]", "b"].map((word) => ({ input: { word }, output: { code: "x", list: [0.5, "y"] } }));
    const select = {
      k: 1,
      by: "nearest",
      embedder: "e",
      vectors: [
        [1, -20, 3e-7],
        [4, 5, 1e21],
      ],
    } as const;
    const whole = { ...artifact, candidate: { "toy.demos": encodeDemos({ rows, select }) } };
    const shown = printArtifact(whole);
    expect(shown).toContain("[1,-20,3e-7],\n");
    expect(shown).toContain("[4,5,1e+21]\n");
    expect(shown).toContain("0.5,\n");
    expect(parseArtifact(shown, "x")).toEqual(whole);
  });

  test("key order is stable, whatever order a target's keys have", async () => {
    const twice = { ...target, budget: { usd: 5, evaluations: 120 } };
    const other = { ...target, budget: { evaluations: 120, usd: 5 } };
    const [a, b] = [
      artifactFrom(toy, twice, await compile(toy, twice)),
      artifactFrom(toy, other, await compile(toy, other)),
    ];
    expect(printArtifact(a)).toBe(printArtifact(b));
    expect(Object.keys(JSON.parse(text) as object)[0]).toBe("cultivar");
  });

  test("is intact until somebody edits it", () => {
    const read = parseArtifact(text, "x");
    expect(isIntact(read)).toBe(true);
    const edited = parseArtifact(text.replace(/skill \d+/, "skill 1"), "x");
    expect(isIntact(edited)).toBe(false);
    const now = fingerprintOf(toy, target as never);
    expect(isUpToDate(read, now, target.budget)).toEqual({ upToDate: true, changed: [] });
    expect(isUpToDate(edited, now, target.budget)).toMatchObject({
      upToDate: false,
      why: expect.stringContaining("edited") as string,
    });
    const seeded = fingerprintOf(toy, { ...target, seed: 1, metric: () => 1, fingerprint: "new" } as never);
    expect(isUpToDate(read, seeded, target.budget)).toMatchObject({ upToDate: false, changed: ["code", "seed"] });
  });

  test("a raised budget makes it stale only where that budget ended it", () => {
    const now = fingerprintOf(toy, target as never);
    const { contentHash: _hash, ...body } = { ...parseArtifact(text, "x"), end: "evaluations" as const };
    const ended = { ...body, contentHash: contentHash(body) };
    expect(isUpToDate(ended, now, target.budget).upToDate).toBe(true);
    expect(isUpToDate(ended, now, { evaluations: 99 }).upToDate).toBe(true);
    const raised = { upToDate: false, changed: [], why: "budget.evaluations was raised" };
    expect(isUpToDate(ended, now, { evaluations: 121 })).toEqual(raised);
    expect(isUpToDate(ended, now, { usd: 1 })).toEqual(raised);
    expect(isUpToDate(parseArtifact(text, "x"), now, { evaluations: 999 }).upToDate).toBe(true);
  });
});

describe("law 7: bad artifacts are refused with a message", () => {
  test.each<[string, () => string, RegExp]>([
    ["cut off", () => text.slice(0, 200), /^x.json: not valid JSON/],
    ["empty", () => "", /not valid JSON/],
    ["__proto__", () => text.replace('"seed"', '"__proto__"'), /__proto__/],
    ["a list", () => "[]", /expected an artifact object, got array/],
    ["null", () => "null", /got null/],
    ["no candidate", () => changed({ candidate: undefined }), /field candidate must be an object, got nothing/],
    ["a list of texts", () => changed({ candidate: [] }), /field candidate must be an object, got array/],
    ["a number as text", () => changed({ candidate: { a: 1 } }), /component a must be a string, .* got number/],
    ["numbers as lines", () => changed({ candidate: { a: { lines: [1] } } }), /component a must be/],
    ["a seed as text", () => changed({ seed: "0" }), /field seed must be a number, got string/],
    ["no budget", () => changed({ budget: 3 }), /field budget must be an object, got number/],
    ["scores without sides", () => changed({ val: {} }), /field val.baseline must be an object, got nothing/],
    [
      "inputs that are no hashes",
      () => changed({ inputs: { code: {} } }),
      /field inputs.code must be a string, got object/,
    ],
    ["signatures of old", () => changed({ signatures: { toy: "ab" } }), /field signatures.toy must be an object/],
  ])("%s", (_name, make, message) => {
    let thrown: unknown;
    try {
      parseArtifact(make(), "x.json");
    } catch (error) {
      thrown = error;
    }
    assert(isCultivarError(thrown, "artifact"), String(thrown));
    expect(thrown.message).toMatch(message);
    expect(thrown.message).toMatch(/restore it from version control, or compile again$/);
  });

  test("50 MB of something else, within moments", () => {
    const before = performance.now();
    expect(() => parseArtifact(`{"candidate": "${"x".repeat(50_000_000)}"}`, "big")).toThrow(/field cultivar/);
    expect(() => parseArtifact("[".repeat(5_000_000), "deep")).toThrow(/not valid JSON/);
    expect(performance.now() - before).toBeLessThan(20_000);
  });

  test("nothing is polluted by an imported one", () => {
    const imported: unknown = {
      ...(JSON.parse(text) as object),
      candidate: JSON.parse('{"__proto__":{"lines":["x"]}}'),
    };
    expect(() => load(toy, imported)).toThrow(/"__proto__" is no component/);
    expect(({} as { lines?: unknown }).lines).toBeUndefined();
  });
});

describe("load", () => {
  test("gives what with takes", async () => {
    const candidate = load(toy, JSON.parse(text));
    expect(candidate).toEqual(artifact.candidate);
    expect(Object.isFrozen(candidate)).toBe(true);
    const word = "train0";
    expect(await toy.with({ lm: toyModel(), candidate })({ word })).toHaveProperty("code");
  });

  test.each([
    [
      "word, hint -> code",
      /artifact for toy: the signature of toy has changed since it was compiled: input.hint is new;/,
    ],
    ["word -> kode", /output.code is gone, output.kode is new/],
    [
      "word -> code: number",
      /signature of toy has changed since it was compiled: output.code has changed; compile again/,
    ],
  ])("names the field of a changed signature: %s", (fields, message) => {
    const now = predict(shorthand(fields as "word -> code", { name: "toy" }));
    expect(() => load(now, JSON.parse(text))).toThrow(message);
  });

  test("names a module that came or went", () => {
    const two = program("two", { toy, more: toy }, (m, input: { word: string }) => m.toy(input));
    expect(() => load(two, JSON.parse(text))).toThrow("module more is new in the program since it was compiled");
    const other = predict(shorthand("word -> code", { name: "other" }));
    expect(() => load(other, JSON.parse(text))).toThrow(/module (toy is gone from|other is new in) the program/);
  });

  test("names a component that is missing or unknown, and leaves choices be", () => {
    const { "toy.demos": demos, ...rest } = artifact.candidate;
    expect(() => load(toy, { ...artifact, candidate: rest })).toThrow("component toy.demos is missing; compile again");
    const candidate = { ...artifact.candidate, "toy.model": "large", model: "small" };
    expect(load(toy, { ...artifact, candidate })).toEqual(candidate);
    expect(() => load(toy, { ...artifact, candidate: { ...candidate, "toy.tip": "x" } })).toThrow(
      '"toy.tip" is no component of the program',
    );
    expect(demos).toBeDefined();
  });
});

test("law 7: keys and secrets reach neither journal nor artifact", async () => {
  const secret = "sk-do-not-keep-me";
  const inner = memoryJournalStore();
  let journaled = "";
  const journal = {
    ...inner,
    open: async (name: string) => {
      const opened = await inner.open(name);
      return {
        ...opened,
        append: (record: unknown) => ((journaled += JSON.stringify(record)), opened.append(record as never)),
      };
    },
  };
  const lm = {
    ...toyModel(),
    apiKey: secret,
    headers: { authorization: `Bearer ${secret}` },
    endpoint: "https://host/v1",
  };
  const secretive = { ...target, journal, models: { default: lm, reflect: lm, choices: { a: lm } } };
  const printed = printArtifact(artifactFrom(toy, secretive, await compile(toy, secretive)));
  expect(journaled).toContain("intent");
  expect(`${journaled}${printed}`).not.toContain(secret);
  const inputs = fingerprintOf(toy, secretive as never);
  expect(
    fingerprintOf(toy, { ...secretive, models: { ...secretive.models, default: { ...lm, apiKey: "other" } } } as never),
  ).toEqual(inputs);
});

describe("decode", () => {
  test("is typed per module, nested as the program is", () => {
    const think = chainOfThought(shorthand("word -> guess", { name: "think", instructions: "Guess." }));
    const inner = program("inner", { toy, think }, (m, input: { word: string }) => m.toy(input));
    const outer = program("outer", { inner, last: toy }, (m, input: { word: string }) => m.inner(input));
    const demos = encodeDemos({ rows: [{ input: { word: "a" }, output: { code: "b" }, source: "id" }] });
    const none = encodeDemos({ rows: [] });
    const typed = decode(outer, {
      "inner.toy.instructions": "one",
      "inner.toy.demos": demos,
      "inner.think.instructions": "two",
      "inner.think.demos": none,
      "last.instructions": "three",
      "last.demos": none,
      "inner.toy.model": "large",
      model: "small",
    });
    const code: string | undefined = typed.inner.toy.demos[0]!.output.code;
    expect(code).toBe("b");
    expect(typed).toEqual({
      inner: {
        toy: { instructions: "one", demos: [{ input: { word: "a" }, output: { code: "b" } }] },
        think: { instructions: "two", demos: [] },
      },
      last: { instructions: "three", demos: [] },
    });
    expect(() => decode(outer, { "last.instructions": "x" })).toThrow(/inner.toy.instructions/);
    expect(decode(toy, artifact.candidate).instructions).toBe(artifact.candidate["toy.instructions"]);
  });
});

test("the fingerprint holds what a result depends on, and nothing else", () => {
  const of = (changes: object): string => fingerprintOf(toy, { ...target, ...changes } as never).hash;
  const same = [{ budget: { usd: 1 } }, { concurrency: 1 }, { signal: new AbortController().signal }, { seed: 0 }];
  for (const changes of same) expect(of(changes)).toBe(of({}));
  const others = [
    { seed: 1 },
    { vary: { model: true } },
    { targetScore: 1 },
    { patience: 3 },
    { optimizer: climb(3, 6) },
  ];
  const more = [
    { data: { ...data, test: undefined } },
    { fingerprint: undefined },
    { models: { default: toyModel({ modelId: "b" }) } },
  ];
  const hashes = [...others, ...more].map(of);
  expect(new Set([of({}), ...hashes]).size).toBe(hashes.length + 1);
});

test("a fingerprint by file names the files that changed, whatever their order", () => {
  const of = (fingerprint: unknown): Fingerprint => fingerprintOf(toy, { ...target, fingerprint } as never);
  const before = of({ "program.ts": "1", "../shared/rules.ts": "2", "node_modules/zod": "4.0.0" });
  const other = of({ "node_modules/zod": "4.0.0", "../shared/rules.ts": "2", "program.ts": "1" });
  // The artifact prints them: their order counts.
  expect(JSON.stringify(other)).toBe(JSON.stringify(before));
  expect(Object.keys(before.inputs)).not.toContain("code");
  const after = of({ "program.ts": "changed", "node_modules/zod": "4.0.0", "new.ts": "3" });
  expect(after.hash).not.toBe(before.hash);
  const names = ["code/../shared/rules.ts", "code/new.ts", "code/program.ts"];
  expect(changedInputs(before.inputs, after.inputs)).toEqual(names);
  const read = { ...parseArtifact(text, "x"), inputs: before.inputs };
  expect(isUpToDate(read, after, target.budget).why).toBe(`changed since: ${names.join(", ")}`);
  // A text stays one part.
  expect(Object.keys(of("v1").inputs)).toContain("code");
});

test("what a metric closes over is in the fingerprint: journaled scores of another rubric are not reused", () => {
  const of = (metric: unknown): string => fingerprintOf(toy, { ...target, metric } as never).hash;
  const lm = toyModel();
  const metrics = (): readonly unknown[] => [
    judge({ lm, rubric: "short" }),
    judge({ lm, rubric: "long" }),
    judge({ lm: toyModel({ modelId: "other" }), rubric: "short" }),
    contains("code", { items: ["a"] }),
    contains("code", { items: ["b"] }),
    regex("code", /a/),
    regex("code", /b/),
    exactMatch("code"),
    exactMatch("code", { anyOf: true }),
    exactMatch("code", { expected: (row) => row.expected }),
    all([exactMatch("code")]),
    all([exactMatch("code", { anyOf: true })]),
    layered([exactMatch("code")], { stopBelow: 0.5 }),
    layered([exactMatch("code")]),
    all([() => 1]),
    all([() => 0]),
  ];
  const hashes = metrics().map(of);
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(metrics().map(of)).toEqual(hashes);
});
