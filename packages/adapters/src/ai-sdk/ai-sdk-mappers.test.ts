import { openai as aiSdkOpenAi } from "@ai-sdk/openai";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { Request } from "@cultivar/core";
import { isCultivarError, textMessage } from "@cultivar/core";
import { MockLanguageModelV3, MockLanguageModelV4 } from "ai/test";
import { describe, expect, test } from "vitest";
import { openAiDialect } from "../shared/strict-schema.ts";
import { schemaCompiler } from "../shared/structured-reply.ts";
import type { AiSdkModel } from "./ai-sdk-types.ts";
import { callOptions, promptOf } from "./call-options.ts";
import { fromAiSdk } from "./from-ai-sdk.ts";
import { aiSdkFinishReason, aiSdkUsage, aiSdkWarnings, generateResult } from "./generate-result.ts";
import { aiSdkFailure } from "./map-error.ts";

const hello: Request = { messages: [textMessage("user", "hello")] };
const nested = {
  inputTokens: { total: 9, noCache: 4, cacheRead: 5, cacheWrite: undefined },
  outputTokens: { total: 4, text: 2, reasoning: 2 },
};
const counted = { inputTokens: 9, outputTokens: 4, cachedInputTokens: 5, reasoningTokens: 2 };

describe("fromAiSdk", () => {
  test("takes the AI SDK's own types and models without a cast", () => {
    const real: AiSdkModel = aiSdkOpenAi("gpt-5.4-mini") satisfies LanguageModelV4;
    const lm = fromAiSdk(real);
    expect([lm.provider, lm.modelId]).toEqual(["openai.responses", "gpt-5.4-mini"]);
    expect(lm.price).toBeDefined();
  });

  test("drives versions 2, 3 and 4", async () => {
    const content = [{ type: "text" as const, text: "hi" }];
    const finishReason = { unified: "stop" as const, raw: "stop" };
    const result = { content, finishReason, usage: nested, warnings: [] };
    const two: AiSdkModel = {
      specificationVersion: "v2",
      provider: "p",
      modelId: "m",
      doGenerate: () =>
        Promise.resolve({
          content,
          finishReason: "stop",
          usage: { inputTokens: 9, outputTokens: 4, totalTokens: 13, cachedInputTokens: 5, reasoningTokens: 2 },
          warnings: [],
        }),
    };
    const three = new MockLanguageModelV3({ doGenerate: () => Promise.resolve(result) });
    const four = new MockLanguageModelV4({ doGenerate: () => Promise.resolve(result) });
    for (const model of [two, three, four]) {
      const response = await fromAiSdk(model).generate(hello);
      expect(response).toEqual({ text: "hi", finishReason: "stop", usage: counted, warnings: [] });
    }
    expect(four.doGenerateCalls[0]!.prompt).toEqual([{ role: "user", content: [{ type: "text", text: "hello" }] }]);
  });

  test("a key that its provider misses is an auth error", async () => {
    const error = Object.assign(new Error("OpenAI API key is missing."), { name: "AI_LoadAPIKeyError" });
    const model = new MockLanguageModelV4({ doGenerate: () => Promise.reject(error) });
    const thrown: unknown = await fromAiSdk(model)
      .generate(hello)
      .catch((e: unknown) => e);
    expect(isCultivarError(thrown, "auth")).toBe(true);
    expect(model.doGenerateCalls).toHaveLength(1);
  });
});

test("prompts: tool answers name their tool, files differ by version, breakpoints are marked", () => {
  const image = { type: "image" as const, mediaType: "image/png", data: "AAAA" };
  const messages: Request["messages"] = [
    textMessage("system", "s", { cacheBreakpoint: true }),
    { role: "user", content: [image] },
    { role: "assistant", content: [], toolCalls: [{ id: "c", name: "f", arguments: { a: 1 } }] },
    { role: "tool", content: [{ type: "text", text: "done" }], toolCallId: "c" },
  ];
  const rest = [
    { role: "assistant", content: [{ type: "tool-call", toolCallId: "c", toolName: "f", input: { a: 1 } }] },
    {
      role: "tool",
      content: [{ type: "tool-result", toolCallId: "c", toolName: "f", output: { type: "text", value: "done" } }],
    },
  ];
  const system = {
    role: "system",
    content: "s",
    providerOptions: { anthropic: { cacheControl: { type: "ephemeral" } } },
  };
  const file = (data: unknown): unknown => ({
    role: "user",
    content: [{ type: "file", mediaType: "image/png", data }],
  });
  expect(promptOf(messages, "v4")).toEqual([system, file({ type: "data", data: "AAAA" }), ...rest]);
  expect(promptOf(messages, "v2")).toEqual([system, file("AAAA"), ...rest]);
});

test("a schema that strict providers refuse goes out with strictness off", () => {
  const target = {
    modelId: "m",
    version: "v4",
    capabilities: { structuredOutput: true, tools: true, sampling: [], maxOutputTokens: 9 },
    compile: schemaCompiler(openAiDialect),
  };
  const loose = { type: "object", properties: { a: {} } };
  const { call } = callOptions({ ...hello, output: { name: "o", schema: loose } }, target);
  expect(call.responseFormat).toEqual({ type: "json", schema: loose, name: "o" });
  expect(call.providerOptions).toEqual({ openai: { strictJsonSchema: false } });
});

test.each([
  ["stop", false, "stop"],
  [{ unified: "stop", raw: "end_turn" }, false, "stop"],
  [{ unified: "stop" }, true, "tool-calls"],
  [{ unified: "length", raw: "max_tokens" }, false, "length"],
  [{ unified: "content-filter", raw: "refusal" }, false, "refusal"],
  [{ unified: "content-filter", raw: "content_filter" }, false, "content-filter"],
  [{ unified: "other", raw: "pause_turn" }, false, "pause"],
  [{ unified: "length", raw: "model_context_window_exceeded" }, false, "context-overflow"],
  [{ unified: "error", raw: undefined }, false, undefined],
  [{ unified: "interrupted", raw: undefined }, false, undefined],
  ["unknown", false, "other"],
])("finish reason %j", (reason, calls, expected) => expect(aiSdkFinishReason(reason, calls)).toBe(expected));

test("usage of both forms, and none", () => {
  expect(aiSdkUsage(nested)).toEqual(counted);
  expect(aiSdkUsage({ ...counted, totalTokens: 13 })).toEqual(counted);
  expect(aiSdkUsage({ inputTokens: undefined, outputTokens: undefined })).toEqual({});
});

test("warnings of both forms name the setting", () => {
  const told = aiSdkWarnings([
    { type: "unsupported", feature: "temperature", details: "reasoning model" },
    { type: "unsupported-setting", setting: "topP" },
    { type: "other", message: "careful" },
  ]);
  expect(told).toEqual(["temperature was dropped: reasoning model", "topP was dropped", "other: careful"]);
});

test("nothing at all is no reply", () => {
  const empty = { content: [], finishReason: "stop", usage: {}, warnings: [] };
  expect(generateResult(empty, { output: undefined, warnings: [] })).toMatchObject({ kind: "unreadable" });
  expect(generateResult(undefined, { output: undefined, warnings: [] })).toMatchObject({ kind: "unreadable" });
});

test("errors are read by name and members", () => {
  const apiCall = (statusCode: number | undefined, responseBody?: string): Error =>
    Object.assign(new Error("failed"), {
      name: "AI_APICallError",
      statusCode,
      responseBody,
      responseHeaders: { "retry-after": "7" },
      requestBodyValues: { secret: true },
    });
  const limited = aiSdkFailure(apiCall(429, '{"error":{"message":"slow","code":"insufficient_quota"}}'));
  expect(limited).toMatchObject({ kind: "status", status: 429, message: "slow", code: "insufficient_quota" });
  expect(limited.header?.("retry-after")).toBe("7");
  expect(aiSdkFailure(apiCall(200, "<html>")).kind).toBe("unreadable");
  expect(aiSdkFailure(apiCall(undefined)).kind).toBe("connection");
  expect(aiSdkFailure(new DOMException("x", "AbortError")).kind).toBe("aborted");
  expect(aiSdkFailure(Object.assign(new Error("x"), { name: "AI_JSONParseError" })).kind).toBe("unreadable");
});
