import type { Request } from "@cultivar/core";
import { textMessage } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { anthropicDialect } from "../shared/strict-schema.ts";
import { schemaCompiler } from "../shared/structured-reply.ts";
import type { MessagesModel } from "./messages-request.ts";
import { messagesRequest } from "./messages-request.ts";
import { messagesFinishReason, messagesResponse, messagesUsage } from "./messages-response.ts";

const model: MessagesModel = {
  modelId: "claude",
  capabilities: { structuredOutput: true, tools: true, sampling: [], maxOutputTokens: 99 },
  compile: schemaCompiler(anthropicDialect),
  extra: {},
};
const none = { output: undefined, warnings: [] };

describe("messagesRequest", () => {
  const request: Request = {
    messages: [
      textMessage("system", "Be brief."),
      textMessage("system", "Be kind.", { cacheBreakpoint: true }),
      textMessage("user", "Look twice."),
      {
        role: "assistant",
        content: [{ type: "text", text: "" }],
        toolCalls: [
          { id: "a", name: "look", arguments: { at: "x" } },
          { id: "b", name: "look", arguments: "{oops" },
        ],
      },
      { role: "tool", content: [{ type: "text", text: "seen" }], toolCallId: "a" },
      { role: "tool", content: [{ type: "text", text: "failed" }], toolCallId: "b" },
      { role: "user", content: [{ type: "image", mediaType: "image/png", url: "https://example.org/a.png" }] },
    ],
    tools: [{ name: "look", description: "Looks.", parameters: { type: "object" } }],
    output: {
      name: "out",
      schema: { type: "object", properties: { a: { type: "string", minLength: 2 } }, required: ["a"] },
    },
    temperature: 1,
    topP: 0.5,
    stop: ["END"],
  };

  test("a full request", () => {
    const { body, warnings } = messagesRequest(request, model);
    expect(body).toEqual({
      model: "claude",
      max_tokens: 99,
      tools: [{ name: "look", description: "Looks.", input_schema: { type: "object" } }],
      tool_choice: { type: "auto" },
      system: [
        { type: "text", text: "Be brief." },
        { type: "text", text: "Be kind.", cache_control: { type: "ephemeral" } },
      ],
      messages: [
        { role: "user", content: [{ type: "text", text: "Look twice." }] },
        {
          role: "assistant",
          content: [
            { type: "tool_use", id: "a", name: "look", input: { at: "x" } },
            { type: "tool_use", id: "b", name: "look", input: { text: "{oops" } },
          ],
        },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "a", content: "seen" },
            { type: "tool_result", tool_use_id: "b", content: "failed" },
            { type: "image", source: { type: "url", url: "https://example.org/a.png" } },
          ],
        },
      ],
      stop_sequences: ["END"],
      output_config: {
        format: {
          type: "json_schema",
          schema: {
            type: "object",
            properties: { a: { type: "string", description: "(minLength: 2)" } },
            required: ["a"],
            additionalProperties: false,
          },
        },
      },
    });
    expect(warnings).toEqual([
      "temperature was dropped: claude takes no temperature",
      "topP was dropped: claude takes no topP",
    ]);
  });

  test("the breakpoint of a user message stands on its last block, and neighbours merge behind it", () => {
    const { body } = messagesRequest(
      { messages: [textMessage("user", "demos", { cacheBreakpoint: true }), textMessage("user", "input")] },
      model,
    );
    expect(body.messages).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "demos", cache_control: { type: "ephemeral" } },
          { type: "text", text: "input" },
        ],
      },
    ]);
  });

  test("extra fields join the body, and output_config is merged", () => {
    const { body } = messagesRequest(request, {
      ...model,
      extra: { output_config: { effort: "low" }, thinking: { type: "disabled" } },
    });
    expect(body.output_config).toMatchObject({ effort: "low", format: { type: "json_schema" } });
    expect(body.thinking).toEqual({ type: "disabled" });
  });

  test("a schema that the API cannot hold is dropped, and said", () => {
    const output = {
      name: "o",
      schema: { type: "object", properties: { a: { type: "object", additionalProperties: { type: "number" } } } },
    };
    const { body, warnings } = messagesRequest({ messages: [], output }, model);
    expect(body.output_config).toBeUndefined();
    expect(warnings[0]).toContain("output schema was dropped");
  });
});

describe("messagesResponse", () => {
  test.each([
    ["HTML", "<html>"],
    ["nothing", undefined],
    ["an error", { type: "error", error: { type: "api_error", message: "x" } }],
    ["no content", { stop_reason: "end_turn" }],
    ["nothing said at the end of a turn", { content: [], stop_reason: "end_turn" }],
    ["only thoughts", { content: [{ type: "thinking", thinking: "hm" }], stop_reason: "end_turn" }],
    ["no stop_reason", { content: [], stop_reason: null }],
  ])("%s is no reply", (_name, body) => expect(messagesResponse(body, none)).toMatchObject({ kind: "unreadable" }));

  test.each(["stop_sequence", "max_tokens", "refusal"])("%s may come before the first word", (stop_reason) =>
    expect(messagesResponse({ content: [], stop_reason }, none)).toMatchObject({ text: "" }),
  );

  test("a rate limit inside a 200 stays one", () => {
    expect(messagesResponse({ type: "error", error: { type: "rate_limit_error" } }, none)).toMatchObject({
      status: 429,
    });
  });

  test.each([
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["tool_use", "tool-calls"],
    ["max_tokens", "length"],
    ["refusal", "refusal"],
    ["pause_turn", "pause"],
    ["model_context_window_exceeded", "context-overflow"],
    ["compaction", "other"],
  ])("stop_reason %s is %s", (reason, expected) => {
    expect(messagesFinishReason(reason)).toBe(expected);
    const content = [{ type: "text", text: "x" }];
    expect(messagesResponse({ content, stop_reason: reason }, none)).toMatchObject({
      text: "x",
      finishReason: expected,
    });
  });

  test("input tokens include cached ones; absent counts are unknown", () => {
    const usage = {
      input_tokens: 10,
      cache_read_input_tokens: 8,
      cache_creation_input_tokens: 2,
      output_tokens: 7,
      output_tokens_details: { thinking_tokens: 3 },
    };
    expect(messagesUsage(usage)).toEqual({
      inputTokens: 20,
      cachedInputTokens: 8,
      cacheWriteTokens: 2,
      outputTokens: 7,
      reasoningTokens: 3,
    });
    expect(messagesUsage({ input_tokens: 1, cache_read_input_tokens: null, output_tokens: 2 })).toEqual({
      inputTokens: 1,
      outputTokens: 2,
    });
    expect(messagesUsage(null)).toEqual({});
  });
});
