import { isCultivarError } from "@cultivar/core";
import { expect, test } from "vitest";
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
