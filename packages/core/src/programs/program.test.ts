import { describe, expect, test } from "vitest";
import { z } from "zod";
import { evaluate } from "../judging/evaluate.ts";
import type { ScriptedModel } from "../testing/scripted-model.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import type { LanguageModel, Request } from "../values/language-model.ts";
import { textOf } from "../values/language-model.ts";
import { signature } from "../values/signature.ts";
import type { Span, Trace } from "../values/trace.ts";
import { moduleSpans, spansOf } from "../values/trace.ts";
import { describeSketch, spaceOf } from "./bind.ts";
import { predict } from "./predict.ts";
import { program } from "./program.ts";

const echo = (name: string): ReturnType<typeof make> => make(name);
function make(name: string) {
  return predict(
    signature({ name, instructions: name, input: z.object({ q: z.string() }), output: z.object({ a: z.string() }) }),
  );
}

/** Answers with the live input, after some time. */
function echoModel(latencyMs: (call: number) => number = () => 0): ScriptedModel {
  return scriptedModel(
    (request) => {
      const live = /\[\[ ## q ## \]\]\n(.*)/.exec(textOf(request.messages.at(-1)!))![1]!;
      return JSON.stringify({ a: `${live}:${request.sample ?? 0}` });
    },
    { latencyMs: (_request, call) => latencyMs(call) },
  );
}

/** The shape of a trace: paths in brackets, `*` for model calls. */
function shape(span: Span): string {
  if (span.kind === "lm") return "*";
  return `${span.path || "."}[${span.children.map(shape).join(" ")}]`;
}

describe("program", () => {
  const inner = program("inner", { query: echo("query"), answer: echo("answer") }, async (m, input: { q: string }) => {
    const { a } = await m.query(input);
    return m.answer({ q: a });
  });
  const outer = program("outer", { qa: inner, last: echo("last") }, async (m, input: { q: string; times: number }) => {
    const all = await Promise.all(Array.from({ length: input.times }, (_, i) => m.qa({ q: `${input.q}${i}` })));
    if (input.times > 2) return { a: all.map(({ a }) => a).join(" ") };
    return m.last({ q: all.map(({ a }) => a).join(" ") });
  });

  test("ids are paths of keys", () => {
    expect(Object.keys(spaceOf(outer))).toEqual([
      "qa.query.instructions",
      "qa.query.demos",
      "qa.answer.instructions",
      "qa.answer.demos",
      "last.instructions",
      "last.demos",
    ]);
    expect(
      describeSketch({ ...outerSketch() })
        .split("\n")
        .map((line) => line.trim()),
    ).toEqual([
      "outer [program]",
      "qa [program]",
      "query [predict]: q -> a",
      "answer [predict]: q -> a",
      "last [predict]: q -> a",
    ]);
  });

  function outerSketch() {
    const key = Object.getOwnPropertySymbols(outer)[0] as keyof typeof outer;
    return (outer[key] as unknown as { sketch: Parameters<typeof describeSketch>[0] }).sketch;
  }

  test("a key that cannot name components is refused", () => {
    expect(() => program("p", { "a.b": echo("x") }, (m, input: { q: string }) => m["a.b"](input))).toThrow(
      'program p: module key "a.b" must start with a letter',
    );
  });

  test("conditions and parallel calls make trees in the order of the calls", async () => {
    const traces: Trace[] = [];
    const run = outer.with({ lm: echoModel((call) => 3 - (call % 3)), onTrace: (trace) => traces.push(trace) });
    await run({ q: "x", times: 2 });
    await run({ q: "x", times: 3 });
    const qa = "qa[qa.query[*] qa.answer[*]]";
    expect(traces.map(shape)).toEqual([`.[${qa} ${qa} last[*]]`, `.[${qa} ${qa} ${qa}]`]);
    expect(moduleSpans(traces[1]!, "qa.query").map(({ input }) => input)).toEqual([
      { q: "x0" },
      { q: "x1" },
      { q: "x2" },
    ]);
    expect([...spansOf(traces[0]!)]).toHaveLength(13);
  });

  test("a failed call keeps its trace, and the error reaches the program", async () => {
    const traces: Trace[] = [];
    const fragile = program("fragile", { one: echo("one") }, async (m, input: { q: string }) => {
      try {
        return await m.one(input);
      } catch (error) {
        return { a: `caught ${(error as { code: string }).code}` };
      }
    });
    const lm = scriptedModel([{ finishReason: "refusal" }]);
    expect(await fragile.with({ lm, onTrace: (trace) => traces.push(trace) })({ q: "x" })).toEqual({
      a: "caught refusal",
    });
    expect(moduleSpans(traces[0]!, "one")[0]!.error?.code).toBe("refusal");
    expect(traces[0]!.error).toBeUndefined();
    const bare = scriptedModel([{ finishReason: "refusal" }]);
    await expect(echo("one").with({ lm: bare, onTrace: (trace) => traces.push(trace) })({ q: "x" })).rejects.toThrow(
      "one: the model refused",
    );
    expect(traces[1]).toMatchObject({ path: "one", error: { code: "refusal" } });
  });

  test("spans hold the components used, choices too", async () => {
    const traces: Trace[] = [];
    const candidate = {
      ...Object.fromEntries(Object.entries(spaceOf(inner)).map(([id, spec]) => [id, spec.initial])),
      "answer.format": "json",
    };
    await inner.with({ lm: echoModel(), candidate, onTrace: (trace) => traces.push(trace) })({ q: "x" });
    expect(moduleSpans(traces[0]!, "answer")[0]!.components).toEqual({
      "answer.instructions": "answer",
      "answer.demos": '{"rows":[]}',
      "answer.format": "json",
    });
    expect(traces[0]!.components).toEqual(candidate);
  });

  test("64 concurrent calls with their own candidates and models never mix", async () => {
    const results = await Promise.all(
      Array.from({ length: 64 }, async (_, i) => {
        const lm: LanguageModel = {
          ...echoModel((call) => (i * 7 + call) % 5),
          modelId: `m${i}`,
        };
        const traces: Trace[] = [];
        const candidate = Object.fromEntries(
          Object.keys(spaceOf(outer)).map((id) => [id, id.endsWith("demos") ? '{"rows":[]}' : `c${i}`]),
        );
        const { a } = await outer.with({ lm, candidate, onTrace: (trace) => traces.push(trace) })({
          q: `in${i}-`,
          times: 3,
        });
        const calls = [...spansOf(traces[0]!)].filter((span) => span.kind === "lm");
        return { a, calls, i };
      }),
    );
    for (const { a, calls, i } of results) {
      expect(a).toBe([0, 1, 2].map((j) => `in${i}-${j}:0:0`).join(" "));
      expect(calls).toHaveLength(6);
      expect(new Set(calls.map(({ model }) => model))).toEqual(new Set([`scripted/m${i}`]));
      expect(calls.every(({ messages }) => textOf(messages[0]!).startsWith(`c${i}\n`))).toBe(true);
    }
  });
});

describe("sample indexes", () => {
  const samples = (requests: readonly Request[]): number[] => requests.map(({ sample }) => sample ?? 0);
  const loop = program("loop", { ask: echo("ask") }, async (m, input: { q: string }) => {
    const all: string[] = [];
    for (let i = 0; i < 3; i++) all.push((await m.ask(input)).a);
    return { a: all.join(" ") };
  });
  const nested = program("nested", { loop }, async (m, input: { q: string }) => {
    const all = await Promise.all([m.loop(input), m.loop(input), m.loop(input)]);
    return { a: all.map(({ a }) => a).join(" ") };
  });

  test("a loop that asks the same thing three times gets three, the same on each run", async () => {
    const lm = echoModel();
    const run = loop.with({ lm });
    const first = await run({ q: "x" });
    expect(samples(lm.calls)).toEqual([0, 1000, 2000]);
    expect(await run({ q: "x" })).toEqual(first);
    expect(samples(lm.calls).slice(3)).toEqual([0, 1000, 2000]);
  });

  test("an input is equal whatever the order of its keys", async () => {
    const two = program("two", { ask: echo("ask") }, async (m, _input: { q: string }) => {
      const one = await m.ask({ q: "x", z: 1 } as { q: string });
      return { a: `${one.a} ${(await m.ask({ z: 1, q: "x" } as unknown as { q: string })).a}` };
    });
    expect(await two.with({ lm: echoModel() })({ q: "" })).toEqual({ a: "x:0 x:1000" });
  });

  test("parallel nested loops get nine, whatever the latencies", async () => {
    const outputs = new Set<string>();
    for (const latency of [() => 0, (call: number) => call % 4, (call: number) => (call * 7) % 5]) {
      const lm = echoModel(latency);
      outputs.add((await nested.with({ lm })({ q: "x" })).a);
      expect(new Set(samples(lm.calls)).size).toBe(9);
    }
    expect(outputs.size).toBe(1);
  });

  test("the ask's sample shifts them all, and two samples share none", async () => {
    const of = async (sample: number): Promise<number[]> => {
      const lm = echoModel();
      await evaluate(nested, { data: [{ input: { q: "x" } }], lm, metric: () => 1, sample });
      return samples(lm.calls);
    };
    const all = [...(await of(0)), ...(await of(1)), ...(await of(2))];
    expect(new Set(all).size).toBe(27);
  });
});

describe("signals", () => {
  const slow: LanguageModel = {
    ...echoModel(),
    generate: (_request, options) =>
      new Promise((_resolve, reject) =>
        options?.signal?.addEventListener("abort", () => reject(options.signal!.reason as Error)),
      ),
  };
  const impatient = program("impatient", { ask: echo("ask") }, async (m, input: { q: string }) => {
    const abort = new AbortController();
    const asked = m.ask(input, { signal: abort.signal });
    setTimeout(() => abort.abort(new Error("too slow")), input.q === "late" ? 2 : 0);
    return asked.catch((error: unknown) => ({ a: (error as Error).message }));
  });

  test("a program may give up one call, also within an evaluation, where the call is shared", async () => {
    expect(await impatient.with({ lm: slow })({ q: "x" })).toEqual({ a: "too slow" });
    const hangs: LanguageModel = { ...slow, generate: () => new Promise(() => {}) };
    const { rows } = await evaluate(impatient, {
      data: [{ input: { q: "late" } }],
      lm: hangs,
      metric: ({ output }) => (output.a === "too slow" ? 1 : 0),
    });
    expect(rows[0]!.score).toBe(1);
  });

  test("the caller's signal reaches every call", async () => {
    const abort = new AbortController();
    const calls = echo("ask").with({ lm: slow })({ q: "x" }, { signal: abort.signal });
    setTimeout(() => abort.abort(new Error("stop")));
    await expect(calls).rejects.toThrow("stop");
    // An aborted caller asks nothing.
    const lm = echoModel();
    await expect(echo("ask").with({ lm })({ q: "x" }, { signal: abort.signal })).rejects.toThrow("stop");
    expect(lm.calls).toHaveLength(0);
  });
});
