import type { LanguageModel, Request, Response } from "@cultivar/core";
import { isCultivarError, textMessage, textOf } from "@cultivar/core";
import { testLanguageModel } from "@cultivar/core/testing";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openaiCompatible } from "../openai-compatible/index.ts";
import type { MockProvider } from "../shared/fixtures/mock-provider.ts";
import { mockProvider } from "../shared/fixtures/mock-provider.ts";
import { parseLines } from "./cassette.ts";
import { differences, nearestRequest } from "./nearest.ts";
import { recorded } from "./recorded.ts";

let folder: string;
let provider: MockProvider;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cassette-"));
  provider = await mockProvider();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await provider.close();
});

let files = 0;
const newFile = (): string => join(folder, `${files++}.jsonl`);
const ask = (text: string, more: Partial<Request> = {}): Request => ({
  messages: [textMessage("user", text)],
  ...more,
});

/** A model that numbers its replies, so that a second call can be told from a replay. */
function counting(): LanguageModel & { calls: number } {
  const lm = {
    calls: 0,
    provider: "p",
    modelId: "m",
    endpoint: "h/v1",
    price: { inputUsd: 1, outputUsd: 2, asOf: "2026-01-01" },
    capabilities: { structuredOutput: true, tools: true, sampling: [], maxOutputTokens: 9 },
    generate: async (request: Request): Promise<Response> => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const text = `${textOf(request.messages[0]!)}/${request.sample ?? 0}/${lm.calls++}`;
      return { warnings: [], text, usage: { outputTokens: 1, inputTokens: 2 }, finishReason: "stop" };
    },
  };
  return lm;
}

// Recorded from a real adapter over HTTP in a first round, replayed without one in a second: both pass the same suite.
const suiteFile = join(tmpdir(), `cassette-suite-${process.pid}.jsonl`);
afterAll(() => rmSync(suiteFile, { force: true }));
testLanguageModel({ test }, "recorded, recording", {
  make: () =>
    recorded({
      file: suiteFile,
      mode: "auto",
      lm: openaiCompatible({ baseURL: `${provider.url}/v1`, modelId: "llama", apiKey: "sk-test-0123456789abcdef" }),
    }),
});
testLanguageModel({ test }, "recorded, replaying", { make: () => recorded({ file: suiteFile }) });
test("the suite's cassette holds no key", () =>
  expect(readFileSync(suiteFile, "utf8")).not.toContain("0123456789abcdef"));

describe("recorded", () => {
  test("replays byte for byte what recording returned, per sample, without the model", async () => {
    const file = newFile();
    const lm = counting();
    const recorder = recorded({ file, mode: "auto", lm });
    const requests = [ask("a"), ask("a", { sample: 1 }), ask("b")];
    const live: string[] = [];
    for (const request of requests) live.push(JSON.stringify(await recorder.generate(request)));
    const replayer = recorded({ file });
    expect([replayer.provider, replayer.modelId, replayer.endpoint, replayer.price]).toEqual([
      "p",
      "m",
      "h/v1",
      lm.price,
    ]);
    for (const [at, request] of requests.entries()) {
      expect(JSON.stringify(await replayer.generate(request))).toBe(live[at]);
      expect(JSON.stringify(await recorder.generate(request))).toBe(live[at]);
    }
    expect(lm.calls).toBe(3);
  });

  test("one line per request, keys sorted; equal requests in flight are one call", async () => {
    const file = newFile();
    const lm = counting();
    const recorder = recorded({ file, mode: "auto", lm });
    const replies = await Promise.all([1, 2, 3].map(() => recorder.generate(ask("a"))));
    expect(new Set(replies.map((reply) => reply.text)).size).toBe(1);
    expect(lm.calls).toBe(1);
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^\{"request":\{"messages":\[\{"content":/);
  });

  test("record asks the model again, and the newest recording counts", async () => {
    const file = newFile();
    const lm = counting();
    await recorded({ file, mode: "auto", lm }).generate(ask("a"));
    const again = await recorded({ file, mode: "record", lm }).generate(ask("a"));
    expect(again.text).toBe("a/0/1");
    expect((await recorded({ file }).generate(ask("a"))).text).toBe("a/0/1");
  });

  test("an unseen request names the nearest recorded one and what differs", async () => {
    const file = newFile();
    const recorder = recorded({ file, mode: "auto", lm: counting() });
    await recorder.generate(ask("Which queue gets this ticket about money?"));
    await recorder.generate(ask("Write a poem on rain."));
    const error: unknown = await recorded({ file })
      .generate(ask("Which queue gets this ticket about bugs?"))
      .catch((thrown: unknown) => thrown);
    expect(isCultivarError(error, "cassette")).toBe(true);
    expect(String(error)).toMatch(
      /nearest of 2 is [0-9a-f]{16} \(entry 1\).*messages\[0\] \(user\) from character 35: "bugs\?" instead of "money\?"/,
    );
  });

  test("secrets are never stored", async () => {
    const file = newFile();
    const key = "sk-live-abcdefghijklmnop";
    const recorder = recorded({ file, mode: "auto", lm: counting() });
    const live = await recorder.generate(ask(`my key is ${key}`));
    expect(readFileSync(file, "utf8") + JSON.stringify(live)).not.toContain("abcdefghijklmnop");
    expect((await recorded({ file }).generate(ask(`my key is ${key}`))).text).toBe(live.text);
  });

  test("cut at any byte, a cassette opens, and goes on after its whole lines", async () => {
    const file = newFile();
    const recorder = recorded({ file, mode: "auto", lm: counting() });
    for (const text of ["a", "b", "ü"]) await recorder.generate(ask(text));
    const whole = readFileSync(file);
    const lengths = Array.from({ length: whole.length }, (_, i) => i).filter(
      (at) => at % 7 === 0 || at > whole.length - 40,
    );
    for (const length of lengths) {
      writeFileSync(file, whole.subarray(0, length));
      const lm = counting();
      const next = recorded({ file, mode: "auto", lm });
      for (const text of ["a", "b", "ü"]) await next.generate(ask(text));
      const after = readFileSync(file, "utf8");
      expect(after.endsWith("\n")).toBe(true);
      expect(readFileSync(file).subarray(0, length).equals(whole.subarray(0, length))).toBe(true);
      expect(parseLines(after, file).entries.size).toBe(3);
      const kept = whole.subarray(0, whole.subarray(0, length).lastIndexOf(10) + 1);
      expect(lm.calls).toBe(3 - parseLines(kept.toString("utf8"), file).entries.size);
    }
  });

  test("errors are not recorded", async () => {
    const file = newFile();
    const lm = counting();
    const broken: LanguageModel = { ...lm, generate: () => Promise.reject(new Error("down")) };
    await expect(recorded({ file, mode: "auto", lm: broken }).generate(ask("a"))).rejects.toThrow("down");
    expect((await recorded({ file, mode: "auto", lm }).generate(ask("a"))).text).toBe("a/0/0");
  });

  test("what is missing or damaged is said", () => {
    expect(() => recorded({ file: join(folder, "none.jsonl") })).toThrow(/cannot read .*none\.jsonl.*record it first/s);
    expect(() => recorded({ file: newFile(), mode: "record" })).toThrow(/needs \{ lm \}/);
    const damaged = newFile();
    for (const line of ["not json", '{"__proto__":{}}', '{"cassette":9}', '{"request":{},"response":{}}']) {
      writeFileSync(damaged, `${line}\n`);
      expect(() => recorded({ file: damaged })).toThrow(/:1: expected a header or/);
    }
    writeFileSync(damaged, "");
    expect(() => recorded({ file: damaged })).toThrow(/holds no recording/);
  });

  test("a folder that cannot be written is a storage error", async () => {
    const lm = recorded({ file: join(folder, "no", "such", "folder.jsonl"), mode: "auto", lm: counting() });
    const error: unknown = await lm.generate(ask("a")).catch((thrown: unknown) => thrown);
    expect(isCultivarError(error, "storage")).toBe(true);
  });
});

test("differences tell messages, members and counts", () => {
  const [a, b] = [ask("same", { temperature: 0, sample: 1 }), ask("same", { temperature: 0.7, sample: 0 })];
  expect(differences(a, b)).toBe("sample: 1 instead of 0; temperature: 0 instead of 0.7");
  const longer = { messages: [...a.messages, textMessage("user", "more")] };
  expect(differences(longer, ask("same"))).toBe("2 messages instead of 1");
  expect(nearestRequest(a, [])).toBeUndefined();
  expect(nearestRequest(ask("x y", { sample: 1 }), [ask("x y"), ask("x y", { sample: 1 })])?.sample).toBe(1);
});
