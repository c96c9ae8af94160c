import assert from "node:assert/strict";
import { isCultivarError } from "../ground/errors.ts";
import type { LanguageModel, Request, Response } from "../values/language-model.ts";
import { textMessage } from "../values/language-model.ts";

/** The one thing a suite needs of a test runner: vitest's and node:test's `test` both fit. */
export interface TestRunner {
  test(name: string, run: () => Promise<void>): void;
}

export interface LanguageModelSuite {
  /** A model ready to answer; called once per test. */
  readonly make: () => LanguageModel | Promise<LanguageModel>;
  /** Tests that do not apply, by name, each with the reason. */
  readonly skip?: readonly { readonly reason: string; readonly tests: readonly string[] }[];
}

const ask = (text: string): Request => ({
  messages: [textMessage("system", "Answer briefly."), textMessage("user", text)],
  maxTokens: 256,
});

const structured: Request = {
  ...ask("Name a colour and say how sure you are."),
  output: {
    name: "colour",
    schema: {
      type: "object",
      properties: {
        colour: { type: "string", description: "the colour" },
        sure: { type: "boolean" },
        note: { type: "string" },
      },
      required: ["colour", "sure"],
    },
  },
};

const withTool: Request = {
  ...ask("What is the weather in Paris? Use the tool."),
  tools: [
    {
      name: "weather",
      description: "The weather of a city.",
      parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    },
  ],
  toolChoice: "required",
};

const cases: Readonly<Record<string, (lm: LanguageModel) => Promise<void>>> = {
  "declares itself": async (lm) => {
    assert.ok(lm.provider.length > 0 && lm.modelId.length > 0, "provider and modelId are non-empty");
    assert.ok(lm.capabilities.maxOutputTokens >= 1, "capabilities.maxOutputTokens is at least 1");
    assert.ok(lm.endpoint === undefined || !lm.endpoint.includes("@"), "endpoint holds no credentials");
    await Promise.resolve();
  },
  "answers in plain text": async (lm) => {
    const response = await lm.generate(ask("Say something."));
    assert.equal(response.finishReason, "stop");
    assert.ok(response.text.length > 0, "text is not empty");
    assert.equal(response.toolCalls, undefined, "no tool calls without tools");
  },
  "holds structured output to its schema": async (lm) => {
    if (!lm.capabilities.structuredOutput) return;
    const response = await lm.generate(structured);
    const value = JSON.parse(response.text) as Record<string, unknown>;
    assert.equal(typeof value["colour"], "string");
    assert.equal(typeof value["sure"], "boolean");
    assert.notEqual(value["note"], null, "an optional field is left out, never null");
    if (response.parsed !== undefined) assert.deepEqual(response.parsed, value, "parsed equals text");
  },
  "calls a declared tool": async (lm) => {
    if (!lm.capabilities.tools) return;
    const response = await lm.generate(withTool);
    assert.equal(response.finishReason, "tool-calls");
    const [call] = response.toolCalls ?? [];
    assert.ok(call !== undefined, "toolCalls holds the call");
    assert.equal(call.name, "weather");
    assert.ok(call.id.length > 0, "a tool call has an id");
    assert.equal(typeof (call.arguments as { city?: unknown }).city, "string");
  },
  "continues after a tool result": async (lm) => {
    if (!lm.capabilities.tools) return;
    const { toolChoice: _required, ...rest } = withTool;
    const call = { id: "call_1", name: "weather", arguments: { city: "Paris" } };
    const response = await lm.generate({
      ...rest,
      toolChoice: "none",
      messages: [
        ...withTool.messages,
        { role: "assistant", content: [], toolCalls: [call] },
        { role: "tool", content: [{ type: "text", text: "sunny" }], toolCallId: call.id },
      ],
    });
    assert.equal(response.finishReason, "stop");
  },
  "says usage as counts or not at all": async (lm) => {
    const { usage } = await lm.generate(ask("Say something."));
    for (const [name, count] of Object.entries(usage)) {
      assert.ok(Number.isInteger(count) && (count as number) >= 0, `usage.${name} is a whole number, got ${count}`);
    }
    if (usage.inputTokens !== undefined) {
      const cached = (usage.cachedInputTokens ?? 0) + (usage.cacheWriteTokens ?? 0);
      assert.ok(cached <= usage.inputTokens, "inputTokens includes cached tokens");
    }
  },
  "rejects with aborted when its signal aborts": async (lm) => {
    await assert.rejects(lm.generate(ask("Too late."), { signal: AbortSignal.abort() }), isAborted);
    const controller = new AbortController();
    const late = lm.generate(ask("Too late too."), { signal: controller.signal });
    controller.abort();
    await assert.rejects(late, isAborted);
  },
  "accepts a sample index": async (lm) => {
    const [first, second] = await Promise.all([
      lm.generate({ ...ask("Say something."), sample: 0 }),
      lm.generate({ ...ask("Say something."), sample: 1 }),
    ]);
    assert.ok(first.text.length > 0 && second.text.length > 0);
  },
  "answers with plain JSON data": async (lm) => {
    const requests = [ask("Say something."), structured, ...(lm.capabilities.tools ? [withTool] : [])];
    for (const request of requests) {
      const response = await lm.generate(request);
      assert.deepEqual(JSON.parse(JSON.stringify(response)) as Response, response);
    }
  },
  "drops unsupported sampling settings with a warning": async (lm) => {
    const request = { ...ask("Say something."), temperature: 0.5, topP: 0.9 };
    const { warnings } = await lm.generate(request);
    for (const setting of ["temperature", "topP"] as const) {
      const warned = warnings.some((warning) => warning.includes(setting));
      assert.equal(warned, !lm.capabilities.sampling.includes(setting), `a warning names ${setting} iff it is dropped`);
    }
  },
  "keeps concurrent calls apart": async (lm) => {
    const questions = Array.from({ length: 24 }, (_, i) => ask(`Repeat this number: ${i}.`));
    const together = await Promise.all(questions.map((question) => lm.generate(question)));
    for (const response of together) {
      assert.equal(response.finishReason, "stop");
      assert.ok(response.text.length > 0);
    }
    assert.equal(new Set(together).size, together.length, "each call has its own response object");
  },
  "leaves the request as it was": async (lm) => {
    for (const request of [structured, withTool]) {
      const before = JSON.stringify(request);
      await lm.generate(deepFreeze(structuredClone(request)));
      await lm.generate(request);
      assert.equal(JSON.stringify(request), before);
    }
  },
};

/** The names of the suite's tests, as `skip` takes them. */
export const languageModelTests: readonly string[] = Object.keys(cases);

/**
 * Registers what every language model must do with `runner`, as tests named `<name>: <test>`. Makes about 45 calls.
 * Throws when `skip` names a test that does not exist.
 */
export function testLanguageModel(runner: TestRunner, name: string, suite: LanguageModelSuite): void {
  const skipped = new Set(suite.skip?.flatMap(({ tests }) => tests));
  for (const test of skipped) {
    assert.ok(Object.hasOwn(cases, test), `testLanguageModel: skip names ${JSON.stringify(test)}, which is no test`);
  }
  for (const [test, run] of Object.entries(cases)) {
    if (!skipped.has(test)) runner.test(`${name}: ${test}`, async () => run(await suite.make()));
  }
}

function isAborted(error: unknown): boolean {
  assert.ok(isCultivarError(error, "aborted"), `expected a CultivarError "aborted", got ${String(error)}`);
  return true;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
