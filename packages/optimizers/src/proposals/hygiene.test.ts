import type { Example } from "@cultivar/core";
import { isCultivarError } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import type { Against, Check } from "./hygiene.ts";
import * as checks from "./hygiene.ts";

const against = (more: Partial<Against> = {}): Against => ({
  current: "Answer {question} briefly.",
  spec: { kind: "text", initial: "Answer {question} briefly.", role: "the instructions" },
  refused: [],
  shown: [],
  ...more,
});

const words = (count: number, from = 1): string => Array.from({ length: count }, (_, i) => `word${from + i}`).join(" ");
const row = (id: string, input: unknown, expected?: unknown): Example => ({ id, input, expected });
const refused = [{ text: "Answer {question} at length.", why: "no better on its batch" }];

describe("a check", () => {
  test.each([
    ["Separate the items with ','.", "Separate the items with ';'."],
    ["End each reply with '!'", "End each reply with '.'"],
    ["as in 1'000", "as in 1000"],
    ["such as 2*3", "such as 23"],
    ["Use `*` as a bullet", "Use as a bullet"],
  ])("takes a sign that the text asks for as a difference: %s", (text, current) => {
    expect(checks.restated.problem(text, against({ current }))).toBeUndefined();
  });

  test.each<[what: string, Check, text: string, problem: RegExp | undefined, Partial<Against>?]>([
    ["the same text", checks.unchanged, " Answer {question} briefly.\n", /unchanged/],
    ["another text", checks.unchanged, "Answer {question} briefly!", undefined],
    ["other case and signs", checks.restated, "ANSWER **{question}**\n briefly!", /punctuation, case or white space/],
    ["another word", checks.restated, "Answer {question} shortly.", undefined],
    [
      "a minus sign",
      checks.restated,
      "Answer {question} -1 briefly.",
      undefined,
      { current: "Answer {question} 1 briefly." },
    ],
    ["another separator", checks.restated, "Write a_b.", undefined, { current: "Write a-b." }],
    ["another format of numbers", checks.restated, "as in 1.000", undefined, { current: "as in 1,000" }],
    [
      "other bullets",
      checks.restated,
      "\u2022 be brief\n\u2022 say \u201Cno\u201D",
      /punctuation/,
      { current: '- be brief\n- say "no"' },
    ],
    ["a mathematical sign", checks.restated, "Yes if a < b", undefined, { current: "Yes if a > b" }],
    ["a refused text", checks.repeated, "answer {question}, at length", /no better on its batch/, { refused }],
    [
      "a withheld text, without its reason",
      checks.repeated,
      "answer {question}, at length",
      /an earlier one$/,
      { refused: [{ ...refused[0]!, withheld: true }] },
    ],
    ["no refused text", checks.repeated, "Answer {question} in French.", undefined, { refused }],
    ["a lost placeholder", checks.placeholders, "Answer briefly, as in {other}.", /lost the placeholders \{question\}/],
    ["a kept one", checks.placeholders, "For {question}: be brief.", undefined],
    ["braces that are none", checks.placeholders, "x", undefined, { current: 'As {"a": 1} or { } says' }],
    [
      "twelve words of a row",
      checks.copied(),
      `Say: ${words(12)}`,
      /copies a training example \("word1 .* word12"\)/,
      { shown: [row("a", { q: `so ${words(12)} end` })] },
    ],
    [
      "with other signs",
      checks.copied(),
      words(12).replaceAll(" ", ", ").toUpperCase(),
      /copies/,
      { shown: [row("a", words(12))] },
    ],
    ["of its expected output", checks.copied(), words(12), /copies/, { shown: [row("a", "x", { a: [words(12)] })] }],
    ["eleven words of a row", checks.copied(), words(11), undefined, { shown: [row("a", words(12))] }],
    ["fewer, when so set", checks.copied(5), words(5), /copies/, { shown: [row("a", words(12))] }],
    ["words of two fields", checks.copied(), words(12), undefined, { shown: [row("a", [words(6), words(6, 7)])] }],
    [
      "words that it had",
      checks.copied(),
      `More. ${words(12)}`,
      undefined,
      { shown: [row("a", words(12))], current: words(12) },
    ],
    [
      "what several rows say",
      checks.copied(),
      words(12),
      undefined,
      { shown: [row("a", words(12)), row("b", words(13))] },
    ],
    [
      "unspaced words",
      checks.copied(),
      "払い戻しは請求係へ回してください",
      /copies/,
      { shown: [row("a", "払い戻しは請求係へ回してください")] },
    ],
    ["too many characters", checks.overlong(), "a".repeat(8001), /8001 characters, 8000 are allowed/],
    ["just enough", checks.overlong(), "a".repeat(8000), undefined],
    ["three times a long start", checks.overlong({ maxChars: 10 }), "a".repeat(79), /79 characters, 78 are allowed/],
    [
      "no more than there are",
      checks.overlong({ maxChars: 10 }),
      "a".repeat(100),
      undefined,
      { current: "b".repeat(100) },
    ],
    [
      "what its spec rejects",
      checks.disallowed,
      "x",
      /no x/,
      { spec: { kind: "text", initial: "", role: "", reject: () => "no x" } },
    ],
    ["what it does not", checks.disallowed, "x", undefined],
  ])("%s", (_, check, text, problem, more = {}) => {
    expect(check.problem(text, against(more)) ?? "fine").toMatch(problem ?? /^fine$/);
  });

  test("says beforehand what it asks for, where there is something to say", () => {
    expect(checks.placeholders.asks?.(against())).toBe("keep the placeholders {question} as they are");
    expect(checks.placeholders.asks?.(against({ current: "Answer." }))).toBeUndefined();
    expect(checks.overlong({ maxChars: 90 }).asks?.(against())).toBe("write 90 characters at most");
  });

  test.each([() => checks.copied(0), () => checks.overlong({ maxChars: 0 }), () => checks.overlong({ times: 1.5 })])(
    "refuses settings out of range",
    (make) => expect(() => make()).toThrow(expect.toSatisfy((error) => isCultivarError(error, "config"))),
  );
});

describe("all checks together", () => {
  test("give the first thing that is wrong, and pass on what was rejected before", () => {
    const long = "a".repeat(9000);
    expect(checks.checked({ text: long }, against(), checks.hygiene)).toEqual({
      rejected: "the text has lost the placeholders {question}",
    });
    expect(checks.checked({ text: long }, against(), checks.plainChecks)).toEqual({ text: long });
    expect(checks.checked({ rejected: "cut" }, against(), checks.hygiene)).toEqual({ rejected: "cut" });
  });

  test("let a first text take the place of an empty one", () => {
    const empty = against({ current: "", spec: { kind: "text", initial: "", role: "the instructions" } });
    expect(checks.checked({ text: "Answer." }, empty, checks.hygiene)).toEqual({ text: "Answer." });
  });
});
