import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redact, redactJson } from "./redact.ts";

const secrets: readonly (readonly [string, string])[] = [
  ["OpenAI", "sk-proj-AbCdEf0123456789"],
  ["Anthropic", "sk-ant-api03-AbCdEf0123456789-_x"],
  ["masked", "sk-abcd********wxyz"],
  ["AWS", "AKIAIOSFODNN7EXAMPLE"],
  ["GitHub", "ghp_0123456789abcdefghijABCDEFGHIJ456789"],
  ["GitHub fine-grained", "github_pat_11ABCDEFG0123456789_abcdefghij"],
  ["Google", "AIzaSyA0123456789abcdefghijklmnopqrstu"],
  ["Hugging Face", "hf_abcdefghijklmnopqrst"],
  ["Groq", "gsk_abcdefghijklmnopqrst"],
  ["Slack", "xoxb-123456789012-abcdefghij"],
  ["JWT", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF123_-"],
];

describe("redact", () => {
  test.each(secrets)("%s key", (_name, secret) => {
    const safe = redact(`the key ${secret} was refused`);
    expect(safe).not.toContain(secret.slice(6));
    expect(safe).toMatch(/^the key \[redacted:[0-9a-f]{8}\] was refused$/);
  });

  test.each([
    ["Authorization: Bearer abcdefghijklmnop", "abcdefghijklmnop"],
    ["https://user:hunter2pass@example.org/x", "hunter2pass"],
    ['{"api_key": "0123456789abcdef"}', "0123456789abcdef"],
    ["password=correcthorsebattery", "correcthorsebattery"],
    ["-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----", "MIIEow"],
  ])("%s", (text, secret) => expect(redact(text)).not.toContain(secret));

  test("a known secret of any shape, wherever it stands", () => {
    expect(redact("got my-odd-key, my-odd-key", ["my-odd-key", undefined])).not.toContain("odd");
  });

  test("one secret stays one, two stay two, and redacting twice changes nothing", () => {
    const [a, b] = [redact("sk-aaaaaaaaaaaaaaaa"), redact("sk-bbbbbbbbbbbbbbbb")];
    expect(a).not.toBe(b);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("hello ", ...secrets.map(([, secret]) => secret), " = ", "password=")),
        (parts) => {
          const safe = redact(parts.join(" "));
          expect(redact(safe)).toBe(safe);
        },
      ),
    );
  });

  test("ordinary words stay", () => {
    for (const text of [
      "risk-adjusted returns",
      "the task-oriented desk-bound",
      "ask-me-anything sessions",
      "a basic explanation here",
    ]) {
      expect(redact(text)).toBe(text);
    }
  });

  test("JSON values keep their shape", () => {
    const value = { a: ["sk-aaaaaaaaaaaaaaaa", 1, null, true], b: { c: "plain" } };
    const safe = redactJson(value);
    expect(JSON.stringify(safe)).not.toContain("aaaaaaaa");
    expect({ ...safe, a: safe.a.slice(1) }).toEqual({ a: [1, null, true], b: { c: "plain" } });
  });
});
