import { describe, expect, test } from "vitest";
import { z } from "zod";
import { CultivarError } from "../ground/errors.ts";
import { scoreRow } from "../judging/score-row.ts";
import type { Row } from "../judging/score-row.ts";
import type { ScriptedModel, ScriptedReply } from "../testing/scripted-model.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { toExamples } from "../values/example.ts";
import type { Request, ToolCall } from "../values/language-model.ts";
import { textOf } from "../values/language-model.ts";
import { signature } from "../values/signature.ts";
import type { ToolSpan, Trace } from "../values/trace.ts";
import { spansOf } from "../values/trace.ts";
import { frameOf, spaceOf } from "./bind.ts";
import type { CallRecord, Gateway } from "./gateway.ts";
import { definition } from "./module.ts";
import { createGateway } from "./gateway.ts";
import { createMeter } from "./meter.ts";
import { predict } from "./predict.ts";
import { react } from "./react.ts";
import type { Tool } from "./tool.ts";
import { tool } from "./tool.ts";

const Answer = signature({
  name: "agent",
  instructions: "Find out.",
  input: z.object({ question: z.string(), limit: z.number().default(3) }),
  output: z.object({ answer: z.string(), sure: z.number() }),
});
const search = tool({
  description: "Search.",
  arguments: z.object({ query: z.string() }),
  run: ({ query }) => (query === "broken" ? Promise.reject(new Error("no index")) : [`about ${query}`]),
});
const make = (tools: Readonly<Record<string, Tool>> = { search }, maxSteps = 4) => react(Answer, { tools, maxSteps });

type Step = readonly [name: string, args: unknown][];

/** Both ways of speaking, from the same script of steps. */
const speakers: [string, (steps: readonly Step[]) => ScriptedModel][] = [
  [
    "native",
    (steps) =>
      scriptedModel(
        steps.map((calls): ScriptedReply => ({
          finishReason: "tool-calls",
          toolCalls: calls.map(([name, args], i): ToolCall => ({ id: `c${i}`, name, arguments: args })),
        })),
      ),
  ],
  [
    "structured",
    (steps) =>
      scriptedModel(
        steps.map(([call]) =>
          call === undefined ? "hm" : JSON.stringify({ thought: "t", call: { tool: call[0], arguments: call[1] } }),
        ),
        { capabilities: { tools: false } },
      ),
  ],
];

const finish: Step = [["finish", { answer: "a", sure: 1 }]];
const done = { answer: "a", sure: 1 };
const lastText = (lm: ScriptedModel): string => textOf(lm.calls.at(-1)!.messages.at(-1)!);

describe.each(speakers)("react, %s", (kind, speak) => {
  test.each<[string, Step, string]>([
    ["a result", [["search", { query: "x" }]], '["about x"]'],
    ["a tool that throws", [["search", { query: "broken" }]], "Error: no index"],
    ["arguments that do not fit", [["search", { query: 1 }]], "Error: the arguments do not fit: query:"],
    ["an unknown tool", [["find", {}]], 'Error: there is no tool "find"; the tools are search, finish'],
    ["a name every object has", [["constructor", {}]], 'Error: there is no tool "constructor"'],
    ["a finish that does not fit", [["finish", { answer: "a" }]], "Error: the final answer does not fit: sure:"],
    ["a finish with nothing", [["finish", {}]], "Error: the final answer does not fit:"],
    ["no call", [], "You called no tool."],
  ])("%s is an observation", async (_name, step, observation) => {
    const lm = speak([step, finish]);
    expect(await make().with({ lm })({ question: "q" })).toEqual(done);
    expect(lastText(lm)).toContain(observation);
    const assistant = lm.calls[1]!.messages.at(-2)!;
    expect(assistant.role).toBe("assistant");
    expect(textOf(assistant) !== "" || assistant.toolCalls!.length > 0).toBe(true);
  });

  test("says the task, the input as read, and never asks for another reply form", async () => {
    const lm = speak([finish]);
    await make().with({ lm })({ question: "why?" });
    const [system, user] = lm.calls[0]!.messages.map(textOf);
    expect(system).toMatch(/^Find out\.\n\nWork step by step/);
    expect(user).toContain("why?");
    expect(user).toContain("[[ ## limit ## ]]\n3");
    expect(user).not.toContain("Reply with");
    const mute = react(signature({ ...Answer, instructions: "" }), { tools: {} });
    const other = speak([finish]);
    await mute.with({ lm: other })({ question: "why?" });
    expect(textOf(other.calls[0]!.messages[0]!)).toMatch(/^Given question and limit, give answer and sure\./);
  });

  test("a finish is read as leniently as any reply", async () => {
    expect(await make().with({ lm: speak([[["finish", { Answer: "a", sure: "1" }]]]) })({ question: "q" })).toEqual(
      done,
    );
  });

  test("the step limit, cut replies and unfit input are typed", async () => {
    const steps: Step[] = Array.from({ length: 5 }, () => [["search", { query: "x" }]]);
    const lm = speak(steps);
    await expect(make().with({ lm })({ question: "q" })).rejects.toMatchObject({ code: "step-limit" });
    expect(lm.calls).toHaveLength(4);
    const cut = scriptedModel([{ finishReason: "length" }], { capabilities: { tools: kind === "native" } });
    await expect(make().with({ lm: cut })({ question: "q" })).rejects.toMatchObject({ code: "truncated" });
    await expect(make().with({ lm: speak([]) })({ question: 1 as never })).rejects.toMatchObject({ code: "program" });
  });

  test("what the world or the run does to a module within a tool ends the call", async () => {
    for (const code of ["auth", "transport"] as const) {
      const lost = tool({
        description: "",
        arguments: z.object({}),
        run: () => Promise.reject(new CultivarError(code, "x")),
      });
      const lm = speak([[["lost", {}]], finish]);
      await expect(make({ lost }).with({ lm })({ question: "q" })).rejects.toMatchObject({ code });
    }
  });

  test("the trace shows steps and tools", async () => {
    const traces: Trace[] = [];
    const lm = speak([[["search", { query: "x" }]], [["search", { query: "broken" }]], finish]);
    await make().with({ lm, onTrace: (trace) => traces.push(trace) })({ question: "q" });
    const tools = [...spansOf(traces[0]!)].filter((span): span is ToolSpan => span.kind === "tool");
    expect(tools).toMatchObject([
      { path: "agent.tools.search", input: { query: "x" }, output: ["about x"] },
      { path: "agent.tools.search", error: { code: "program", message: "no index" } },
    ]);
    expect(traces[0]!.children.map((span) => span.kind)).toEqual(["lm", "tool", "lm", "tool", "lm"]);
  });

  test("tool descriptions are components", async () => {
    const space = spaceOf(make());
    expect(Object.keys(space)).toEqual(["agent.instructions", "agent.tools.search.description"]);
    const lm = speak([finish]);
    const candidate = { "agent.instructions": "i", "agent.tools.search.description": "Look it up." };
    await make().with({ lm, candidate })({ question: "q" });
    expect(JSON.stringify(lm.calls[0])).toContain("Look it up.");
  });
});

test("several native calls in one reply are each answered", async () => {
  const lm = speakers[0]![1]([
    [
      ["search", { query: "x" }],
      ["find", {}],
      ["finish", {}],
    ],
    finish,
  ]);
  await make().with({ lm })({ question: "q" });
  const answers = lm.calls[1]!.messages.filter(({ role }) => role === "tool");
  expect(answers.map(({ toolCallId }) => toolCallId)).toEqual(["c0", "c1", "c2"]);
});

test("declarations that cannot work are refused", () => {
  expect(() => make({ finish: search })).toThrow('react(agent): "finish" cannot name a tool');
  expect(() => make({ "a b": search })).toThrow('"a b" cannot name a tool');
  expect(() => make({ search }, 0)).toThrow("maxSteps must be a whole number of at least 1, got 0");
  expect(() => make({ odd: tool({ description: "", arguments: z.string(), run: () => 1 }) })).toThrow(
    "tool odd: arguments must be",
  );
});

describe("in a run", () => {
  const [example] = toExamples([{ input: { question: "q" } }]) as [{ id: string; input: { question: string } }];
  const module = (tools: Readonly<Record<string, Tool>>) => make(tools, 6);
  const runRow = (tools: Readonly<Record<string, Tool>>, lm: ScriptedModel, gateway: Gateway): Promise<Row> =>
    scoreRow({
      module: module(tools),
      frame: frameOf(module(tools), { default: lm }, undefined),
      example,
      metric: { score: ({ output }) => ((output as { answer: string }).answer.length > 0 ? 1 : 0), range: [0, 1] },
      gateway,
      signal: undefined,
      sample: 0,
      seed: 0,
      address: ["row"],
    });

  /** Calls the tool twice with equal arguments, then answers with what it saw: different results, other requests. */
  const agentModel = (): ScriptedModel =>
    scriptedModel((request: Request): ScriptedReply => {
      const seen = request.messages.filter(({ role }) => role === "tool").map(textOf);
      const call: Step[number] = seen.length < 2 ? ["roll", {}] : ["finish", { answer: seen.join(" then "), sure: 1 }];
      return { finishReason: "tool-calls", toolCalls: [{ id: `c${seen.length}`, name: call[0], arguments: call[1] }] };
    });

  test("killed anywhere between two tool calls that answer differently each time, the resumed run uses the journaled results", async () => {
    let rolled = 0;
    const roll = tool({ description: "", arguments: z.object({}), run: () => `roll ${++rolled}` });
    const whole: CallRecord[] = [];
    const keep =
      (records: CallRecord[]) =>
      (record: CallRecord): Promise<void> => {
        records.push(JSON.parse(JSON.stringify(record)) as CallRecord);
        return Promise.resolve();
      };
    const first = await runRow({ roll }, agentModel(), createGateway({ meter: createMeter({}), append: keep(whole) }));
    expect((first.trace!.output as { answer: string }).answer).toBe("roll 1 then roll 2");
    expect(whole.map(({ type }) => type).join(" ")).toBe("intent reply tool intent reply tool intent reply");
    for (let kept = 0; kept <= whole.length; kept++) {
      rolled = 100 * (kept + 1);
      const earlier = whole.slice(0, kept);
      const lm = agentModel();
      const records: CallRecord[] = [];
      const row = await runRow({ roll }, lm, createGateway({ meter: createMeter({}), append: keep(records), earlier }));
      const known = earlier.filter(({ type }) => type === "tool").length;
      const fresh = [1, 2].slice(0, 2 - known).map((n) => 100 * (kept + 1) + n);
      const rolls = [...[1, 2].slice(0, known), ...fresh];
      expect((row.trace!.output as { answer: string }).answer).toBe(rolls.map((n) => `roll ${n}`).join(" then "));
      // No journaled call is paid for again.
      expect(lm.calls).toHaveLength(3 - earlier.filter(({ type }) => type === "reply").length);
    }
  });

  test("a bound module that a tool calls keeps its candidate and model, is metered, and stays out of the trace", async () => {
    const helper = predict(
      signature({
        name: "agent",
        instructions: "own",
        input: z.object({ q: z.string() }),
        output: z.object({ a: z.string() }),
      }),
    );
    const small = scriptedModel(() => '{"a":"helped"}', { modelId: "small" });
    const candidate = { "agent.instructions": "mine alone", "agent.demos": '{"rows":[]}' };
    const helped = helper.with({ lm: small, candidate });
    const roll = tool({ description: "", arguments: z.object({}), run: () => helped({ q: "?" }) });
    const records: CallRecord[] = [];
    const meter = createMeter({});
    const append = (record: CallRecord): Promise<void> => {
      records.push(record);
      return Promise.resolve();
    };
    const lm = agentModel();
    const row = await runRow({ roll }, lm, createGateway({ meter, append }));
    expect(row.score).toBe(1);
    expect(small.calls.map(({ messages }) => textOf(messages[0]!).split("\n")[0])).toEqual([
      "mine alone",
      "mine alone",
    ]);
    // The same question twice: two samples.
    expect(new Set(small.calls.map(({ sample = 0 }) => sample)).size).toBe(2);
    expect(lm.calls.every(({ messages }) => textOf(messages[0]!).startsWith("Find out."))).toBe(true);
    expect(meter.spend().calls).toBe(5);
    expect(records.filter(({ type }) => type === "reply")).toHaveLength(5);
    const models = [...spansOf(row.trace!)].flatMap((span) => (span.kind === "lm" ? [span.model] : []));
    expect(models).toEqual(Array(3).fill("scripted/scripted"));
    // Replayed: nothing is asked again.
    const again = agentModel();
    const replay = await runRow({ roll }, again, createGateway({ meter: createMeter({}), earlier: records }));
    expect(replay).toEqual(row);
    expect([again.calls.length, small.calls.length]).toEqual([0, 2]);
  });

  test("a tool is done once the calls that it left running are", async () => {
    const slow = scriptedModel((_request, call) => (call === 0 ? "unreadable" : '{"a":"late"}'), {
      latencyMs: () => 15,
    });
    const helper = predict(
      signature({ name: "helper", input: z.object({ q: z.string() }), output: z.object({ a: z.string() }) }),
    ).with({ lm: slow });
    const run = (): string => {
      void helper({ q: "?" });
      return "rolled";
    };
    const lm = speakers[0]![1]([[["roll", {}]], finish]);
    const gateway = createGateway({ meter: createMeter({}) });
    await runRow({ roll: tool({ description: "", arguments: z.object({}), run }) }, lm, gateway);
    expect(slow.calls).toHaveLength(2);
  });
});

test("the settings of a react module are in its fingerprint", () => {
  const declared = signature({ name: "a", input: z.object({ q: z.string() }), output: z.object({ a: z.string() }) });
  const of = (settings: { temperature?: number; maxTokens?: number }): string =>
    react(declared, { tools: {}, ...settings })[definition].fingerprint;
  expect(new Set([of({}), of({ temperature: 0 }), of({ temperature: 1 }), of({ maxTokens: 5 })]).size).toBe(4);
});
