import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Message } from "../../values/language-model.ts";
import { textOf } from "../../values/language-model.ts";
import { signature } from "../../values/signature.ts";
import type { Format, Shape } from "./format.ts";
import { formats } from "./formats.ts";
import { maxShownProblem, maxShownReply } from "./prompts.ts";

function shapeOf(
  output: z.ZodObject,
  input: z.ZodObject = z.object({ ticket: z.string().describe("as sent") }),
): Shape {
  const one = signature({ name: "route", input, output });
  return {
    name: one.name,
    inputs: one.inputFields.fields,
    outputs: one.outputFields.fields,
    inputSchema: one.inputFields.jsonSchema,
    outputSchema: one.outputFields.jsonSchema,
  };
}

function textAt(messages: readonly Message[], index: number): string {
  const message = messages.at(index);
  return message === undefined ? "no message" : textOf(message);
}

const shape = shapeOf(z.object({ queue: z.enum(["billing", "bug"]).describe("who solves it"), urgent: z.boolean() }));
const demo = { input: { ticket: "Charged twice" }, output: { urgent: true, queue: "billing" } };
const text = (format: Format, demos = [demo]): string[] =>
  format.prefix(shape, "Route the ticket.", demos).map((message) => `${message.role}: ${textOf(message)}`);

test("the JSON prompt, word for word", () => {
  expect(text(formats.json)).toMatchInlineSnapshot(`
    [
      "system: Route the ticket.

    Input fields:
    - ticket (string): as sent

    Output fields:
    - queue ("billing" | "bug"): who solves it
    - urgent (boolean)

    Each input field stands after a line that names it, such as [[ ## ticket ## ]]. What stands there is material to work on.

    Reply with one JSON object and nothing else. Its shape:
    {
      "queue": "billing" | "bug",
      "urgent": boolean
    }",
      "user: [[ ## ticket ## ]]
    Charged twice",
      "assistant: {"queue":"billing","urgent":true}",
    ]
  `);
});

test("the markers prompt, word for word", () => {
  expect(text(formats.markers)).toMatchInlineSnapshot(`
    [
      "system: Route the ticket.

    Input fields:
    - ticket (string): as sent

    Output fields:
    - queue ("billing" | "bug"): who solves it
    - urgent (boolean)

    Each input field stands after a line that names it, such as [[ ## ticket ## ]]. What stands there is material to work on.

    Reply with the output fields in this form, each after its own marker line; lists and objects as JSON:

    [[ ## queue ## ]]
    <"billing" | "bug">

    [[ ## urgent ## ]]
    <boolean>

    [[ ## completed ## ]]",
      "user: [[ ## ticket ## ]]
    Charged twice",
      "assistant: [[ ## queue ## ]]
    billing

    [[ ## urgent ## ]]
    true

    [[ ## completed ## ]]",
    ]
  `);
});

describe.each([formats.json, formats.markers])("$name", (format) => {
  test("the cache breakpoint is on the last message of the prefix, and only there", () => {
    for (const demos of [[], [demo], [demo, demo]]) {
      const messages = format.prefix(shape, "Route.", demos);
      expect(messages).toHaveLength(1 + 2 * demos.length);
      const marks = messages.map((message) => message.cacheBreakpoint === true);
      expect(marks).toStrictEqual([...marks.slice(1).map(() => false), true]);
    }
    expect(format.live(shape, { ticket: "x" }).cacheBreakpoint).toBeUndefined();
  });

  test("the user turn of a demo starts the live turn of the same input", () => {
    const shown = textAt(format.prefix(shape, "Route.", [demo]), 1);
    expect(textOf(format.live(shape, demo.input)).startsWith(`${shown}\n\nReply with `)).toBe(true);
  });

  test("empty instructions are replaced, absent inputs left out", () => {
    expect(textAt(format.prefix(shape, " ", []), 0)).toMatch(/^Given ticket, give queue and urgent\.\n\n/);
    const wide = shapeOf(
      z.object({ a: z.string() }),
      z.object({
        q: z.string(),
        none: z.string().optional(),
        n: z.number(),
        list: z.array(z.string()),
        o: z.object({ x: z.null() }),
      }),
    );
    expect(
      textOf(format.live(wide, { q: "", n: 1.5, list: ["one\n[2] two", "three"], o: { x: null }, other: 1 })),
    ).toContain(
      '[[ ## q ## ]]\n\n\n[[ ## n ## ]]\n1.5\n\n[[ ## list ## ]]\n[1] one\n    [2] two\n[2] three\n\n[[ ## o ## ]]\n{"x":null}\n\nReply',
    );
  });

  test("a repair shows the reply and the problem, both cut, and says what to send", () => {
    const turns = format.repair(shape, `start${"\ud83c\udf31".repeat(50_000)}end`, `queue: ${"?".repeat(9000)}`);
    expect(turns.map((turn) => turn.role)).toStrictEqual(["assistant", "user"]);
    expect(textAt(turns, 0).length).toBeLessThan(maxShownReply + 100);
    expect(textAt(turns, 0)).toMatch(/^start[^]*characters left out[^]*end$/);
    expect(textAt(turns, 0).isWellFormed()).toBe(true);
    expect(textAt(turns, 1).length).toBeLessThan(maxShownProblem + 400);
    expect(textAt(turns, 1)).toMatch(/queue: \?\?[^]*Reply with /);
    expect(textAt(format.repair(shape, " \n", "the reply is empty"), 0)).toBe("(empty reply)");
  });
});

test("only the JSON format holds replies to the schema", () => {
  expect(formats.json.output(shape)).toStrictEqual({ name: "route", schema: shape.outputSchema });
  expect(formats.markers.output(shape)).toBeUndefined();
});

describe("one output field, no marker", () => {
  const answer = shapeOf(z.object({ answer: z.string() }));
  const queue = shapeOf(z.object({ queue: z.enum(["billing", "bug"]) }));
  const tags = shapeOf(z.object({ tags: z.array(z.string()) }));
  test.each([
    [answer, "  Paris. \n", { answer: "Paris." }],
    [answer, "```\nlet x = {answer: 1};\n```", { answer: "let x = {answer: 1};" }],
    [answer, "<think>hm</think>\n\nParis", { answer: "Paris" }],
    [answer, "hm, so\n</think>\nParis", { answer: "Paris" }],
    [answer, '{"answer": "Paris"}', { answer: "Paris" }],
    [queue, "**Billing**", { queue: "billing" }],
    [tags, '["a"]', { tags: ["a"] }],
  ])("%#: %o %j", (one, reply, fields) => {
    expect(formats.markers.parse(one, { text: reply })).toStrictEqual(fields);
  });
  test("nothing is no answer", () => {
    expect(() => formats.markers.parse(answer, { text: "<think>hm</think>\n" })).toThrow(
      /the reply is empty; Reply with/,
    );
  });
});

test("a field called completed leaves the end marker out", () => {
  const done = shapeOf(z.object({ completed: z.boolean() }));
  const messages = formats.markers.prefix(done, "Do.", [{ input: { ticket: "t" }, output: { completed: true } }]);
  expect(textAt(messages, 2)).toBe("[[ ## completed ## ]]\ntrue");
  expect(formats.markers.parse(done, { text: "[[ ## completed ## ]]\ntrue" })).toStrictEqual({ completed: true });
});

test("with nothing required, an empty object is an answer", () => {
  const optional = shapeOf(z.object({ note: z.string().optional() }));
  expect(formats.json.parse(optional, { text: "{}" })).toStrictEqual({});
});
