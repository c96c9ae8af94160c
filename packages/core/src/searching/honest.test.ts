import { describe, expect, test } from "vitest";
import { CultivarError } from "../ground/errors.ts";
import { encodeDemos } from "../values/demo.ts";
import { textMessage } from "../values/language-model.ts";
import { predict } from "../programs/predict.ts";
import { shorthand } from "../values/shorthand.ts";
import { compile, open, plan, start } from "./compile.ts";
import type { ToyTarget } from "./fixtures/toy-run.ts";
import { climb, exact, optimizer, replyTo, rowsOf, saying, toy, toyModel, toyTarget } from "./fixtures/toy-run.ts";
import { significant } from "./gate.ts";
import { memoryJournalStore } from "./memory-journal.ts";
import type { Row } from "./optimizer.ts";

const rows = { train: rowsOf("train", 6), val: rowsOf("val", 20), test: rowsOf("test", 4) };
const failingOn = (words: readonly string[], error: () => unknown, when = "skill 99") =>
  toyModel({
    reply: (request) => {
      const text = JSON.stringify(request);
      if (text.includes(when) && words.some((word) => text.includes(`${word}\\`) || text.includes(`${word}"`)))
        throw error();
      return replyTo(request);
    },
  });

async function scored(text: string, changes: Partial<ToyTarget>): Promise<{ rows: readonly Row[]; improved: boolean }> {
  let seen: readonly Row[] = [];
  const asking = optimizer(async (study) => {
    seen = (await study.evaluate({ candidate: saying(study, text), split: "val", ids: study.val })).rows;
  });
  const { improved } = await compile(toy, toyTarget({ data: rows, optimizer: asking, ...changes }));
  return { rows: seen, improved };
}

describe("law 4: honest scores", () => {
  test("the candidate's failures score the bottom, marked with their cause", async () => {
    const models = { default: failingOn(["val3"], () => new CultivarError("refusal", "no")) };
    const { rows: told } = await scored("skill 99", { models });
    expect(told.filter(({ failure }) => failure !== undefined)).toEqual([
      { id: told[3]!.id, score: 0, failure: { blame: "candidate", code: "refusal", message: "refusal" } },
    ]);
  });

  test("the world's stay unscored; up to 5 % of them a candidate may win, above it may not", async () => {
    const reset = (): unknown => new CultivarError("transport", "reset");
    const one = await scored("skill 99", { models: { default: failingOn(["val3"], reset) } });
    expect(one.rows[3]!.score).toBeUndefined();
    expect(one.improved).toBe(true);
    const two = await scored("skill 99", { models: { default: failingOn(["val3", "val5"], reset) } });
    expect(two.rows.filter(({ score }) => score === undefined)).toHaveLength(2);
    expect(two.improved).toBe(false);
  });

  test("a metric that always throws stops the run after a few calls, with the row and the reason", async () => {
    const model = toyModel();
    const broken = (): number => {
      throw new Error("broken metric");
    };
    await expect(compile(toy, toyTarget({ metric: broken, models: { default: model } }))).rejects.toMatchObject({
      code: "metric",
      message: expect.stringMatching(/row [0-9a-f]{16}: .*broken metric.*what was paid for is kept/) as string,
    });
    expect(model.requests).toHaveLength(3);
  });

  test.each([
    ["NaN", Number.NaN, /NaN/],
    ["7", 7, /returned 7, outside its range \[0, 1\]/],
    ["nothing", undefined as unknown as number, /must return a number/],
  ])("a metric that returns %s is refused", async (_name, value, message) => {
    await expect(compile(toy, toyTarget({ metric: () => value }))).rejects.toMatchObject({
      code: "metric",
      message: expect.stringMatching(message) as string,
    });
  });

  test("with a metric that throws on one row the others count", async () => {
    const metric = (args: Parameters<typeof exact>[0]): ReturnType<typeof exact> => {
      if (args.example.input.word === "val4") throw new Error("not this one");
      return exact(args);
    };
    const result = await compile(toy, toyTarget({ data: rows, metric }));
    expect(result.val.unscored).toEqual({ rows: 1, cause: expect.stringContaining("not this one") as string });
    expect(result.val.difference.n).toBe(19);
  });
});

describe("law 6: never worse", () => {
  test("a winner by luck does not pass a stricter gate", async () => {
    const optimizerOf = climb(1, 6);
    const loose = await compile(toy, toyTarget({ data: rows, optimizer: optimizerOf }));
    expect(loose.improved).toBe(true);
    const strict = await compile(toy, toyTarget({ data: rows, optimizer: optimizerOf, gate: significant(1e-12) }));
    expect(strict).toMatchObject({ improved: false, candidate: strict.baseline });
    expect(strict.remarks.join()).toContain("did not pass the gate");
    expect(strict.val.difference.mean).toBe(0);
  });

  test("ties go to the baseline", async () => {
    const { improved } = await scored("skill 20 again", {});
    expect(improved).toBe(false);
  });
});

describe("law 5: no leak", () => {
  test("nothing of val or test is told to an optimizer, or asked of a proposer", async () => {
    const told: unknown[] = [];
    const watching = optimizer(async (study) => {
      const inner = climb(3, 8);
      await inner.run({
        ...study,
        evaluate: async (ask) => {
          const tell = await study.evaluate(ask);
          told.push(tell);
          return tell;
        },
      });
      told.push(study.best(), study.train, study.sketch, study.val);
      await expect(
        study.evaluate({ candidate: study.baseline, split: "test" as "val", ids: study.val }),
      ).rejects.toMatchObject({ code: "data" });
      await expect(
        study.evaluate({ candidate: study.baseline, split: "train", capture: "trace", ids: study.val.slice(0, 1) }),
      ).rejects.toMatchObject({ code: "data" });
    });
    const model = toyModel();
    await compile(toy, toyTarget({ optimizer: watching, models: { default: toyModel(), reflect: model } }));
    expect(model.requests.length).toBeGreaterThan(0);
    for (const text of [JSON.stringify(told), JSON.stringify(model.requests)])
      for (const split of ["val", "test"]) expect(text).not.toMatch(new RegExp(`"${split}\\d`));
  });

  test("a proposed text that repeats a held-out row is rejected, one that repeats train is remarked", async () => {
    const long = (split: string): { input: { word: string }; expected: { code: string } }[] => [
      { input: { word: Array.from({ length: 13 }, (_, i) => `${split}${i}`).join(" ") }, expected: { code: "x" } },
    ];
    const leaking = optimizer(async (study) => {
      for (const split of ["val", "test"]) {
        const candidate = saying(study, long(split)[0]!.input.word);
        await expect(
          study.evaluate({ candidate, split: "train", ids: [study.train[0]!.id], capture: "score" }),
        ).rejects.toMatchObject({ code: "candidate", message: expect.stringContaining("toy.instructions") as string });
      }
      const copy = saying(study, long("train")[0]!.input.word);
      await study.evaluate({ candidate: copy, split: "val", ids: study.val });
    });
    const data = { train: long("train"), val: long("val"), test: long("test") };
    const result = await compile(toy, toyTarget({ data, optimizer: leaking }));
    expect(result.evaluations).toBe(2);
    expect(result.remarks.join()).toContain("repeats words of a train row");
  });

  test("a demo does not answer its own example", async () => {
    const model = toyModel();
    const teaching = optimizer(async (study) => {
      const demo = study.labelledDemo("toy.demos", study.train[0]!)!;
      expect(demo).toMatchObject({ output: { code: "train0" }, source: study.train[0]!.id });
      expect(study.labelledDemo("toy.instructions", study.train[0]!)).toBeUndefined();
      const candidate = { ...study.baseline, "toy.demos": encodeDemos({ rows: [demo] }) };
      const ids = study.train.slice(0, 2).map(({ id }) => id);
      await study.evaluate({ candidate, split: "train", ids, capture: "score" });
    });
    await compile(toy, toyTarget({ optimizer: teaching, models: { default: model } }));
    const asked = model.requests.slice(8, 10).map(({ messages }) => messages.length);
    expect(asked[1]!).toBeGreaterThan(asked[0]!);
  });
});

describe("open: ask and tell by hand", () => {
  test("goes on where it was, and finish reports once", async () => {
    const { optimizer: _none, ...target } = toyTarget();
    const study = await open(toy, target);
    expect(study.remaining()).toBe(112);
    const candidate = saying(study, "skill 100");
    const { rows: told } = await study.evaluate({ candidate, split: "val", ids: study.val });
    expect(told.every(({ score, feedback }) => score === 1 && feedback === undefined)).toBe(true);
    expect((await study.generate("judge", { messages: [textMessage("user", "propose")] })).text).toMatch(/^skill/);
    const [result, again] = await Promise.all([study.finish(), study.finish()]);
    expect(result).toBe(again);
    expect(result).toMatchObject({ improved: true, end: "done", candidate });
    await expect(study.evaluate({ candidate, split: "val", ids: study.val })).rejects.toMatchObject({
      code: "run-ended",
    });
  });
});

describe("open: leaving", () => {
  const { optimizer: _none, ...target } = toyTarget();

  test("close gives the lock back, and the study goes on where it was left", async () => {
    const journal = memoryJournalStore();
    const model = toyModel({ latencyMs: () => 2 });
    const opened = { ...target, journal, models: { default: model } };
    const study = await open(toy, opened);
    await expect(open(toy, opened)).rejects.toMatchObject({ code: "locked" });
    const candidate = saying(study, "skill 100");
    const ask = { candidate, split: "val", ids: study.val } as const;
    void study.evaluate(ask);
    await Promise.all([study.close(), study.close()]);
    expect(model.inFlight).toBe(0);
    const ended = { code: "run-ended" };
    await expect(study.evaluate(ask)).rejects.toMatchObject(ended);
    await expect(study.finish()).rejects.toMatchObject({
      ...ended,
      message: expect.stringContaining("open it again") as string,
    });
    const sent = model.requests.length;
    const again = await open(toy, opened);
    await again.evaluate(ask);
    expect(model.requests.length).toBe(sent);
    const result = await again.finish();
    expect(result).toMatchObject({ improved: true, end: "done", candidate });
    await again.close();
    await (await open(toy, opened)).close();
  });

  test("close waits for a finish that was begun, and passes no verdict on it", async () => {
    const study = await open(toy, target);
    const finished = study.finish();
    await study.close();
    expect(await finished).toMatchObject({ end: "done" });
    expect(await study.finish()).toBe(await finished);
  });
});

describe("law 5: the user's own words", () => {
  test("a proposal may keep a val row's words that the instructions hold already; the user is told once", async () => {
    const words = Array.from({ length: 14 }, (_, i) => `own${i}`).join(" ");
    const owning = predict(shorthand("word -> code", { name: "toy", instructions: `skill 20. ${words}` }));
    const val = [{ input: { word: `${words} and more` }, expected: { code: "x" } }, ...rows.val];
    const proposing = optimizer(async (study) => {
      for (const text of [`skill 99. ${words}`, `skill 90. ${words}`])
        await study.evaluate({ candidate: saying(study, text), split: "val", ids: study.val });
      const more = study.evaluate({ candidate: saying(study, `${words} and`), split: "val", ids: study.val });
      await expect(more).rejects.toMatchObject({ code: "candidate" });
    });
    const { events, result } = start(owning, toyTarget({ data: { ...rows, val }, optimizer: proposing }));
    const types: string[] = [];
    for await (const event of events) types.push(event.type);
    const { improved, remarks } = await result;
    expect(improved).toBe(true);
    expect(types.slice(0, 2)).toEqual(["start", "remark"]);
    const told = remarks.filter((remark) => remark.includes("already holds words of val row"));
    expect(told).toEqual([expect.stringMatching(/^toy.instructions already holds .* reword toy.instructions/)]);
  });
});

describe("vary", () => {
  const small = toyModel({ modelId: "small" });
  const large = toyModel({ modelId: "large" });
  const models = { default: toyModel(), choices: { small, large } };

  test("a list is what is tried, its first the baseline's; the choice is what is called", async () => {
    const looking = optimizer(async (study) => {
      expect(Object.keys(study.space)).toEqual(["toy.instructions", "toy.model"]);
      expect(study.baseline["toy.model"]).toBe("small");
      expect(large.requests).toHaveLength(0);
      const candidate = { ...study.baseline, "toy.model": "large" };
      await study.evaluate({ candidate, split: "val", ids: study.val });
      await expect(
        study.evaluate({ candidate: { ...candidate, "toy.model": "huge" }, split: "val", ids: study.val }),
      ).rejects.toMatchObject({ code: "candidate" });
    });
    const vary = { "toy.model": ["small", "large"], "toy.demos": false };
    const result = await compile(toy, toyTarget({ models, vary, optimizer: looking }));
    expect(small.requests).toHaveLength(8 + 6);
    expect(large.requests).toHaveLength(8);
    expect(models.default.requests).toHaveLength(0);
    expect(Object.keys(result.candidate).sort()).toEqual(["toy.demos", "toy.instructions", "toy.model"]);
  });

  test("no optimizer widens the space, or asks for a sample that would meet another", async () => {
    const widening = optimizer(async (study) => {
      const { space } = study as unknown as { space: Record<string, { choices: string[]; initial: string }> };
      expect(() => space["toy.format"]!.choices.push("xml")).toThrow(TypeError);
      expect(() => (space["toy.format"]!.initial = "xml")).toThrow(TypeError);
      expect(() => (space["toy.more"] = space["toy.format"]!)).toThrow(TypeError);
      const ask = { candidate: study.baseline, split: "val", ids: study.val } as const;
      for (const sample of [-1, 0.5, 1000])
        await expect(study.evaluate({ ...ask, sample })).rejects.toThrow(/sample must be a whole number from 0 to 999/);
      await study.evaluate({ ...ask, sample: 999 });
    });
    const result = await compile(toy, toyTarget({ models, vary: { "toy.format": true }, optimizer: widening }));
    expect(result.evaluations).toBe(16);
  });

  test("true is every choice there is", async () => {
    const looking = optimizer((study) => {
      expect(study.space["model"]!.choices).toEqual(["default", "small", "large"]);
      expect(study.space["toy.format"]!.choices).toEqual(["json", "markers"]);
      return Promise.resolve();
    });
    const vary = { model: true, "toy.format": true, "toy.instructions": true };
    await compile(toy, toyTarget({ models, vary, optimizer: looking }));
  });

  test.each([
    [{ "toy.nothing": true }, /"toy.nothing" is no component/],
    [{ "toy.nothing": false }, /"toy.nothing" is no component that can be held still/],
    [{ "toy.format": ["xml"] }, /"xml" is no choice of toy.format; the choices are json, markers/],
    [{ "toy.format": [] }, /toy.format lists no value/],
    [{ "toy.format": "json" as unknown as string[] }, /toy.format must be true, false or a list of values, got string/],
    [{ "toy.model": ["medium"] }, /"medium" is no choice of toy.model; the choices are default, small, large/],
    [{ "toy.temperature": [0.7] as unknown as string[] }, /toy.temperature lists a number, .* write "0.7"/],
    [{ "toy.instructions": false, "toy.demos": false }, /nothing may vary/],
  ])("%j is refused", async (vary, message) => {
    await expect(compile(toy, toyTarget({ models, vary }))).rejects.toMatchObject({
      code: "config",
      message: expect.stringMatching(message) as string,
    });
  });
});

test("without a fingerprint the user is told what stands for the code", async () => {
  const none = optimizer(() => Promise.resolve());
  const { fingerprint: _none, ...target } = toyTarget({ optimizer: none });
  expect((await compile(toy, target)).remarks.join()).toContain("no fingerprint:");
  expect((await compile(toy, toyTarget({ optimizer: none }))).remarks.join()).not.toContain("no fingerprint:");
});

test("plan makes no call and checks like compile", async () => {
  const model = toyModel();
  const expected = await plan(toy, toyTarget({ models: { default: model }, budget: { evaluations: 100, usd: 1 } }));
  expect(expected).toMatchObject({ evaluations: 100, calls: 112, testRows: 6, unpriced: [] });
  expect(expected.usd).toBeGreaterThan(0);
  expect(model.requests).toHaveLength(0);
  await expect(plan(toy, toyTarget({ budget: {} }))).rejects.toMatchObject({ code: "config" });
});
