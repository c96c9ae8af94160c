import { assert, describe, expect, test } from "vitest";
import { isCultivarError } from "../ground/errors.ts";
import { compile, open, plan, start } from "./compile.ts";
import type { ToyTarget } from "./fixtures/toy-run.ts";
import { data, exact, optimizer, rowsOf, toy, toyModel, toyTarget } from "./fixtures/toy-run.ts";
import { duplicateRemarks, prepareData } from "./prepare-data.ts";

const row = rowsOf("a", 1)[0]!;
const circular: Record<string, unknown> = { word: "a" };
circular["self"] = circular;

const cases: readonly (readonly [string, Record<string, unknown>, "config" | "data", RegExp])[] = [
  ["no budget", { budget: undefined }, "config", /toy: budget must set at least one of evaluations, calls/],
  ["a null budget", { budget: null }, "config", /budget must set at least one/],
  ["an empty budget", { budget: {} }, "config", /say budget: \{ evaluations: 400 \}/],
  ["a misspelt limit", { budget: { evaluation: 40 } }, "config", /budget.evaluation is no limit; the limits are eval/],
  ["a limit of 0", { budget: { evaluations: 0 } }, "config", /budget.evaluations must be a number above 0, got 0/],
  ["a limit as text", { budget: { usd: "5" } }, "config", /budget.usd must be a number above 0, got "5"/],
  ["NaN as a limit", { budget: { calls: Number.NaN } }, "config", /budget.calls must be a number above 0, got "NaN"/],
  [
    "a budget smaller than val",
    { budget: { evaluations: 7 } },
    "config",
    /budget.evaluations is 7 but the baseline alone needs one pass over val, 8; raise it or pass fewer val rows/,
  ],
  [
    "a misspelt option",
    { bugdet: { usd: 1 } },
    "config",
    /toy: "bugdet" is no option of a target; did you mean budget\?/,
  ],
  ["another one", { Metric: exact }, "config", /"Metric" is no option .* did you mean metric\?/],
  ["an option of another thing", { stopAfterAllThat: 1 }, "config", /target\. The options are metric, data, optimizer/],
  ["an empty name", { name: "" }, "config", /toy: name must be a text that is not empty, got ""/],
  ["a number as name", { name: 7 }, "config", /name must be a text that is not empty, got 7/],
  ["no optimizer", { optimizer: undefined }, "config", /optimizer must be an optimizer, .* got nothing/],
  ["an optimizer's name", { optimizer: "gepa" }, "config", /got "gepa"/],
  ["no metric", { metric: undefined }, "config", /metric must be a function/],
  ["no models", { models: undefined }, "config", /models must be given/],
  ["a model's name", { models: { default: "gpt" } }, "config", /models.default must be a language model, got "gpt"/],
  ["a wrong choice", { models: { default: toyModel(), choices: { a: 1 } } }, "config", /models.choices.a must be/],
  ["half a seed", { seed: 0.5 }, "config", /seed must be a whole number, got 0.5/],
  ["no patience", { patience: 0 }, "config", /patience must be a whole number of at least 1, got 0/],
  ["no concurrency", { concurrency: 0 }, "config", /concurrency must be a whole number of at least 1, got 0/],
  ["a target of NaN", { targetScore: Number.NaN }, "config", /targetScore must be a number/],
  ["a gate's name", { gate: "strict" }, "config", /gate must be a gate/],
  ["an empty fingerprint", { fingerprint: "" }, "config", /fingerprint must be a text that changes .* got ""/],
  ["a fingerprint of no file", { fingerprint: {} }, "config", /fingerprint must be .* at least one file, got object/],
  ["a fingerprint of promises", { fingerprint: { "a.ts": Promise.resolve("1") } }, "config", /fingerprint must be/],
  ["a list of vary", { vary: ["model"] }, "config", /vary must be/],
  ["no data", { data: undefined }, "config", /data must be \{ train, val\?, test\? \}, got nothing/],
  ["no train", { data: {} }, "data", /toy: data.train must be a list of rows/],
  ["a promise", { data: { train: Promise.resolve([]) } }, "data", /await the file reader/],
  ["an empty train", { data: { train: [] } }, "data", /data.train is empty/],
  ["an empty val", { data: { train: [row], val: [] } }, "data", /data.val is empty; an empty set passes nothing/],
  ["an empty test", { data: { ...data, test: [] } }, "data", /data.test is empty/],
  [
    "flat rows",
    { data: { train: [{ word: "a", code: "b" }] } },
    "data",
    /data.train\[0\] must be \{ input, expected\? \}, got word, code; map it/,
  ],
  ["a row that is null", { data: { train: [row, null] } }, "data", /data.train\[1\] must be/],
  [
    "a row that does not fit",
    { data: { ...data, val: [row, { input: { wrd: "x" } }] } },
    "data",
    /data.val\[1\]: the input does not fit the signature: word/,
  ],
  [
    "one input in two splits",
    { data: { ...data, test: [...data.test, data.val[2]] } },
    "data",
    /the same input is in two splits: val\[2\] and test\[6\]; drop one, split by group, or set data.overlap/,
  ],
  [
    "an input in train and test, without val",
    { data: { train: data.train, test: [data.train[3]] } },
    "data",
    /train\[3\] and test\[0\]/,
  ],
  ["one row and no val", { data: { train: [row] } }, "data", /give data.val/],
  ["one input and no val", { data: { train: [row, row] } }, "data", /one input or one group/],
  [
    "rows that are no JSON",
    { data: { train: [{ input: circular }] } },
    "data",
    /data.train: data\[0\]: expected input and expected to be JSON/,
  ],
];

describe("bad targets are told in the house form, before any call", () => {
  test.each(cases)("%s", async (_name, changes, code, message) => {
    const model = toyModel();
    const target = { ...toyTarget({ models: { default: model } }), ...changes } as unknown as ToyTarget;
    const error: unknown = await compile(toy, target).catch((thrown: unknown) => thrown);
    assert(isCultivarError(error, code), String(error));
    expect(error.message).toMatch(message);
    expect(model.requests).toHaveLength(0);
  });

  test("plan and open refuse a misspelt option too; one that is undefined is none", async () => {
    const typo = { ...toyTarget(), bugdet: { usd: 1 } } as ToyTarget;
    await expect(plan(toy, typo)).rejects.toThrow(/did you mean budget/);
    await expect(open(toy, typo)).rejects.toThrow(/did you mean budget/);
    await expect(plan(toy, { ...toyTarget(), name: "" })).rejects.toThrow(/name must be/);
    await expect(plan(toy, { ...toyTarget(), bugdet: undefined } as ToyTarget)).resolves.toBeDefined();
  });

  test("exact copies in val and test are counted, at the start", async () => {
    const twice = {
      ...data,
      val: [...data.val, data.val[0]!, data.val[0]!, data.val[1]!],
      test: [...data.test, data.test[0]!],
    };
    const { events, result } = start(toy, toyTarget({ data: twice }));
    const seen: string[] = [];
    for await (const event of events) {
      if (event.type === "evaluated") break;
      if (event.type === "remark") seen.push(event.text);
    }
    expect(seen).toEqual([
      expect.stringMatching(/^data.val: of 11 rows 3 are exact copies .* standard errors assume independent rows/),
      expect.stringMatching(/^data.test: of 7 rows 1 is an exact copy /),
    ]);
    expect((await result).remarks).toEqual(expect.arrayContaining(seen));
    // The same input with another label is a row of its own.
    const relabelled = { ...data, val: [...data.val, { ...data.val[0]!, expected: { code: "other" } }] };
    expect(duplicateRemarks(prepareData(toy, relabelled, 0))).toEqual([]);
  });

  test("overlap can be allowed", async () => {
    const none = optimizer(() => Promise.resolve());
    const result = await compile(
      toy,
      toyTarget({ optimizer: none, data: { ...data, test: data.val, overlap: "allow" } }),
    );
    expect(result.test!.baseline.mean).toBe(result.val.baseline.mean);
  });
});

describe("val from train", () => {
  const train = rowsOf("t", 31);
  const cut = (seed: number) => prepareData(toy, { train }, seed);

  test("half of it, by seed, and said", () => {
    const { train: kept, val, remarks } = cut(0);
    expect(kept.length + val.length).toBe(31);
    expect(Math.abs(kept.length - val.length)).toBe(1);
    expect(new Set([...kept, ...val].map(({ id }) => id)).size).toBe(31);
    expect(remarks).toEqual([
      `no data.val: ${val.length} of 31 train rows were set apart as val (seed 0)`,
      "no data.test: the val score below was used to choose, so it flatters the result",
    ]);
    expect(cut(0).val).toEqual(val);
    expect(cut(1).val).not.toEqual(val);
  });

  test("rows of one group, and rows of one input in two groups, stay together", () => {
    const tied = train.flatMap((one, i) => [
      { ...one, group: `g${i % 5}` },
      ...(i < 2 ? [{ ...one, expected: { code: "other" }, group: `h${i}` }] : []),
    ]);
    for (let seed = 0; seed < 10; seed++) {
      const { train: kept, val } = prepareData(toy, { train: tied }, seed);
      const keys = (rows: typeof val): Set<string> =>
        new Set(rows.flatMap(({ group, input }) => [group!, JSON.stringify(input)]));
      expect([...keys(kept)].filter((key) => keys(val).has(key))).toEqual([]);
    }
  });
});
