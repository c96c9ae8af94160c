import { describe, expect, test } from "vitest";
import { contains } from "./contains.ts";
import { exactMatch } from "./exact-match.ts";
import { f1, tokenF1 } from "./f1.ts";
import { judged } from "./fixtures/judging.ts";
import { normalizeAnswer } from "./normalize.ts";
import { normalizedMatch } from "./normalized-match.ts";
import { regex } from "./regex.ts";

/**
 * [expected, predicted, normalised expected, exact, F1]: printed by `normalize_answer`, `compute_exact` and
 * `compute_f1` of the SQuAD 2.0 evaluation as shipped in transformers 4.44.0 (data/metrics/squad_metrics.py).
 */
const squad: readonly (readonly [string, string, string, number, number])[] = [
  ["Denver Broncos", "the Denver Broncos", "denver broncos", 1, 1.0],
  ["Denver Broncos", "Denver", "denver broncos", 0, 0.6666666666666666],
  [
    "Santa Clara, California",
    "Levi's Stadium in Santa Clara, California",
    "santa clara california",
    0,
    0.6666666666666666,
  ],
  ["1990-1995", "1990 - 1995", "19901995", 0, 0],
  ["a an the", "", "", 1, 1],
  ["", "nothing", "", 0, 0],
  ["", "", "", 1, 1],
  ["The U.S.A.", "usa", "usa", 1, 1.0],
  ["New York City New York", "york york", "new york city new york", 0, 0.5714285714285715],
  ["an apple a day", "apple day", "apple day", 1, 1.0],
  ["Ångström's unit", "ångströms unit", "ångströms unit", 1, 1.0],
  ["théâtre", "the theatre", "théâtre", 0, 0],
  ["ein Haus", "ein haus!", "ein haus", 1, 1.0],
  ["$1,000", "1000", "1000", 1, 1.0],
  ["twenty-one", "twenty one", "twentyone", 0, 0],
  ["  Gold\n\tmedal ", "gold medal", "gold medal", 1, 1.0],
  ["Theatre a1 an_x", "theatre a1 anx", "theatre a1 anx", 1, 1.0],
  ["the cat sat on the mat", "a cat on a mat", "cat sat on mat", 0, 0.8571428571428571],
  ["ÉCOLE", "école", "école", 1, 1.0],
  ["x y z", "p q", "x y z", 0, 0],
];

describe("SQuAD's golden values", () => {
  test.each(squad)("%j against %j", async (expected, answer, normalized, exact, score) => {
    expect(normalizeAnswer(expected)).toBe(normalized);
    expect((await judged(normalizedMatch("answer"), { expected }, { answer })).score).toBe(exact);
    expect(tokenF1(expected, answer)).toBeCloseTo(score, 12);
    expect((await judged(f1("answer"), { expected }, { answer })).score).toBeCloseTo(score, 12);
  });

  test("where we differ on purpose: compatibility forms and typographic marks", () => {
    expect(normalizeAnswer("Ｌｅｖｉ’ｓ “ﬁrst” – stadium…")).toBe("levis first stadium");
  });
});

describe("exactMatch", () => {
  test.each<[unknown, unknown, number, string]>([
    ["Paris", "Paris", 1, 'answer: correct ("Paris")'],
    ["Paris", "paris", 0, 'answer: expected "Paris", got "paris"'],
    ["Paris", " Paris\n", 0, 'answer: expected "Paris", got " Paris\\n": they differ only in spaces around the text'],
    [3, "3", 0, 'answer: expected 3 (number), got "3" (string): the type is wrong'],
    ["Paris", undefined, 0, 'answer: expected "Paris", got nothing'],
    [null, null, 1, "answer: correct (null)"],
    [{ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 }, 1, 'answer: correct ({"a":1,"b":[1,2]})'],
    [{ a: 1, b: [1, 2] }, { a: 2, b: [1, 3] }, 0, "answer: a: expected 1, got 2; b[1]: expected 2, got 3"],
    [["x"], ["x", "y"], 0, 'answer: [1]: expected nothing, got "y"'],
  ])("expected %j, got %j", async (expected, answer, score, feedback) => {
    expect(await judged(exactMatch("answer"), { expected }, { answer })).toEqual({ score, feedback });
  });

  test("expected may be the bare value, an object with the field, or a function's", async () => {
    expect((await judged(exactMatch("answer"), { expected: { answer: "x", other: 1 } }, { answer: "x" })).score).toBe(
      1,
    );
    expect((await judged(exactMatch("answer"), { expected: { other: "x" } }, { answer: { other: "x" } })).score).toBe(
      1,
    );
    const gold = exactMatch("answer", { expected: (example: { readonly gold: string }) => example.gold });
    expect((await judged(gold, { gold: "x" }, { answer: "x" })).score).toBe(1);
  });

  test("any of several", async () => {
    const anyOf = exactMatch("answer", { anyOf: true });
    expect((await judged(anyOf, { expected: ["a", "b"] }, { answer: "b" })).score).toBe(1);
    expect(await judged(anyOf, { expected: ["a", "b"] }, { answer: "c" })).toEqual({
      score: 0,
      feedback: 'answer: expected one of ["a","b"], got "c"',
    });
    expect((await judged(exactMatch("answer"), { expected: ["a", "b"] }, { answer: "b" })).score).toBe(0);
  });

  test("a row without an expected value is an error, not a score", async () => {
    await expect(judged(exactMatch("answer"), {}, { answer: "x" })).rejects.toMatchObject({
      code: "metric",
      message: expect.stringMatching(/^exactMatch\(answer\): the example has no expected value/) as string,
    });
  });

  test("an inherited member is no output field", async () => {
    expect((await judged(exactMatch("toString"), { expected: "x" }, {})).feedback).toBe(
      'toString: expected "x", got nothing',
    );
  });
});

test("normalizedMatch: alternatives, a missing output, the answer inside a sentence", async () => {
  const metric = normalizedMatch("answer");
  expect((await judged(metric, { expected: ["NYC", "New York"] }, { answer: "new york!" })).score).toBe(1);
  expect((await judged(metric, { expected: "" }, { answer: undefined })).score).toBe(0);
  expect((await judged(metric, { expected: "Paris" }, { answer: "It is Paris." })).feedback).toBe(
    'answer: expected "Paris", got "It is Paris."; the right answer is there, but other words are around it: give the answer alone',
  );
  expect((await judged(metric, { expected: 7 }, { answer: "7" })).score).toBe(1);
});

describe("f1", () => {
  test("names missing and extra words", async () => {
    expect((await judged(f1("answer"), { expected: "red green" }, { answer: "red blue" })).feedback).toBe(
      'answer: expected "red green", got "red blue"; missing words: green; words too many: blue',
    );
  });

  test("lists are compared item by item, in any order", async () => {
    const result = await judged(
      f1("tags"),
      { expected: ["New York", "Rome", "Oslo"] },
      { tags: ["rome", "new york", "Bonn", "Kiel"] },
    );
    expect(result.score).toBeCloseTo((2 * 2) / 7, 12);
    expect(result.feedback).toMatch(/missing items: oslo; items too many: bonn, kiel$/);
    expect((await judged(f1("tags"), { expected: [] }, { tags: [] })).score).toBe(1);
    expect((await judged(f1("tags"), { expected: ["x y"] }, { tags: ["y"] })).score).toBe(0);
  });

  test("the nearest of several texts counts", async () => {
    expect((await judged(f1("answer"), { expected: ["x", "red green"] }, { answer: "green red" })).score).toBe(1);
    expect((await judged(f1("answer"), { expected: [] }, { answer: "x" })).score).toBe(0);
  });
});

describe("regex", () => {
  test("matches, says what is wanted, keeps no state between rows", async () => {
    const date = regex("day", /^\d{4}-\d{2}-\d{2}$/g, { describe: "an ISO date" });
    expect((await judged(date, {}, { day: "2024-05-01" })).score).toBe(1);
    expect((await judged(date, {}, { day: "2024-05-01" })).score).toBe(1);
    expect(await judged(date, {}, { day: "May 1" })).toEqual({
      score: 0,
      feedback: String.raw`day: expected a match of an ISO date (/^\d{4}-\d{2}-\d{2}$/g), got "May 1"`,
    });
    expect((await judged(date, {}, { day: undefined })).score).toBe(0);
  });

  test("absent: must not match, and nothing at all does not pass", async () => {
    const metric = regex("text", /sorry/i, { absent: true });
    expect((await judged(metric, {}, { text: "fine" })).score).toBe(1);
    expect((await judged(metric, {}, { text: "I'm Sorry" })).feedback).toBe(
      'text: must not match /sorry/i, but holds "Sorry"',
    );
    expect((await judged(metric, {}, { text: null })).score).toBe(0);
  });
});

describe("contains", () => {
  test("the share of items, missing ones named", async () => {
    expect(await judged(contains("text"), { expected: ["Rome", "Oslo"] }, { text: "in  ROME" })).toEqual({
      score: 0.5,
      feedback: 'text: missing "Oslo" in "in  ROME"',
    });
    expect((await judged(contains("text", { items: ["new york"] }), {}, { text: "New\nYork" })).score).toBe(1);
    expect(
      (await judged(contains("text", { caseSensitive: true }), { expected: "Rome" }, { text: "rome" })).score,
    ).toBe(0);
    expect((await judged(contains("list"), { expected: ["a", "b"] }, { list: ["a", "b"] })).score).toBe(1);
    expect((await judged(contains("text"), { expected: "a" }, { text: undefined })).score).toBe(0);
  });

  test("whole words", async () => {
    const words = contains("text", { wholeWords: true });
    expect((await judged(contains("text"), { expected: "cat" }, { text: "concatenate" })).score).toBe(1);
    expect((await judged(words, { expected: "cat" }, { text: "concatenate" })).score).toBe(0);
    expect((await judged(words, { expected: "cat" }, { text: "concatenate the cat." })).score).toBe(1);
    expect((await judged(words, { expected: "té" }, { text: "comité" })).score).toBe(0);
  });

  test.each([[[]], [[""]], [[" "]]])("refuses the items %j", async (expected) => {
    await expect(judged(contains("text"), { expected }, { text: "x" })).rejects.toMatchObject({ code: "metric" });
  });
});
