import { describe, expect, test } from "vitest";
import { textsOf, wordsOf } from "./words.ts";

describe("words", () => {
  test.each([
    ["Don't say 12.5 kg!", ["don", "t", "say", "12", "5", "kg"]],
    ["ÉTÉ ﬁn", ["été", "fin"]],
    ["abc東京def", ["abc", "東", "京", "def"]],
    ["-- ?", []],
  ])("of %j", (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  test("texts are found at any depth, numbers are none", () => {
    expect([...textsOf({ a: "x", b: [1, { c: "y" }, null] })]).toEqual(["x", "y"]);
  });
});
