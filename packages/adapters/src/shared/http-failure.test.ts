import { describe, expect, test } from "vitest";
import type { HttpFailure } from "./http-failure.ts";
import { codeOf, httpError } from "./http-failure.ts";
import { limitDetails } from "./limit-details.ts";

const status = (code: number, message = "x", more: Partial<HttpFailure> = {}): HttpFailure => ({
  kind: "status",
  status: code,
  message,
  ...more,
});

const gemini = "You exceeded your current quota, please check your plan and billing details.";

describe("codeOf", () => {
  test.each([
    [status(401), "auth"],
    [status(403), "auth"],
    [status(402), "quota"],
    [status(404), "unknown-model"],
    [status(413), "context-overflow"],
    [status(422), "bad-request"],
    [status(429), "rate-limit"],
    [status(429, "x", { code: "insufficient_quota" }), "quota"],
    [status(429, "x", { type: "insufficient_quota" }), "quota"],
    [status(429, "You exceeded your current quota, please check your plan and billing details."), "quota"],
    [status(429, "Rate limit reached for gpt-4o: Limit 30000, Used 30000. Please try again in 2s."), "rate-limit"],
    [status(429, gemini, { limit: { limits: "GenerateRequestsPerMinutePerProjectPerModel-FreeTier" } }), "rate-limit"],
    [status(429, `${gemini} Limit: 15 requests per minute.`), "rate-limit"],
    [status(429, gemini, { limit: { retryDelayMs: 24_000 } }), "rate-limit"],
    [status(429, gemini, { limit: { limits: "GenerateRequestsPerDayPerProject", retryDelayMs: 24_000 } }), "quota"],
    [status(429, gemini, { code: "insufficient_quota", limit: { retryDelayMs: 1 } }), "quota"],
    [status(429, gemini, { limit: {} }), "quota"],
    [status(400, "Your credit balance is too low to access the Anthropic API."), "quota"],
    [status(400, "x", { code: "context_length_exceeded" }), "context-overflow"],
    [
      status(400, "This model's maximum context length is 8192 tokens. However, you requested 9000."),
      "context-overflow",
    ],
    [status(400, "prompt is too long: 250000 tokens > 200000 maximum"), "context-overflow"],
    [status(400, "the request exceeds the available context size, try increasing it"), "context-overflow"],
    [status(400, "x", { code: "model_not_found" }), "unknown-model"],
    [status(400, "openrouter: nope/nope is not a valid model ID"), "unknown-model"],
    [status(400, "API key not valid. Please pass a valid API key."), "auth"],
    [status(400, "x", { code: "content_filter" }), "content-filter"],
    [status(400, "Invalid value for 'messages'"), "bad-request"],
    [status(408), "transport"],
    [status(409), "transport"],
    [status(500), "transport"],
    [status(502), "transport"],
    [status(503), "transport"],
    [status(504), "transport"],
    [status(529, "x", { type: "overloaded_error" }), "transport"],
    [{ kind: "connection", message: "x" }, "transport"],
    [{ kind: "unreadable", message: "x" }, "transport"],
    [{ kind: "timeout", message: "x" }, "timeout"],
    [{ kind: "aborted", message: "x" }, "aborted"],
  ] as const)("%o is %s", (failure, code) => expect(codeOf(failure)).toBe(code));
});

test("the error says who, what, where and what to do, and holds no secret and no cause", () => {
  const asked = { where: "openai/m", endpoint: "h/v1", keyName: "OPENAI_API_KEY", secrets: ["odd-secret-key"] };
  const failure = status(401, `no such key odd-secret-key ${"x".repeat(900)}`, { code: "odd-secret-key" });
  const error = httpError(failure, asked, 0);
  expect(error.message).toMatch(
    /^openai\/m: the provider refused the key: 401 no such key \[redacted:.*from h\/v1; check OPENAI_API_KEY$/,
  );
  expect(JSON.stringify(error) + error.stack).not.toContain("odd-secret");
  expect(error.message.length).toBeLessThan(500);
  const late = httpError(status(401, `${"x".repeat(290)} odd-secret-key`), asked, 0);
  expect(late.message).not.toContain("odd-");
  expect(error.cause).toBeUndefined();
  expect(error.fields["status"]).toBe(401);
});

test("the wait that an error's details name is taken where no header does", () => {
  const asked = { where: "p/m", endpoint: undefined, keyName: "k", secrets: [] };
  const told = { code: 429, details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "24.5s" }] };
  const limit = limitDetails(told);
  expect(httpError(status(429, gemini, { limit }), asked, 0)).toMatchObject({
    code: "rate-limit",
    retryAfterMs: 24_500,
  });
  const header = (name: string): string | undefined => (name === "retry-after" ? "4" : undefined);
  expect(httpError(status(429, gemini, { limit, header }), asked, 0).retryAfterMs).toBe(4000);
});

test.each([
  [undefined, {}],
  [{ details: { error_code: "x" } }, {}],
  [{ details: [null, "x", { retryDelay: "soon" }, { violations: [null] }] }, { limits: "" }],
  [
    { details: [{ violations: [{ quotaId: "APerDay" }, { quotaId: "BPerMinute" }] }, { retryDelay: "3s" }] },
    { limits: "APerDay BPerMinute", retryDelayMs: 3000 },
  ],
])("the limits in %j", (error, expected) => expect(limitDetails(error)).toEqual(expected));

test("Retry-After is read from a status only", () => {
  const asked = { where: "p/m", endpoint: undefined, keyName: "k", secrets: [] };
  const header = (name: string): string | undefined => (name === "retry-after" ? "4" : undefined);
  expect(httpError(status(503, "x", { header }), asked, 0).retryAfterMs).toBe(4000);
  expect(httpError({ kind: "unreadable", message: "x", header }, asked, 0).retryAfterMs).toBeUndefined();
});
