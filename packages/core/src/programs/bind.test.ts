import { describe, expect, test } from "vitest";
import { z } from "zod";
import { scriptedModel } from "../testing/scripted-model.ts";
import { baselineOf } from "../values/component.ts";
import type { Models } from "../values/language-model.ts";
import { signature } from "../values/signature.ts";
import type { Trace } from "../values/trace.ts";
import { frameOf, optionalSpaceOf, spaceOf } from "./bind.ts";
import { predict } from "./predict.ts";
import { program } from "./program.ts";
import { text, tune } from "./tune.ts";

const make = (name: string) =>
  predict(
    signature({ name, instructions: name, input: z.object({ q: z.string() }), output: z.object({ a: z.string() }) }),
    { temperature: 0.2, maxTokens: 50 },
  );
const both = program("both", { one: make("x"), two: make("y") }, async (m, input: { q: string }) => {
  await m.one(input);
  return m.two(input);
});
const model = (modelId: string) =>
  scriptedModel((request) => (request.output === undefined ? "[[ ## a ## ]]\nz" : '{"a":"z"}'), { modelId });
const candidate = baselineOf(spaceOf(both));

describe("with", () => {
  const lm = model("default");
  test.each([
    [{ lm, candidate: {} }, "candidate", "both: component one.instructions must be a string, got nothing"],
    [{ lm, candidate: { ...candidate, "one.demos": "[]" } }, "candidate", "component one.demos is not allowed"],
    [{ lm, candidate: { ...candidate, "three.demos": "" } }, "candidate", '"three.demos", which is no component'],
    [{ lm, candidate: { ...candidate, "one.format": "xml" } }, "candidate", "none of its choices: json, markers"],
    [{ lm, candidate: { ...candidate, "one.temperature": "3" } }, "candidate", "expected a number in [0, 2]"],
    [
      { lm, candidate: { ...candidate, "one.model": "big" } },
      "candidate",
      'component one.model names the model "big", which is not given (given: default); give it',
    ],
    [{ lm, candidate: { ...candidate, model: "big" } }, "candidate", 'component model names the model "big"'],
    [{}, "config", "both.with: expected a model, got none"],
    [{ lm: undefined }, "config", "expected a model, got none"],
    [{ models: {} }, "config", "expected a model, got none"],
    [null, "config", "both.with: expected { lm } or { models }, got null"],
    [undefined, "config", "got undefined"],
  ])("refuses binding %#", (binding, code, message) => {
    let thrown: unknown;
    try {
      both.with(binding as never);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code, message: expect.stringContaining(message) as string });
  });

  test("a candidate is copied and frozen", async () => {
    const mine: Record<string, string> = { ...candidate, "one.instructions": "first" };
    const frame = frameOf(both, { default: lm }, mine);
    expect(Object.isFrozen(frame.candidate)).toBe(true);
    const asked = model("m");
    const bound = both.with({ lm: asked, candidate: mine });
    mine["one.instructions"] = "changed";
    await bound({ q: "x" });
    expect(JSON.stringify(asked.calls[0]!.messages)).toContain("first");
  });

  test("each module keeps to its own model, format and temperature; the program's model is for the rest", async () => {
    const models = {
      default: model("default"),
      choices: { small: model("small"), large: model("large") },
    } satisfies Models;
    const traces: Trace[] = [];
    const chosen = {
      ...candidate,
      model: "small",
      "two.model": "large",
      "two.format": "markers",
      "two.temperature": "0.7",
    };
    await both.with({ models, candidate: chosen, onTrace: (trace) => traces.push(trace) })({ q: "x" });
    expect(models.default.calls).toHaveLength(0);
    expect(models.choices.small.calls[0]).toMatchObject({ temperature: 0.2, maxTokens: 50, output: { name: "x" } });
    expect(models.choices.large.calls[0]).toMatchObject({ temperature: 0.7, maxTokens: 50 });
    expect(models.choices.large.calls[0]!.output).toBeUndefined();
    expect(traces[0]!.components).toEqual(chosen);
    await both.with({ models, candidate: { ...chosen, "two.model": "default" } })({ q: "x" });
    expect(models.default.calls).toHaveLength(1);
  });

  test("what may vary names the models that are given", () => {
    const optional = optionalSpaceOf(both, { default: lm, choices: { small: lm } });
    expect(Object.keys(optional)).toEqual([
      "model",
      ...["one", "two"].flatMap((key) => [`${key}.model`, `${key}.format`, `${key}.temperature`]),
    ]);
    expect(optional["two.model"]!.choices).toEqual(["default", "small"]);
  });
});

describe("tune", () => {
  async function answer(texts: { prompt: string }, input: { n: number }): Promise<string> {
    return `${texts.prompt} ${input.n}`;
  }
  test("hands the candidate's texts to the function, without a model", async () => {
    const tuned = tune(answer, { prompt: text("count to", { role: "the prompt" }) });
    expect([tuned.name, spaceOf(tuned)]).toEqual([
      "answer",
      { prompt: { kind: "text", initial: "count to", role: "the prompt" } },
    ]);
    expect(await tuned.with({})({ n: 3 })).toBe("count to 3");
    expect(await tuned.with({ candidate: { prompt: "say" } })({ n: 3 })).toBe("say 3");
  });

  test("a text may be called model, and a rejected text is an error at with", async () => {
    const tuned = tune(async (texts, _input: string) => texts.model, {
      model: text("small", { reject: (value) => (value === "" ? "it is empty" : undefined) }),
    });
    expect(await tuned.with({ candidate: { model: "any text" } })("x")).toBe("any text");
    expect(() => tuned.with({ candidate: { model: "" } })).toThrow(
      "tuned: component model is not allowed: it is empty",
    );
    expect(() => tune(answer, { "a.b": text("") } as never)).toThrow('tune: "a.b" cannot name a component');
  });

  test("its signal is the caller's", async () => {
    const { signal } = new AbortController();
    const tuned = tune(async (_texts, _input: null, context) => context.signal, { prompt: text("") });
    expect(await tuned.with({})(null, { signal })).toBe(signal);
  });
});
