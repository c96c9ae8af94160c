import { describe, expect, test } from "vitest";
import { answerIn, blockIn } from "./reply.ts";

describe("the text in a block", () => {
  test.each([
    ["```\nNew text.\n```", "New text."],
    ["Here it is:\n```text\nNew text.\n```\nDone.", "New text."],
    ["```\nUse `a`:\n```js\nx\n```\nas shown.\n```", "Use `a`:\n```js\nx\n```\nas shown."],
    ["```New text.```", "New text."],
    ["````\nUse ``` marks.\n````", "Use ``` marks."],
    ["```\r\nNew text.\r\n```", "New text."],
    ["```\n<think>Hm.</think>\nNew text.\n```", "New text."],
    ["```\nReason within <think> first.\n```", "Reason within <think> first."],
  ])("%j gives %j", (reply, text) => expect(blockIn(reply)).toEqual({ text }));

  test.each([
    ["no block", /no finished block/],
    ["```\ncut off in the mid", /no finished block/],
    ["```\nUse:\n```js\nx\n```\nand then", /not finished/],
    ["```\n```", /the text is empty/],
    ["```text\n\n```", /the text is empty/],
    ["```\n<think>Hm.\n```", /thinking that never ends/],
  ])("%j gives none", (reply, why) =>
    expect(blockIn(reply)).toEqual({ rejected: expect.stringMatching(why) as string }),
  );
});

describe("the answer in a reply", () => {
  const answerTo = (text: string) => answerIn({ text, finishReason: "stop" });

  test.each([
    ["without thinking", "```\na\n```", "```\na\n```"],
    ["after thinking", "<think>Hm, ```b```.</think>\n```\na\n```", "\n```\na\n```"],
    ["after more of it", "<THINKING>b</THINKING><think>c</think>d", "d"],
    ["after thinking that a template began", "Hm, ```b```.</think>```\na\n```", "```\na\n```"],
    [
      "that is about thinking",
      "```\nReason in <think> and </think>.\n```",
      "```\nReason in <think> and </think>.\n```",
    ],
    ["as JSON about thinking", '{"edits": "<think>"}', '{"edits": "<think>"}'],
  ])("%s", (_, reply, text) => expect(answerTo(reply)).toEqual({ text }));

  test.each([
    ["<think>Hm, ```b```", "the reply never ends its thinking"],
    ["<think>a</think> <think>b", "the reply never ends its thinking"],
    ["", "the reply is empty"],
    ["<think>a</think>\n", "the reply is empty"],
  ])("%j has none", (reply, rejected) => expect(answerTo(reply)).toEqual({ rejected }));

  test.each([
    ["length", /cut off/],
    ["context-overflow", /cut off/],
    ["refusal", /refused/],
    ["content-filter", /refused/],
  ] as const)("a reply that ends by %s has none", (finishReason, why) =>
    expect(answerIn({ text: "```\na\n```", finishReason })).toEqual({
      rejected: expect.stringMatching(why) as string,
    }),
  );
});
