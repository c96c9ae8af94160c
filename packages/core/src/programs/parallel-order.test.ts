import { describe, expect, test, vi } from "vitest";
import { rng } from "../ground/rng.ts";
import { evaluate } from "../judging/evaluate.ts";
import { scoreRow } from "../judging/score-row.ts";
import type { Row } from "../judging/score-row.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { toExamples } from "../values/example.ts";
import type { Request } from "../values/language-model.ts";
import { textOf } from "../values/language-model.ts";
import { shorthand } from "../values/shorthand.ts";
import { moduleSpans, spansOf } from "../values/trace.ts";
import { boundFrame } from "./bind.ts";
import { createGateway, recording } from "./gateway.ts";
import { createMeter } from "./meter.ts";
import type { AnyModule } from "./module.ts";
import { predict } from "./predict.ts";
import { program } from "./program.ts";
import { react } from "./react.ts";
import { RowCalls, toolPatienceMs } from "./row-calls.ts";
import { tool } from "./tool.ts";
import { z } from "zod";

const step = predict(shorthand("word -> code", { name: "step" }));

/** Two chains side by side, which ask the same thing at their ends. */
const chains = program("chains", { left: step, right: step, last: step }, async (m, input: { word: string }) => {
  const chain = async (side: "left" | "right"): Promise<string> => {
    const { code } = await m[side]({ word: `${input.word} ${side}` });
    await m[side]({ word: `${code} ${side}` });
    return (await m.last({ word: "same" })).code;
  };
  const codes = await Promise.all([chain("left"), chain("right")]);
  return { codes };
});

/** One branch fails while the other has calls to make. */
const failing = program("failing", { left: step, right: step }, async (m, input: { word: string }) => {
  const broken = async (): Promise<void> => void (await m.left({ word: `refuse ${input.word}` }));
  const longer = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) await m.right({ word: `${input.word}${i}` });
  };
  await Promise.all([broken(), longer()]);
  return {};
});

let random = rng(0, "latency");

const agent = react(shorthand("word -> code", { name: "agent" }), {
  tools: {
    look: tool({
      description: "looks",
      arguments: z.object({ word: z.string() }),
      run: async ({ word }) => {
        await new Promise((resolve) => setTimeout(resolve, random.int(12)));
        return word;
      },
    }),
  },
});
const agents = program("agents", { agent, last: step }, async (m, _input: { word: string }) => {
  const one = async (word: string): Promise<string> => {
    await m.agent({ word });
    return (await m.last({ word: "same" })).code;
  };
  return { codes: await Promise.all([one("slow"), one("fast")]) };
});

async function rowOf(module: AnyModule, seed: number): Promise<{ row: Row; keys: string[] }> {
  random = rng(seed, "latency");
  const lm = scriptedModel(
    (request) => {
      const said = textOf(request.messages.at(-1)!);
      const sample = request.sample ?? 0;
      if (said.includes("refuse")) return { text: "no", finishReason: "refusal" };
      if (request.tools === undefined) return JSON.stringify({ code: `c${said.length}s${sample}` });
      const word = request.messages.some((message) => textOf(message).includes("slow")) ? "slow" : "fast";
      return request.messages.at(-1)!.role === "tool"
        ? { finishReason: "tool-calls", toolCalls: [{ id: "2", name: "finish", arguments: { code: word } }] }
        : { finishReason: "tool-calls", toolCalls: [{ id: "1", name: "look", arguments: { word } }] };
    },
    { latencyMs: () => random.int(6) },
  );
  const keys = new Set<string>();
  const row = await scoreRow({
    module,
    frame: boundFrame(module, { lm }),
    example: toExamples([{ input: { word: "w" } }])[0]!,
    metric: { score: () => 1, range: [0, 1] } as never,
    gateway: recording(createGateway({ meter: createMeter({}) }), keys),
    signal: undefined,
    sample: 0,
    seed: 0,
    address: ["row"],
  });
  // What happens later must not show.
  return { row: structuredClone(row), keys: [...keys].sort() };
}

describe("calls that run side by side", () => {
  test.each([
    ["chains", chains],
    ["failing", failing],
    ["agents", agents],
  ])("%s: trace, samples and calls do not depend on latencies", async (_name, module: AnyModule) => {
    const first = await rowOf(module, 0);
    for (let seed = 1; seed < 12; seed++) expect(await rowOf(module, seed)).toEqual(first);
  });

  test("the row waits for what a failed program left running", async () => {
    const { row } = await rowOf(failing, 1);
    expect(row.failure?.code).toBe("refusal");
    expect(moduleSpans(row.trace!, "right")).toHaveLength(3);
    expect([...spansOf(row.trace!)].filter((span) => span.kind === "lm" && span.text === undefined)).toEqual([]);
  });
});

/** A row of `module`, its models' latencies given. */
async function outputOf(module: AnyModule, latencyMs: (tools: readonly string[]) => number): Promise<unknown> {
  const call = (name: string, args: Readonly<Record<string, unknown>> = {}) => ({
    finishReason: "tool-calls" as const,
    toolCalls: [{ id: name, name, arguments: args }],
  });
  const names = (request: Request): string[] => (request.tools ?? []).map(({ name }) => name);
  const lm = scriptedModel(
    (request) => {
      const tools = names(request).filter((name) => name !== "finish");
      const steps = request.messages.filter(({ role }) => role === "tool").length;
      if (tools.length === 0) return JSON.stringify({ code: "plain" });
      return steps < tools.length ? call(tools[steps]!) : call("finish", { code: "done" });
    },
    { latencyMs: (request) => latencyMs(names(request)) },
  );
  const result = await evaluate(module, {
    data: [{ input: { word: "w" } }],
    lm,
    metric: () => 1,
  });
  return result.rows[0]!.trace!.output;
}

/** Runs `work` while the patience with tools passes five times a second. */
async function impatiently<T>(work: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  let over = false;
  const hurry = (): void => {
    if (over) return;
    vi.advanceTimersByTime(toolPatienceMs);
    setTimeout(hurry, 200);
  };
  setTimeout(hurry, 200);
  try {
    return await work();
  } finally {
    over = true;
    vi.useRealTimers();
  }
}

describe("branches that wait for each other within tools", () => {
  const none = z.object({});

  test("a tool that waits for a message of another agent's second step gets it", async () => {
    const box = Promise.withResolvers<string>();
    const receive = tool({ description: "", arguments: none, run: () => box.promise });
    const look = tool({ description: "", arguments: none, run: () => "seen" });
    const send = tool({
      description: "",
      arguments: none,
      run: () => {
        box.resolve("hello");
        return "sent";
      },
    });
    const two = program(
      "two",
      {
        receiver: react(shorthand("word -> code", { name: "receiver" }), { tools: { receive } }),
        sender: react(shorthand("word -> code", { name: "sender" }), { tools: { look, send } }),
      },
      async (m, input: { word: string }) => ({ codes: await Promise.all([m.receiver(input), m.sender(input)]) }),
    );
    const told = await impatiently(() => outputOf(two, (tools) => (tools.includes("receive") ? 1 : 20)));
    expect(told).toEqual({ codes: [{ code: "done" }, { code: "done" }] });
  });

  test("a lock shared by a tool and by module calls is given back", async () => {
    let chain: Promise<unknown> = Promise.resolve();
    const locked = <T>(work: () => Promise<T>): Promise<T> => {
      const mine = chain.then(work);
      chain = mine.catch(() => {});
      return mine;
    };
    const look = tool({ description: "", arguments: none, run: () => locked(() => Promise.resolve("v")) });
    const looking = react(shorthand("word -> code", { name: "agent" }), { tools: { look } });
    const both = program("both", { agent: looking, b: step, c: step }, async (m, input: { word: string }) => {
      const other = locked(async () => m.c({ word: (await m.b(input)).code }));
      return { codes: await Promise.all([m.agent(input), other]) };
    });
    const told = await impatiently(() => outputOf(both, (tools) => (tools.length > 0 ? 1 : 20)));
    expect(told).toEqual({ codes: [{ code: "done" }, { code: "plain" }] });
  });

  test("a model call is waited for, however long it takes; a tool that was passed comes in later", () =>
    impatiently(async () => {
      const calls = new RowCalls();
      const order: string[] = [];
      const slow = Promise.withResolvers<string>();
      const stuck = Promise.withResolvers<string>();
      const note = (name: string) => () => void order.push(name);
      const handed = [
        calls.inOrder(stuck.promise, true).then(note("tool")),
        calls.inOrder(slow.promise).then(note("slow")),
        calls.inOrder(Promise.resolve("b")).then(note("quick")),
      ];
      await new Promise((resolve) => setTimeout(resolve, 700));
      expect(order).toEqual([]);
      slow.resolve("a");
      await Promise.all(handed.slice(1));
      expect(order).toEqual(["slow", "quick"]);
      stuck.resolve("t");
      await handed[0];
      expect(order).toEqual(["slow", "quick", "tool"]);
    }));
});
