import type { LanguageModel } from "@cultivar/core";
import { isCultivarError } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { anthropic } from "../anthropic/index.ts";
import { fromAiSdk } from "../ai-sdk/index.ts";
import { openai } from "../openai/index.ts";
import { openaiCompatible } from "../openai-compatible/index.ts";
import { loadPackage, once } from "./load-package.ts";

test("a missing package is an error with the install command", async () => {
  // Node's own words for a package that is not there.
  const missing = Object.assign(new Error("Cannot find package 'no-such-sdk' imported from /app/x.js"), {
    code: "ERR_MODULE_NOT_FOUND",
  });
  const error: unknown = await loadPackage("no-such-sdk", "p/m", () => Promise.reject(missing)).catch(
    (e: unknown) => e,
  );
  expect(isCultivarError(error, "missing-package") && error.message).toContain("npm install no-such-sdk");
  const broken = new Error("syntax");
  await expect(loadPackage("no-such-sdk", "p/m", () => Promise.reject(broken))).rejects.toBe(broken);
});

test("once keeps what was made, and makes a failed one again", async () => {
  let made = 0;
  const get = once(() => (made++ === 0 ? Promise.reject(new Error("first")) : Promise.resolve(made)));
  await expect(get()).rejects.toThrow("first");
  expect([await get(), await get()]).toEqual([2, 2]);
});

test("a missing key is an auth error at the first call that names the variable", async () => {
  const ask = { messages: [{ role: "user" as const, content: [{ type: "text" as const, text: "hi" }] }] };
  const saved = { ...process.env };
  delete process.env["OPENAI_API_KEY"];
  delete process.env["ANTHROPIC_API_KEY"];
  try {
    for (const [lm, variable] of [
      [openai("gpt-5.4-mini"), "OPENAI_API_KEY"],
      [anthropic("claude-haiku-5-5"), "ANTHROPIC_API_KEY"],
    ] as const) {
      const error: unknown = await lm.generate(ask).catch((e: unknown) => e);
      expect(isCultivarError(error, "auth") && error.message).toContain(variable);
    }
  } finally {
    process.env = saved;
  }
});

test("what cannot be is refused when the model is made", () => {
  expect(() => openaiCompatible({ baseURL: "localhost:11434", modelId: "m" })).toThrow(/baseURL must be an http/);
  // @ts-expect-error a model id is no model
  expect(() => fromAiSdk("openai/gpt-5")).toThrow(/got string/);
  const old = { specificationVersion: "v1", provider: "p", modelId: "m", doGenerate: () => Promise.resolve({}) };
  expect(() => fromAiSdk(old)).toThrow(/specificationVersion "v1"/);
});

test("the endpoint holds no credentials, and tells extra request fields apart", () => {
  const plain = openaiCompatible({ baseURL: "http://user:pass@host:1/v1/", modelId: "m" });
  const extra = openaiCompatible({ baseURL: "http://host:1/v1", modelId: "m", extra: { seed: 1 } });
  expect(plain.endpoint).toBe("host:1/v1");
  expect(extra.endpoint).toMatch(/^host:1\/v1#[0-9a-f]{8}$/);
});

describe("what changes replies is part of the endpoint", () => {
  const key = "sk-test-1234567890abcdefSECRET";
  const sdk = {
    specificationVersion: "v2",
    provider: "openai.chat",
    modelId: "m",
    doGenerate: () => Promise.resolve({}),
  };
  const makers: Readonly<Record<string, (more: object) => LanguageModel>> = {
    openai: (more) => openai("gpt-4o", { baseURL: "http://h/v1", apiKey: key, ...more }),
    "openai-compatible": (more) => openaiCompatible({ baseURL: "http://h/v1", modelId: "m", apiKey: key, ...more }),
    anthropic: (more) => anthropic("m", { baseURL: "http://h/v1", apiKey: key, ...more }),
    "ai sdk": (more) => fromAiSdk(sdk, { endpoint: "h/v1", ...more }),
  };

  test.each(Object.entries(makers))("%s", (_name, make) => {
    const settings = [
      {},
      { capabilities: { structuredOutput: false } },
      { capabilities: { tools: false } },
      { capabilities: { maxOutputTokens: 77 } },
      { capabilities: { maxOutputTokens: 77, sampling: ["topP"] } },
    ];
    const endpoints = settings.map((each) => make(each).endpoint);
    expect(new Set(endpoints).size).toBe(settings.length);
    expect(endpoints.join(" ")).not.toContain("SECRET");
    expect(endpoints[0]).toBe("h/v1");
    // What is said but is so anyway changes nothing.
    expect(make({ capabilities: { structuredOutput: true, tools: true } }).endpoint).toBe("h/v1");
  });

  test("the API that is called, where it is not the usual one", () => {
    const at = (baseURL: string, api?: "chat" | "responses"): string | undefined =>
      openai("gpt-4o", { baseURL, ...(api !== undefined && { api }) }).endpoint;
    expect(at("http://h/v1", "chat")).toBe(at("http://h/v1"));
    expect(at("http://h/v1", "responses")).not.toBe(at("http://h/v1"));
    expect(at("https://api.openai.com/v1", "responses")).toBe(at("https://api.openai.com/v1"));
    expect(at("https://api.openai.com/v1", "chat")).not.toBe(at("https://api.openai.com/v1"));
  });

  test("the name of an AI SDK model, whose own settings cannot be seen", () => {
    const named = (more: object): string | undefined => fromAiSdk(sdk, more).endpoint;
    expect(named({})).toBeUndefined();
    expect(named({ name: "thinking" })).toBe("openai.chat#thinking");
    expect(named({ name: "thinking", endpoint: "h/v1" })).toBe("h/v1#thinking");
    expect(named({ name: "thinking", capabilities: { tools: false } })).toMatch(/^openai\.chat#thinking#[0-9a-f]{8}$/);
  });

  test("a request field with a secret does not show it", () => {
    const { endpoint } = openaiCompatible({ baseURL: "http://h/v1", modelId: "m", extra: { token: key } });
    expect(endpoint).toMatch(/^h\/v1#[0-9a-f]{8}$/);
  });
});
