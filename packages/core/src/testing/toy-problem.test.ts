import { describe, expect, test } from "vitest";
import type { Message, Request } from "../values/language-model.ts";
import { textMessage } from "../values/language-model.ts";
import { toyCode, toyModels, toyRows, toyRule } from "./toy-problem.ts";

const request = (before: readonly Message[], word: string): Request => ({
  messages: [...before, textMessage("user", `word: ${word}`)],
  output: { name: "mark", schema: { type: "object", properties: { code: { type: "string" } } } },
});
const system = textMessage("system", "Copy the word.");
const taught = textMessage("system", toyRule);
const demo = [textMessage("user", "qbaeiouaeq"), textMessage("assistant", "\u2020qbaeiouaeq\u2020")];

describe("the planted problem", () => {
  const splits = (["train", "val", "test"] as const).map((name) => toyRows(name, 20));

  test("has every word once, over all splits, and each kind as often", () => {
    const words = splits.flatMap((rows) => rows.map(({ input }) => input.word));
    expect(new Set(words).size).toBe(60);
    for (const kind of "abcd") expect(words.filter((word) => word.charAt(1) === kind)).toHaveLength(15);
  });

  test.each([
    { what: "the first kind unaided", before: [system], word: "qaeeeeeeeeq", right: true },
    { what: "no other kind unaided", before: [system], word: "qbeeeeeeeeq", right: false },
    { what: "a kind that a demo shows", before: [system, ...demo], word: "qbeeeeeeeeq", right: true },
    { what: "no kind that only another demo shows", before: [system, ...demo], word: "qceeeeeeeeq", right: false },
    { what: "every kind that the instructions tell of", before: [taught], word: "qdeeeeeeeeq", right: true },
  ])("its student knows $what", async ({ before, word, right }) => {
    const { text } = await toyModels().student.generate(request(before, word));
    expect(JSON.parse(text)).toEqual({ code: right ? toyCode(word) : word });
  });

  test("its deaf student learns nothing", async () => {
    const { text } = await toyModels({ deaf: true }).student.generate(request([taught], "qbeeeeeeeeq"));
    expect(JSON.parse(text)).toEqual({ code: "qbeeeeeeeeq" });
  });

  test("its teacher writes the rule in whatever form it is asked for", async () => {
    const { teacher } = toyModels();
    const properties = {
      texts: { type: "array", items: { type: "string" } },
      sure: { type: "boolean" },
      n: { type: "integer", minimum: 3 },
    };
    const schema = { type: "object", properties };
    const filled = await teacher.generate({ messages: [system], output: { name: "x", schema } });
    expect(JSON.parse(filled.text)).toEqual({ texts: [toyRule], sure: true, n: 3 });
    expect((await teacher.generate({ messages: [system] })).text).toContain(toyRule);
  });
});
