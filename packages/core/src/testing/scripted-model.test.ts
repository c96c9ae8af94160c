import { describe, expect, test } from "vitest";
import { isCultivarError } from "../ground/errors.ts";
import type { Request } from "../values/language-model.ts";
import { textMessage } from "../values/language-model.ts";
import type { Script } from "./scripted-model.ts";
import { scriptedModel } from "./scripted-model.ts";
import { testLanguageModel } from "./test-language-model.ts";

const ask = (text: string): Request => ({ messages: [textMessage("system", "Answer."), textMessage("user", text)] });
const textsOf = async (script: Script, asked: readonly string[]): Promise<readonly string[]> => {
  const model = scriptedModel(script);
  const texts: string[] = [];
  for (const text of asked) texts.push((await model.generate(ask(text))).text);
  return texts;
};

describe("scriptedModel", () => {
  test("answers by a function of the request and the number of the call", async () => {
    const script: Script = (request, call) => `${call}: ${request.messages.length}`;
    expect(await textsOf(script, ["a", "b"])).toEqual(["0: 2", "1: 2"]);
  });

  test("answers from a list in the order of the calls", async () => {
    expect(await textsOf(["one", { text: "two", finishReason: "length" }], ["a", "b"])).toEqual(["one", "two"]);
  });

  test("answers by the longest text that the last message holds", async () => {
    const script = { cat: "animal", category: "word", "Answer.": "never: that is the system message" };
    expect(await textsOf(script, ["a cat", "a category"])).toEqual(["animal", "word"]);
  });

  test.each<{ what: string; script: Script; why: string }>([
    { what: "a list that is used up", script: [], why: "its 0 replies are used up" },
    { what: "no text that fits", script: { dog: "x", horse: "y" }, why: 'it holds none of "horse", "dog"' },
  ])("an unforeseen call is an error that ends a run: $what", async ({ script, why }) => {
    const error = await scriptedModel(script)
      .generate(ask("a cat"))
      .catch((thrown: unknown) => thrown);
    expect(isCultivarError(error, "cassette")).toBe(true);
    expect((error as Error).message).toBe(`scripted: no reply is scripted for "a cat": ${why}; add one to the script`);
  });

  test("keeps every request, also one that failed", async () => {
    const model = scriptedModel({ cat: "animal" });
    await model.generate(ask("cat"));
    await model.generate(ask("dog")).catch(() => {});
    expect(model.calls).toEqual([ask("cat"), ask("dog")]);
  });

  test("counts tokens by length unless told", async () => {
    const model = scriptedModel([{ text: "12345678" }, { text: "x", usage: {} }]);
    expect((await model.generate(ask("123456789"))).usage).toEqual({ inputTokens: 4, outputTokens: 2 });
    expect((await model.generate(ask("x"))).usage).toEqual({});
  });

  const canned = (
    request: Request,
  ):
    | string
    | { text: string; toolCalls: [{ id: string; name: string; arguments: object }]; finishReason: "tool-calls" } => {
    if (request.output !== undefined) return '{"colour":"red","sure":true}';
    if (request.toolChoice !== "required") return "hello";
    return {
      text: "",
      toolCalls: [{ id: "1", name: "weather", arguments: { city: "Paris" } }],
      finishReason: "tool-calls",
    };
  };
  testLanguageModel({ test }, "scriptedModel", { make: () => scriptedModel(canned) });
});
