import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Anthropic from "@anthropic-ai/sdk";
import type { Message, Request } from "@cultivar/core";
import { textMessage, textOf } from "@cultivar/core";
import OpenAI from "openai";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { logicalKey, simulated, ticketRouting } from "../simulated/index.ts";
import { layouts } from "../simulated/fixtures/layouts.ts";
import { serveSimulated } from "./index.ts";
import type { ServeOptions, SimulatedServer } from "./index.ts";

const options = { world: "ticket-routing", noise: 0.3, seed: 4 } as const;
const module = ticketRouting.program.modules[0]!;
const rows = ticketRouting.examples(12, 2);
const demos = ticketRouting.examples(2, 3).map((row) => ({ input: row.input, output: row.expected }));
const open: SimulatedServer[] = [];
let server: SimulatedServer;
let openai: OpenAI;
let anthropic: Anthropic;

async function serve(more: Partial<ServeOptions> = {}): Promise<SimulatedServer> {
  const started = await serveSimulated({ ...options, port: 0, ...more });
  open.push(started);
  return started;
}

const openaiAt = (url: string): OpenAI => new OpenAI({ baseURL: `${url}/v1`, apiKey: "any", maxRetries: 0 });
const anthropicAt = (url: string): Anthropic => new Anthropic({ baseURL: url, apiKey: "any", maxRetries: 0 });

beforeAll(async () => {
  server = await serveSimulated({ ...options, port: 0 });
  openai = openaiAt(server.url);
  anthropic = anthropicAt(server.url);
});
afterAll(() => server.close());
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** What strict mode does to a schema: everything required, optional fields nullable, nothing additional. */
function strict(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const properties = Object.entries(schema["properties"] as Record<string, Record<string, unknown>>);
  return {
    additionalProperties: false,
    required: properties.map(([name]) => name).toReversed(),
    properties: Object.fromEntries(properties.map(([name, field]) => [name, { anyOf: [field, { type: "null" }] }])),
    type: "object",
  };
}

const headers = (sample: number): { headers: Record<string, string> } => ({
  headers: { "x-sample-index": String(sample) },
});
const systemOf = (messages: readonly Message[]): string =>
  messages
    .filter((m) => m.role === "system")
    .map(textOf)
    .join("\n\n");
const turnsOf = (messages: readonly Message[]): { role: "user" | "assistant"; content: string }[] =>
  messages
    .filter((m) => m.role !== "system")
    .map((m) => ({ role: m.role === "assistant" ? "assistant" : "user", content: textOf(m) }));

/** The same logical request by each route; each gives the reply's text. */
const routes: Readonly<Record<string, (request: Request, sample: number, model: string) => Promise<string>>> = {
  "chat completions": async ({ messages, output }, sample, model) => {
    const reply = await openai.chat.completions.create(
      {
        model,
        messages: [{ role: "developer", content: systemOf(messages) }, ...turnsOf(messages)],
        ...(output && {
          response_format: {
            type: "json_schema",
            json_schema: { name: "x", strict: true, schema: strict(output.schema) },
          },
        }),
      },
      headers(sample),
    );
    return reply.choices[0]!.message.content!;
  },
  "streamed chat completions": async ({ messages, output }, sample, model) => {
    const stream = await openai.chat.completions.create(
      {
        model,
        stream: true,
        stream_options: { include_usage: true },
        messages: [{ role: "system", content: [{ type: "text", text: systemOf(messages) }] }, ...turnsOf(messages)],
        ...(output && {
          response_format: { type: "json_schema", json_schema: { name: "y", schema: { ...output.schema } } },
        }),
      },
      headers(sample),
    );
    let text = "";
    let tokens = 0;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      tokens += chunk.usage?.completion_tokens ?? 0;
    }
    expect(tokens).toBeGreaterThan(0);
    return text;
  },
  "a forced tool of chat completions": async ({ messages, output }, sample, model) => {
    if (output === undefined) return routes["chat completions"]!({ messages }, sample, model);
    const tool = { type: "function", function: { name: "reply", parameters: { ...output.schema } } } as const;
    const reply = await openai.chat.completions.create(
      {
        model,
        messages: [{ role: "system", content: systemOf(messages) }, ...turnsOf(messages)],
        tools: [tool],
        tool_choice: { type: "function", function: { name: "reply" } },
      },
      headers(sample),
    );
    const [call] = reply.choices[0]!.message.tool_calls!;
    return call!.type === "function" ? call!.function.arguments : "";
  },
  responses: async ({ messages, output }, sample, model) => {
    const reply = await openai.responses.create(
      {
        model,
        instructions: systemOf(messages),
        input: turnsOf(messages),
        ...(output && { text: { format: { type: "json_schema", name: "x", schema: strict(output.schema) } } }),
      },
      headers(sample),
    );
    return reply.output_text;
  },
  "streamed responses": async ({ messages, output }, sample, model) => {
    const stream = openai.responses.stream(
      {
        model,
        input: [{ role: "system", content: systemOf(messages) }, ...turnsOf(messages)],
        ...(output && { text: { format: { type: "json_schema" as const, name: "x", schema: { ...output.schema } } } }),
      },
      headers(sample),
    );
    return (await stream.finalResponse()).output_text;
  },
  messages: async ({ messages, output }, sample, model) => {
    const reply = await anthropic.messages.create(
      {
        model,
        max_tokens: 4096,
        system: systemOf(messages),
        messages: turnsOf(messages),
        ...(output && { output_config: { format: { type: "json_schema", schema: strict(output.schema) } } }),
      },
      headers(sample),
    );
    return reply.content.map((block) => (block.type === "text" ? block.text : "")).join("");
  },
  "streamed messages": async ({ messages, output }, sample, model) => {
    const stream = anthropic.messages.stream(
      {
        model,
        max_tokens: 4096,
        system: [{ type: "text", text: systemOf(messages), cache_control: { type: "ephemeral" } }],
        messages: turnsOf(messages),
        ...(output && { output_config: { format: { type: "json_schema", schema: { ...output.schema } } } }),
      },
      headers(sample),
    );
    return await stream.finalText();
  },
  "a forced tool of messages": async ({ messages, output }, sample, model) => {
    if (output === undefined) return routes["messages"]!({ messages }, sample, model);
    const reply = await anthropic.messages.create(
      {
        model,
        max_tokens: 4096,
        system: systemOf(messages),
        messages: turnsOf(messages),
        tools: [{ name: "reply", input_schema: { ...output.schema, type: "object" } }],
        tool_choice: { type: "tool", name: "reply" },
      },
      headers(sample),
    );
    const block = reply.content.find((one) => one.type === "tool_use");
    return JSON.stringify(block?.input);
  },
};

/** Requests of every layout that keep the system text apart. */
const requests = layouts.flatMap((layout) =>
  rows.map((row) => layout.request(module, ticketRouting.optimum.instructions["route"]!, demos, row.input)),
);

describe.each(Object.keys(routes))("%s", (route) => {
  test("give what the model in the same process gives, for student and teacher", async () => {
    for (const role of ["student", "teacher"] as const) {
      const local = simulated({ ...options, role });
      for (const [i, request] of requests.entries()) {
        if (role === "teacher" && i % 6 !== 0) continue;
        const system = systemOf(request.messages);
        const sent =
          system === "" ? { ...request, messages: [textMessage("system", "Be brief."), ...request.messages] } : request;
        const here = (await local.generate({ ...sent, sample: i % 3 })).text;
        expect(await routes[route]!(sent, i % 3, `simulated-${role}`)).toBe(here);
      }
    }
  });
});

describe("logicalKey", () => {
  const base = requests[0]!;
  const key = logicalKey(base);

  test("is blind to strict mode, names, sampling settings and cache breakpoints", () => {
    expect(
      logicalKey({
        ...base,
        temperature: 1,
        maxTokens: 5,
        sample: 3,
        output: { name: "other", schema: strict(base.output!.schema) },
        messages: base.messages.map((message) => ({ ...message, cacheBreakpoint: true })),
      }),
    ).toBe(key);
  });

  test("sees every text, role and field name", () => {
    const [first, ...rest] = base.messages;
    expect(logicalKey({ ...base, messages: rest })).not.toBe(key);
    expect(logicalKey({ ...base, messages: [{ ...first!, role: "user" }, ...rest] })).not.toBe(key);
    expect(
      logicalKey({ ...base, output: { name: "x", schema: { type: "object", properties: { queue: {} } } } }),
    ).not.toBe(key);
    expect(logicalKey({ messages: base.messages })).not.toBe(key);
  });
});

const hello = [{ role: "user" as const, content: `Write something about: ${rows[0]!.input["ticket"]!}` }];

describe("sample index", () => {
  test("without the header the count of identical bodies takes its place; n takes the next ones", async () => {
    const [a, b, c] = [await serve({ noise: 0.6 }), await serve({ noise: 0.6 }), await serve({ noise: 0.6 })];
    const ask = async (client: OpenAI, more: object = {}): Promise<readonly (string | null)[]> =>
      (await client.chat.completions.create({ model: "simulated-student", messages: hello, ...more })).choices.map(
        (choice) => choice.message.content,
      );
    const counted = [];
    for (let i = 0; i < 6; i++) counted.push(...(await ask(openaiAt(a.url))));
    expect(await ask(openaiAt(b.url), { n: 6 })).toEqual(counted);
    expect(new Set(counted).size).toBeGreaterThan(1);
    const named = [];
    for (let i = 0; i < 6; i++) {
      const reply = await openaiAt(c.url).chat.completions.create(
        { model: "simulated-student", messages: hello },
        headers(i),
      );
      named.push(reply.choices[0]!.message.content);
    }
    expect(named).toEqual(counted);
  });

  test("a bad one is refused", async () => {
    await expect(
      openai.chat.completions.create(
        { model: "simulated-student", messages: hello },
        { headers: { "x-sample-index": "one" } },
      ),
    ).rejects.toMatchObject({ status: 400 });
  });
});

describe("errors", () => {
  test("an unknown model is a 404 in each provider's shape", async () => {
    await expect(openai.chat.completions.create({ model: "gpt", messages: hello })).rejects.toMatchObject({
      status: 404,
      code: "model_not_found",
    });
    await expect(openai.responses.create({ model: "gpt", input: "hi" })).rejects.toMatchObject({
      status: 404,
      code: "model_not_found",
    });
    await expect(anthropic.messages.create({ model: "x", max_tokens: 9, messages: hello })).rejects.toMatchObject({
      status: 404,
      error: { type: "error", error: { type: "not_found_error" } },
    });
  });

  test.each([
    ["/v1/chat/completions", "{", 400],
    ["/v1/chat/completions", "[]", 400],
    ["/v1/chat/completions", '{"model":"simulated-student"}', 400],
    ["/v1/chat/completions", '{"model":"simulated-student","messages":[{"role":"king","content":"x"}]}', 400],
    ["/v1/messages", '{"messages":[]}', 400],
    ["/v1/responses", '{"model":"simulated-student","input":5}', 400],
    ["/v1/embeddings", '{"model":"e","input":5}', 400],
    ["/v1/nothing", "{}", 404],
  ])("%s with %s is a %i", async (path, body, status) => {
    const reply = await fetch(server.url + path, { method: "POST", body });
    expect(reply.status).toBe(status);
    expect(await reply.json()).toHaveProperty("error");
  });

  test("faults come by call number; the calls between them are answered", async () => {
    const { url, stats } = await serve({
      faults: {
        1: { status: 429, retryAfterSeconds: 3 },
        2: { status: 529 },
        4: { hangUp: true },
        5: { status: 200, body: { error: { message: "odd" } } },
      },
    });
    const client = anthropicAt(url);
    const ask = (): Promise<unknown> =>
      client.messages.create({ model: "simulated-student", max_tokens: 99, messages: hello });
    const limited = await ask().catch((error: unknown) => error);
    expect(limited).toMatchObject({ status: 429, error: { error: { type: "rate_limit_error" } } });
    expect((limited as { headers: Headers }).headers.get("retry-after")).toBe("3");
    await expect(ask()).rejects.toMatchObject({ status: 529, error: { error: { type: "overloaded_error" } } });
    await expect(ask()).resolves.toHaveProperty("content");
    await expect(ask()).rejects.toThrow(/[Cc]onnection/);
    expect(await ask()).toMatchObject({ error: { message: "odd" } });
    await expect(ask()).resolves.toHaveProperty("content");
    expect(stats()).toMatchObject({ calls: 6, faults: 4, replies: { "simulated-student": 2 } });
  });

  test("a port that is taken is said", async () => {
    const port = Number(new URL(server.url).port);
    await expect(serveSimulated({ ...options, port })).rejects.toThrow(
      new RegExp(`listen on 127.0.0.1:${port}, got .*choose another port`),
    );
  });
});

describe("the rest", () => {
  test("the ledger names each reply before it is sent", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ledger-"));
    try {
      const ledger = join(folder, "calls.txt");
      const { url, stats } = await serve({ ledger });
      const request: Request = { messages: [textMessage("user", hello[0]!.content)] };
      for (const sample of [0, 1, 1])
        await openaiAt(url).chat.completions.create({ model: "simulated-student", messages: hello }, headers(sample));
      await anthropicAt(url).messages.create(
        { model: "simulated-teacher", max_tokens: 99, messages: hello },
        headers(0),
      );
      const key = logicalKey(request);
      const lines = ["student 0", "student 1", "student 1", "teacher 0"].map((line) => {
        const [role, sample] = line.split(" ");
        return `simulated-${role!} ${key} ${sample!}`;
      });
      expect((await readFile(ledger, "utf8")).trimEnd().split("\n")).toEqual(lines);
      const { distinct, inputTokens, outputTokens, usd } = stats();
      expect(distinct).toBe(3);
      // three replies at the student's list price and one at the teacher's, which is ten times that
      expect(usd).toBeGreaterThan((inputTokens * 0.25 + outputTokens) / 1e6);
      expect(usd).toBeLessThan((10 * (inputTokens * 0.25 + outputTokens)) / 1e6);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("a reply that is cut off says so in each format", async () => {
    const chat = await openai.chat.completions.create({
      model: "simulated-student",
      messages: hello,
      max_completion_tokens: 2,
    });
    expect(chat.choices[0]!.finish_reason).toBe("length");
    const message = await anthropic.messages.create({ model: "simulated-student", max_tokens: 2, messages: hello });
    expect(message.stop_reason).toBe("max_tokens");
    const response = await openai.responses.create({
      model: "simulated-student",
      input: "hi there",
      max_output_tokens: 2,
    });
    expect(response).toMatchObject({ status: "incomplete", incomplete_details: { reason: "max_output_tokens" } });
  });

  test("usage is the same in each format and in process", async () => {
    const request = requests[0]!;
    const local = await simulated({ ...options, role: "student" }).generate(request);
    const system = systemOf(request.messages);
    const chat = await openai.chat.completions.create(
      {
        model: "simulated-student",
        messages: [{ role: "system", content: system }, ...turnsOf(request.messages)],
        response_format: { type: "json_schema", json_schema: { name: "x", schema: { ...request.output!.schema } } },
      },
      headers(0),
    );
    const message = await anthropic.messages.create(
      {
        model: "simulated-student",
        max_tokens: 512,
        system,
        messages: turnsOf(request.messages),
        output_config: { format: { type: "json_schema", schema: { ...request.output!.schema } } },
      },
      headers(0),
    );
    expect(chat.usage).toMatchObject({
      prompt_tokens: local.usage.inputTokens,
      completion_tokens: local.usage.outputTokens,
    });
    expect(message.usage).toMatchObject({
      input_tokens: local.usage.inputTokens,
      output_tokens: local.usage.outputTokens,
    });
  });

  test("models and embeddings", async () => {
    const ids = [];
    for await (const model of openai.models.list()) ids.push(model.id);
    expect(ids).toEqual(["simulated-student", "simulated-teacher"]);
    const { data } = await openai.embeddings.create({
      model: "hashed",
      input: ["locked out of the editor", "I am locked out of my editor", "a quote for twelve seats"],
    });
    const [a, b, c] = data.map((one) => one.embedding);
    const dot = (x: number[], y: number[]): number => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
    expect(dot(a!, a!)).toBeCloseTo(1, 4);
    expect(dot(a!, b!)).toBeGreaterThan(dot(a!, c!) + 0.2);
    const plain = await openai.embeddings.create({
      model: "hashed",
      input: "locked out of the editor",
      encoding_format: "float",
    });
    plain.data[0]!.embedding.forEach((value, i) => expect(value).toBeCloseTo(a![i]!, 5));
  });

  test("tool results and calls of both providers mean the same", async () => {
    const chat = await openai.chat.completions.create(
      {
        model: "simulated-student",
        messages: [
          ...hello,
          {
            role: "assistant",
            content: null,
            tool_calls: [{ id: "1", type: "function", function: { name: "look", arguments: '{"a": 1}' } }],
          },
          { role: "tool", tool_call_id: "1", content: "nothing" },
        ],
      },
      headers(0),
    );
    const message = await anthropic.messages.create(
      {
        model: "simulated-student",
        max_tokens: 512,
        messages: [
          ...hello,
          { role: "assistant", content: [{ type: "tool_use", id: "toolu_9", name: "look", input: { a: 1 } }] },
          { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_9", content: "nothing" }] },
        ],
      },
      headers(0),
    );
    expect(message.id.slice(4)).toBe(chat.id.slice("chatcmpl-".length));
    expect(message.content[0]).toMatchObject({ text: chat.choices[0]!.message.content });
  });
});
