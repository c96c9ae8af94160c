import { describe, expect, test } from "vitest";
import { validate } from "./schema.ts";
import { shorthand } from "./shorthand.ts";

describe("shorthand", () => {
  test("reads names, types, choices, options and descriptions", () => {
    const route = shorthand(
      `ticket (the customer's message, as sent), retries: integer ->
         queue: "billing, refunds" | "bug (any)" (who can solve it), scores: number[], sure: boolean, note?, pages?: integer[] (from 1)`,
      { instructions: "Route the ticket." },
    );
    expect(route.name).toBe("queue_scores_sure_note_pages");
    expect(route.instructions).toBe("Route the ticket.");
    const fields = [...route.inputFields.fields, ...route.outputFields.fields];
    expect(fields.map((field) => [field.name, field.required, field.description])).toStrictEqual([
      ["ticket", true, "the customer's message, as sent"],
      ["retries", true, undefined],
      ["queue", true, "who can solve it"],
      ["scores", true, undefined],
      ["sure", true, undefined],
      ["note", false, undefined],
      ["pages", false, "from 1"],
    ]);
    expect(fields[2]?.schema["enum"]).toStrictEqual(["billing, refunds", "bug (any)"]);
    expect(validate(route.output, { queue: "bug (any)", scores: [0.5], sure: true })).toStrictEqual({
      value: { queue: "bug (any)", scores: [0.5], sure: true },
    });
    expect(validate(route.output, { queue: "bug", scores: [0.5], sure: true })).toHaveProperty("issues");
    expect(validate(route.output, { queue: "bug (any)", scores: [0.5], sure: true, pages: [1.5] })).toHaveProperty(
      "issues",
    );
  });

  test.each([
    ["question -> answer", undefined, "answer"],
    ["question -> answer, confidence: number", undefined, "answer_confidence"],
    ["question -> answer", "qa", "qa"],
    ["question -> _hidden", undefined, "hidden"],
    [`question -> ${"long".repeat(20)}`, undefined, "long".repeat(16)],
    ["question -> _1", undefined, "output"],
  ])("%s named %s is called %s", (text, name, expected) => {
    expect(shorthand(text, name === undefined ? {} : { name }).name).toBe(expected);
  });

  test.each([
    ["question -> answer: strng", 'field answer: unknown type "strng"; use string, number'],
    ["question: -> answer", 'field question: unknown type ""'],
    ["question: toString -> answer", 'field question: unknown type "toString"'],
    ["question, answer", 'expected one "->" between inputs and outputs, got 0'],
    ["a -> b -> c", "got 2"],
    ["-> answer", '"" is no field name'],
    ["question -> answer,", '"" is no field name'],
    ["question context -> answer", '"question context" is no field name'],
    ["__proto__ -> b", "__proto__ cannot name a field"],
    ["a -> constructor", "constructor cannot name a field"],
    ["a, a -> b", "field a is declared twice"],
    ["a -> a", "field a is both an input and an output"],
    ['a -> kind: "x" | "y', "field kind: expected a comma"],
    ['a -> kind: "x', "field kind: a choice has no closing quote"],
    ['a -> kind: string "x"', 'choices must follow "kind:"'],
    ['a -> kind "x"', 'choices must follow "kind:"'],
    ["a -> b (c", "field b: expected a comma"],
    ["a (b) c -> d", "field a: expected a comma"],
  ])("refuses %s", (text, message) => {
    expect(() => shorthand(text)).toThrow(
      expect.objectContaining({ code: "signature", message: expect.stringContaining(message) }),
    );
  });
});
