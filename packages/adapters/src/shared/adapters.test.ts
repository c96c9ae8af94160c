import { anthropic } from "../anthropic/index.ts";
import { fromAiSdk } from "../ai-sdk/index.ts";
import { openai } from "../openai/index.ts";
import { openaiCompatible } from "../openai-compatible/index.ts";
import type { LanguageModel, Request, ResilientOptions } from "@cultivar/core";
import { isCultivarError, textMessage } from "@cultivar/core";
import { testLanguageModel } from "@cultivar/core/testing";
import { createOpenAI } from "@ai-sdk/openai";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { instantClock } from "./fixtures/manual-clock.ts";
import type { Fault, MockProvider } from "./fixtures/mock-provider.ts";
import { mockProvider } from "./fixtures/mock-provider.ts";

const key = "sk-test-1234567890abcdefSECRET";
let provider: MockProvider;
beforeAll(async () => {
  provider = await mockProvider();
});
afterAll(() => provider.close());

type Make = (resilience?: ResilientOptions | false) => LanguageModel;
const models: Readonly<Record<string, Make>> = {
  "openai chat": (resilience = {}) =>
    openai("gpt-4o-mini", { apiKey: key, baseURL: `${provider.url}/v1`, resilience, sampleHeader: true }),
  "openai responses": (resilience = {}) =>
    openai("gpt-5.4-mini", { apiKey: key, baseURL: `${provider.url}/v1`, api: "responses", resilience }),
  "openai-compatible": (resilience = {}) =>
    openaiCompatible({ modelId: "llama", apiKey: key, baseURL: `${provider.url}/v1`, resilience }),
  anthropic: (resilience = {}) =>
    anthropic("claude-haiku-5-5", { apiKey: key, baseURL: provider.url, resilience, sampleHeader: true }),
  "ai sdk chat": (resilience = {}) =>
    fromAiSdk(createOpenAI({ apiKey: key, baseURL: `${provider.url}/v1` }).chat("gpt-4o-mini"), { resilience }),
};

const hello: Request = { messages: [textMessage("user", "hello")] };

for (const [name, make] of Object.entries(models)) {
  testLanguageModel({ test }, name, { make: () => make() });
}

/** Runs one call under `faults` and tells its outcome, with the number of HTTP calls it took. */
async function outcome(make: Make, faults: readonly Fault[], options: ResilientOptions = {}) {
  provider.script(faults);
  const before = provider.calls.length;
  const clock = instantClock();
  const lm = make({ clock, ...options });
  const reply = await lm.generate(hello).then(
    (response) => ({ response, error: undefined }),
    (error: unknown) => ({ response: undefined, error }),
  );
  provider.script([]);
  return { ...reply, calls: provider.calls.length - before, sleeps: clock.sleeps };
}

const openAiError = (message: string, more: object = {}): unknown => ({ error: { message, ...more } });
const anthropicError = (message: string, type: string): unknown => ({ type: "error", error: { type, message } });
const body = (name: string, message: string, code: string, type: string): unknown =>
  name === "anthropic" ? anthropicError(message, type) : openAiError(message, { code, type: code });

describe.each(Object.keys(models))("%s", (name) => {
  const make = models[name]!;

  test.each([
    ["wrong key", 401, `Incorrect API key provided: ${key}.`, "invalid_api_key", "authentication_error", "auth"],
    ["no permission", 403, "not allowed here", "forbidden", "permission_error", "auth"],
    ["unknown model", 404, "The model `x` does not exist", "model_not_found", "not_found_error", "unknown-model"],
    ["bad request", 400, "messages: at least one is required", "invalid", "invalid_request_error", "bad-request"],
    [
      "long prompt",
      400,
      "prompt is too long: 300000 tokens > 200000 maximum",
      "context_length_exceeded",
      "invalid_request_error",
      "context-overflow",
    ],
    [
      "used-up quota",
      429,
      "You exceeded your current quota, check your billing",
      "insufficient_quota",
      "rate_limit_error",
      "quota",
    ],
  ] as const)("%s fails at once", async (_case, status, message, code, type, expected) => {
    const { error, calls } = await outcome(make, [{ status, body: body(name, message, code, type) }]);
    expect(isCultivarError(error) && error.code).toBe(expected);
    expect(calls).toBe(1);
    expect(inspect(error, { depth: 9 })).not.toContain("SECRET");
  });

  test.each([408, 409, 500, 502, 503, 504, 529])("%i is retried, six times in all", async (status) => {
    const fault = { status, body: body(name, "later", "later", "api_error") };
    expect((await outcome(make, [fault, fault])).calls).toBe(3);
    const { error, calls } = await outcome(
      make,
      Array.from({ length: 9 }, () => fault),
    );
    expect(isCultivarError(error) && error.code).toBe("transport");
    expect(calls).toBe(6);
  });

  test.each(["reset", "reset-mid-body"] as const)("%s is retried as transport", async (fault) => {
    const { response, calls } = await outcome(make, [fault]);
    expect(response?.finishReason).toBe("stop");
    expect(calls).toBe(2);
    const { error } = await outcome(make, [fault], { maxAttempts: 1 });
    expect(isCultivarError(error) && error.code).toBe("transport");
  });

  test("HTML instead of JSON is retried as transport, with any status", async () => {
    for (const status of [200, 502]) {
      const html = { status, body: "<html><title>Bad gateway</title></html>" };
      expect((await outcome(make, [html])).calls).toBe(2);
      const { error } = await outcome(make, [html], { maxAttempts: 1 });
      expect(isCultivarError(error) && error.code).toBe("transport");
    }
  });

  test("an empty body or an error inside a 200 is retried as transport", async () => {
    const told = body(name, "upstream exploded", "server_error", "api_error");
    for (const fault of [{ status: 200 }, { status: 200, body: told }, { status: 200, body: {} }]) {
      const { error, calls } = await outcome(make, [fault], { maxAttempts: 1 });
      expect(isCultivarError(error) && error.code).toBe("transport");
      expect(calls).toBe(1);
      expect((await outcome(make, [fault])).calls).toBe(2);
    }
  });

  test.each(["no-headers", "slow-body"] as const)("%s ends at the deadline", async (fault) => {
    provider.script([fault]);
    const error: unknown = await make({ timeoutMs: 300, maxAttempts: 1 })
      .generate(hello)
      .catch((thrown: unknown) => thrown);
    provider.script([]);
    expect(isCultivarError(error) && error.code).toBe("timeout");
  });

  test.each(["no-headers", "slow-body"] as const)("%s: at the deadline the connection is closed", async (fault) => {
    const before = provider.closedByClient();
    provider.script([fault]);
    await make({ timeoutMs: 150, maxAttempts: 1 })
      .generate(hello)
      .catch(() => undefined);
    provider.script([]);
    await vi.waitFor(() => expect(provider.closedByClient()).toBe(before + 1));
  });

  test("a rate limit whose advice names the billing page is no used-up quota", async () => {
    const words = "Rate limit reached: 3 / min. Add a payment method at https://platform.openai.com/account/billing";
    const fault = { status: 429, body: body(name, words, "rate_limit_exceeded", "rate_limit_error") };
    if (name === "anthropic") return;
    expect((await outcome(make, [fault])).calls).toBe(2);
  });

  test("a quota per minute in Google's words is a rate limit, and its delay is kept", async () => {
    if (name === "anthropic") return;
    const details = [
      { "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations: [{ quotaId: "RequestsPerMinute" }] },
      { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "7s" },
    ];
    const message = "You exceeded your current quota, please check your plan and billing details.";
    const error = { code: 429, message, status: "RESOURCE_EXHAUSTED", details };
    const { calls, sleeps } = await outcome(make, [{ status: 429, body: { error } }]);
    expect(calls).toBe(2);
    expect(sleeps).toContain(7000);
  });

  test("a 403 of a moderation layer is the prompt's failure, not the key's", async () => {
    const words = "Your input was flagged by moderation";
    const { error } = await outcome(make, [{ status: 403, body: body(name, words, "403", "forbidden") }]);
    expect(isCultivarError(error) && error.code).toBe("content-filter");
  });

  test.each([
    ["3", 3000],
    ["2.5", 2500],
    ["60", 60_000],
    ["Sun, 22 Nov 2026 12:00:30 GMT", 30_000],
  ])("Retry-After %s is obeyed", async (header, waitMs) => {
    const fault = {
      status: 429,
      headers: { "retry-after": header },
      body: body(name, "slow down", "rate_limit_exceeded", "rate_limit_error"),
    };
    const { response, calls, sleeps } = await outcome(make, [fault]);
    expect(response?.finishReason).toBe("stop");
    expect(calls).toBe(2);
    expect(sleeps).toContain(waitMs);
  });

  test.each(["0", "NaN", "-1", "Wed, 21 Oct 2015 07:28:00 GMT"])(
    "Retry-After %s means the usual back-off",
    async (header) => {
      const fault = {
        status: 429,
        headers: { "retry-after": header },
        body: body(name, "slow down", "rate_limit_exceeded", "rate_limit_error"),
      };
      const { calls, sleeps } = await outcome(make, [fault]);
      expect(calls).toBe(2);
      expect(Math.max(...sleeps)).toBeLessThanOrEqual(500);
    },
  );

  test.each(["90", "1e9"])("Retry-After %s is too long and fails at once, saying so", async (header) => {
    const fault = {
      status: 429,
      headers: { "retry-after": header },
      body: body(name, "slow down", "rate_limit_exceeded", "rate_limit_error"),
    };
    const { error, calls } = await outcome(make, [fault]);
    expect(isCultivarError(error) && error.code).toBe("rate-limit");
    expect(String(error)).toContain(`${Number(header)} s`);
    expect(calls).toBe(1);
  });

  test("a missing usage is unknown, not zero and not a fault", async () => {
    provider.script([]);
    await make(false).generate(hello);
    const good = provider.calls.at(-1)!;
    const reply = await fetch(provider.url + good.path, { method: "POST", body: JSON.stringify(good.body) });
    const { usage: _usage, ...without } = (await reply.json()) as Record<string, unknown>;
    const { response, calls } = await outcome(make, [{ status: 200, body: without }]);
    expect(calls).toBe(1);
    expect(response?.usage).toEqual({});
  });
});

describe("keys", () => {
  test("a line end after a key is not part of it", async () => {
    provider.script([]);
    await openai("gpt-4o-mini", { apiKey: `${key}\n`, baseURL: `${provider.url}/v1` }).generate(hello);
    expect(provider.calls.at(-1)!.headers.authorization).toBe(`Bearer ${key}`);
  });

  test.each([
    ["openai", (apiKey: string) => openai("gpt-4o-mini", { apiKey, baseURL: `${provider.url}/v1` })],
    ["anthropic", (apiKey: string) => anthropic("claude-haiku-5-5", { apiKey, baseURL: provider.url })],
    [
      "openai-compatible",
      (apiKey: string) => openaiCompatible({ modelId: "llama", apiKey, baseURL: `${provider.url}/v1` }),
    ],
  ] as const)("%s: one that cannot be a header fails at once as auth, without being shown", async (_name, make) => {
    const before = provider.calls.length;
    const error: unknown = await make(`${key}\nsecond-line`)
      .generate(hello)
      .catch((thrown: unknown) => thrown);
    expect(isCultivarError(error) && error.code).toBe("auth");
    expect(inspect(error, { depth: 9 })).not.toContain("SECRET");
    expect(provider.calls.length).toBe(before);
  });

  test("an empty key of a compatible server is none", async () => {
    provider.script([]);
    await openaiCompatible({ modelId: "llama", apiKey: "", baseURL: `${provider.url}/v1` }).generate(hello);
    expect(provider.calls.at(-1)!.headers.authorization).toBeUndefined();
  });
});
