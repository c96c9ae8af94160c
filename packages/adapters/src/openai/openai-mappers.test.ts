import type { Request } from "@cultivar/core";
import { textMessage } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { openAiDialect } from "../shared/strict-schema.ts";
import { schemaCompiler } from "../shared/structured-reply.ts";
import { chatRequest } from "./chat-request.ts";
import { chatResponse } from "./chat-response.ts";
import { chatFinishReason, responsesFinishReason } from "./map-finish-reason.ts";
import { chatUsage, responsesUsage } from "./map-usage.ts";
import { isReasoningModel } from "./openai.ts";
import { responsesRequest } from "./responses-request.ts";
import { responsesResponse } from "./responses-response.ts";
import type { WireModel } from "./wire-model.ts";

const wire = (more: Partial<WireModel> = {}): WireModel => ({
  where: "openai/m",
  modelId: "m",
  capabilities: { structuredOutput: true, tools: true, sampling: ["temperature"], maxOutputTokens: 99 },
  maxTokensField: "max_completion_tokens",
  takesStop: true,
  strictTools: true,
  compile: schemaCompiler(openAiDialect),
  extra: {},
  ...more,
});

const call = { id: "c1", name: "look", arguments: { at: "x" } };
const full: Request = {
  messages: [
    textMessage("system", "Be brief.", { cacheBreakpoint: true }),
    {
      role: "user",
      content: [
        { type: "text", text: "See " },
        { type: "image", mediaType: "image/png", data: "AAAA" },
        { type: "file", mediaType: "application/pdf", data: "BBBB", name: "a.pdf" },
      ],
    },
    { role: "assistant", content: [], toolCalls: [call] },
    { role: "tool", content: [{ type: "text", text: "seen" }], toolCallId: "c1" },
    textMessage("user", "So?"),
  ],
  tools: [
    { name: "look", description: "Looks.", parameters: { type: "object", properties: { at: { type: "string" } } } },
  ],
  toolChoice: "required",
  output: { name: "out", schema: { type: "object", properties: { a: { type: "string" } }, required: ["a"] } },
  temperature: 0.2,
  topP: 0.5,
  stop: ["END"],
};
const none = { output: undefined, tools: new Map(), warnings: [] };

describe("chat completions", () => {
  test("a full request", () => {
    const { body, warnings } = chatRequest(full, wire({ extra: { seed: 7 } }));
    expect(body).toEqual({
      model: "m",
      tools: [
        {
          type: "function",
          function: {
            name: "look",
            description: "Looks.",
            strict: true,
            parameters: {
              type: "object",
              properties: { at: { type: ["string", "null"] } },
              required: ["at"],
              additionalProperties: false,
            },
          },
        },
      ],
      tool_choice: "required",
      messages: [
        { role: "system", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "See " },
            { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
            { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,BBBB" } },
          ],
        },
        {
          role: "assistant",
          content: null,
          tool_calls: [{ id: "c1", type: "function", function: { name: "look", arguments: '{"at":"x"}' } }],
        },
        { role: "tool", tool_call_id: "c1", content: "seen" },
        { role: "user", content: "So?" },
      ],
      response_format: {
        type: "json_schema",
        json_schema: {
          name: "out",
          strict: true,
          schema: {
            type: "object",
            properties: { a: { type: "string" } },
            required: ["a"],
            additionalProperties: false,
          },
        },
      },
      temperature: 0.2,
      stop: ["END"],
      max_completion_tokens: 99,
      seed: 7,
    });
    expect(warnings).toEqual(["topP was dropped: m takes no topP"]);
  });

  test("requests that differ in the last message alone share all bytes before it", () => {
    const text = (last: string): string =>
      JSON.stringify(
        chatRequest({ ...full, messages: [...full.messages.slice(0, -1), textMessage("user", last)] }, wire()).body,
      );
    const [a, b] = [text("first"), text("other")];
    expect(a.slice(0, a.indexOf("first"))).toBe(b.slice(0, b.indexOf("other")));
  });

  test("what a model has not is dropped, and said", () => {
    const bare = wire({
      capabilities: { structuredOutput: false, tools: false, sampling: [], maxOutputTokens: 9 },
      takesStop: false,
      maxTokensField: "max_tokens",
    });
    const { body, warnings } = chatRequest(full, bare);
    expect(Object.keys(body)).toEqual(["model", "messages", "max_tokens"]);
    expect(warnings.map((warning) => warning.split(" ")[0])).toEqual([
      "temperature",
      "topP",
      "stop",
      "output",
      "tools",
    ]);
  });

  const reply = (choice: object, more: object = {}): unknown => ({ model: "m-1", choices: [choice], ...more });
  test.each([
    ["no object", "<html>"],
    ["nothing", undefined],
    ["an error", { error: { message: "down", code: 502 } }],
    ["an error as text", { error: "down" }],
    ["no choices", { choices: [] }],
    ["null choices", { choices: null }],
    ["null content", reply({ finish_reason: "stop", message: { content: null } })],
    ["no message", reply({ finish_reason: "stop" })],
    ["finish_reason error", reply({ finish_reason: "error", message: { content: "half" } })],
    [
      "an error in the choice",
      reply({ finish_reason: null, error: { code: 502, message: "x" }, message: { content: "" } }),
    ],
  ])("%s is no reply", (_name, body) => {
    expect(chatResponse(body, none)).toMatchObject({ kind: "unreadable" });
  });

  test("a rate limit inside a 200 stays one", () => {
    expect(chatResponse({ error: { code: 429, message: "slow" } }, none)).toMatchObject({ status: 429 });
  });

  test.each([
    [
      "a reply cut before its first word",
      { finish_reason: "length", message: { content: null } },
      { text: "", finishReason: "length" },
    ],
    [
      "a filtered one",
      { finish_reason: "content_filter", message: { content: null } },
      { text: "", finishReason: "content-filter" },
    ],
    [
      "a refusal",
      { finish_reason: "stop", message: { content: null, refusal: "No." } },
      { text: "No.", finishReason: "refusal" },
    ],
    ["an empty text", { finish_reason: "stop", message: { content: "" } }, { text: "", finishReason: "stop" }],
    [
      "a list of parts",
      {
        finish_reason: "stop",
        message: {
          content: [
            { type: "text", text: "a" },
            { type: "text", text: "b" },
          ],
        },
      },
      { text: "ab" },
    ],
  ])("%s is a reply", (_name, choice, expected) => {
    expect(chatResponse(reply(choice), none)).toMatchObject({ ...expected, modelId: "m-1", usage: {} });
  });

  test("tool arguments that do not parse stay text", () => {
    const tool_calls = [{ id: "", function: { name: "f", arguments: "{oops" } }];
    const response = chatResponse(reply({ finish_reason: "stop", message: { content: null, tool_calls } }), none);
    expect(response).toMatchObject({
      finishReason: "tool-calls",
      toolCalls: [{ id: "call_0", name: "f", arguments: "{oops" }],
    });
  });

  test.each([
    ["stop", "stop"],
    ["length", "length"],
    ["tool_calls", "tool-calls"],
    ["function_call", "tool-calls"],
    ["content_filter", "content-filter"],
    ["eos", "stop"],
    [null, "stop"],
    ["weird", "other"],
  ] as const)("finish_reason %s is %s", (reason, expected) => {
    expect(chatFinishReason(reason, { toolCalls: false, refusal: false })).toBe(expected);
  });

  test("usage, whole and absent", () => {
    const usage = {
      prompt_tokens: 9,
      completion_tokens: 4,
      prompt_tokens_details: { cached_tokens: 5 },
      completion_tokens_details: { reasoning_tokens: 2 },
    };
    expect(chatUsage(usage)).toEqual({ inputTokens: 9, outputTokens: 4, cachedInputTokens: 5, reasoningTokens: 2 });
    for (const nothing of [undefined, null, {}, { prompt_tokens: null }]) expect(chatUsage(nothing)).toEqual({});
  });
});

describe("responses", () => {
  test("a full request", () => {
    const { body, warnings } = responsesRequest(full, wire());
    expect(body.input).toEqual([
      { role: "system", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "input_text", text: "See " },
          { type: "input_image", detail: "auto", image_url: "data:image/png;base64,AAAA" },
          { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,BBBB" },
        ],
      },
      { type: "function_call", call_id: "c1", name: "look", arguments: '{"at":"x"}' },
      { type: "function_call_output", call_id: "c1", output: "seen" },
      { role: "user", content: "So?" },
    ]);
    expect(body.text?.format).toMatchObject({ type: "json_schema", name: "out", strict: true });
    expect(body).toMatchObject({ max_output_tokens: 99, store: false, temperature: 0.2, tool_choice: "required" });
    expect(warnings).toHaveLength(2);
  });

  test.each([
    ["failed", { status: "failed", error: { code: "server_error", message: "x" }, output: [] }, { kind: "unreadable" }],
    ["rate-limited", { status: "failed", error: { code: "rate_limit_exceeded", message: "x" } }, { status: 429 }],
    [
      "a refused prompt",
      { status: "failed", error: { code: "invalid_prompt", message: "x" } },
      { status: 400, type: "content_policy" },
    ],
    ["a bad image", { status: "failed", error: { code: "invalid_image", message: "x" } }, { status: 400 }],
    ["still queued", { status: "queued", output: [] }, { kind: "unreadable" }],
    ["without output", { status: "completed", output: [] }, { kind: "unreadable" }],
    ["null output", { status: "completed", output: null }, { kind: "unreadable" }],
  ])("%s is no reply", (_name, body, expected) => expect(responsesResponse(body, none)).toMatchObject(expected));

  test.each([
    ["completed", undefined, false, false, "stop"],
    ["completed", undefined, true, false, "tool-calls"],
    ["completed", undefined, false, true, "refusal"],
    ["incomplete", "max_output_tokens", false, false, "length"],
    ["incomplete", "content_filter", false, false, "content-filter"],
    ["incomplete", "steered", false, false, "other"],
  ] as const)("%s %s, calls %s, refusal %s: %s", (status, reason, toolCalls, refusal, expected) => {
    expect(responsesFinishReason(status, reason, { toolCalls, refusal })).toBe(expected);
  });

  test("a reply cut while reasoning is a cut reply, not a fault", () => {
    const body = {
      status: "incomplete",
      incomplete_details: { reason: "max_output_tokens" },
      output: [{ type: "reasoning" }],
    };
    expect(responsesResponse(body, none)).toMatchObject({ text: "", finishReason: "length" });
  });

  test("usage", () => {
    const usage = {
      input_tokens: 9,
      output_tokens: 4,
      input_tokens_details: { cached_tokens: 5, cache_write_tokens: 1 },
      output_tokens_details: { reasoning_tokens: 2 },
    };
    expect(responsesUsage(usage)).toEqual({
      inputTokens: 9,
      outputTokens: 4,
      cachedInputTokens: 5,
      cacheWriteTokens: 1,
      reasoningTokens: 2,
    });
  });
});

test.each([
  ["o3", true],
  ["o4-mini", true],
  ["gpt-5", true],
  ["gpt-5.4-mini", true],
  ["gpt-6-luna", true],
  ["gpt-5-chat-latest", false],
  ["gpt-4o", false],
  ["gpt-4.1-mini", false],
  ["ft:gpt-4o-mini:org", false],
])("%s reasons: %s", (modelId, expected) => expect(isReasoningModel(modelId)).toBe(expected));
