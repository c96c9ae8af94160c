import { describe, expect, test } from "vitest";
import { messageOf } from "./errors.ts";
import { redactMember, redactSecrets } from "./redact-secrets.ts";

const key = "abcdefghijklmnop1234567890";

describe("redactSecrets", () => {
  test.each([
    [`fetch failed, Authorization: Bearer ${key}`, key],
    [`Incorrect API key provided: sk-proj-${key}.`, key],
    [`GET /v1?api_key=${key}&q=1`, key],
    [`x-api-key: ${key}`, key],
    [`OPENAI_API_KEY=${key}`, key],
    [`{"apiKey": "${key}"}`, key],
    [`postgres://me:${key}@host/db`, key],
    [`-----BEGIN PRIVATE KEY-----\n${key}`, key],
  ])("%s", (text, secret) => {
    const safe = redactSecrets(text);
    expect(safe).not.toContain(secret);
    expect(safe).toMatch(/\[redacted:[0-9a-f]{8}\]/);
    expect(redactSecrets(safe)).toBe(safe);
  });

  test.each(["risk-averse and task-management", "the key is missing", "basic idea", "https://host:8080/path"])(
    "%s is left alone",
    (text) => {
      expect(redactSecrets(text)).toBe(text);
    },
  );

  test("a member that is named for a secret is one, whatever it looks like", () => {
    expect(redactMember("x-api-key", "plainlooking")).toMatch(/^\[redacted:/);
    expect(redactMember("key", "plainlooking")).toBe("plainlooking");
  });

  test("messageOf redacts, before it cuts", () => {
    const message = messageOf(new Error(`${"x".repeat(40)} Bearer ${key}`), 60);
    expect(message).toHaveLength(60);
    expect(message).not.toContain(key.slice(0, 6));
  });
});
