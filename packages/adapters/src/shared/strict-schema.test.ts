import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { JsonSchema } from "@cultivar/core";
import { anthropicDialect, openAiDialect, strictSchema } from "./strict-schema.ts";
import { schemaCompiler, structuredReply, toolArguments } from "./structured-reply.ts";

const json = (schema: z.ZodType): JsonSchema => z.toJSONSchema(schema, { io: "input" });

const ticket = z.object({
  queue: z.enum(["billing", "bug"]).describe("where to"),
  score: z.int().min(1).max(5),
  reason: z.string().min(3).optional(),
  tags: z.array(z.object({ name: z.string(), weight: z.number().optional() })),
  owner: z.string().nullish(),
});

/** Checks what OpenAI's strict mode demands of every object: all fields required, no others allowed. */
function checkClosed(schema: unknown): void {
  const objects = nodesOf(schema).filter((node) => node["type"] === "object");
  expect(objects.length).toBeGreaterThan(0);
  for (const { properties, required, additionalProperties } of objects) {
    expect(additionalProperties).toBe(false);
    expect(required).toEqual(Object.keys(properties as object));
  }
}

function nodesOf(node: unknown): readonly Record<string, unknown>[] {
  if (typeof node !== "object" || node === null) return [];
  return [node as Record<string, unknown>, ...Object.values(node).flatMap(nodesOf)];
}

describe("strictSchema", () => {
  test("closes every object, makes optional fields nullable, keeps what is understood, tells the rest", () => {
    const { schema, strict } = strictSchema(json(ticket), openAiDialect);
    expect(strict).toBe(true);
    checkClosed(schema);
    const properties = schema["properties"] as Record<string, unknown>;
    expect(properties["queue"]).toEqual({ type: "string", enum: ["billing", "bug"], description: "where to" });
    expect(properties["score"]).toEqual({ type: "integer", minimum: 1, maximum: 5 });
    expect(properties["reason"]).toEqual({ type: ["string", "null"], description: "(minLength: 3)" });
    expect(properties["owner"]).toEqual({ type: ["string", "null"] });
  });

  test("a list of types with an object among them becomes a union", () => {
    const given = {
      type: "object",
      required: ["a"],
      properties: { a: { type: ["object", "null"], properties: { b: { type: "string" } } } },
    };
    const { schema, restore } = strictSchema(given, openAiDialect);
    expect((schema["properties"] as Record<string, { anyOf: unknown[] }>)["a"]!.anyOf).toHaveLength(2);
    checkClosed(schema);
    expect(restore({ a: { b: null } })).toEqual({ a: {} });
    expect(restore({ a: null })).toEqual({ a: null });
  });

  test("Anthropic's dialect keeps optional fields optional and moves bounds into words", () => {
    const { schema } = strictSchema(json(ticket), anthropicDialect);
    expect(schema["required"]).toEqual(["queue", "score", "tags"]);
    expect((schema["properties"] as Record<string, unknown>)["score"]).toEqual({
      type: "integer",
      description: "(minimum: 1, maximum: 5)",
    });
  });

  test("restore undoes the nulls that it caused and no others, and the value then fits the schema", () => {
    const { restore } = strictSchema(json(ticket), openAiDialect);
    const reply = { queue: "bug", score: 2, reason: null, tags: [{ name: "a", weight: null }], owner: null };
    const restored = restore(reply);
    expect(restored).toEqual({ queue: "bug", score: 2, tags: [{ name: "a" }], owner: null });
    expect(ticket.safeParse(restored).success).toBe(true);
    expect(ticket.safeParse(reply).success).toBe(false);
    const whole = { ...reply, reason: "because", tags: [] };
    expect(restore(whole)).toBe(whole);
  });

  test("recursion and unions are restored too", () => {
    interface Tree {
      name: string;
      note?: string | undefined;
      children: Tree[];
    }
    const tree: z.ZodType<Tree> = z.object({
      name: z.string(),
      note: z.string().optional(),
      get children() {
        return z.array(tree);
      },
    });
    const recursive = strictSchema(json(z.object({ root: tree })), openAiDialect);
    expect(recursive.strict).toBe(true);
    checkClosed(recursive.schema);
    const reply = { root: { name: "a", note: null, children: [{ name: "b", note: null, children: [] }] } };
    expect(recursive.restore(reply)).toEqual({ root: { name: "a", children: [{ name: "b", children: [] }] } });

    const shape = z.object({
      shape: z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("dot"), size: z.number().optional() }),
        z.object({ kind: z.literal("line"), from: z.number(), dash: z.string().optional() }),
      ]),
    });
    const union = strictSchema(json(shape), openAiDialect);
    checkClosed(union.schema);
    const line = union.restore({ shape: { kind: "line", from: 1, dash: null } });
    expect(line).toEqual({ shape: { kind: "line", from: 1 } });
    expect(shape.safeParse(line).success).toBe(true);
  });

  test.each([
    ["a record", z.object({ a: z.record(z.string(), z.number()) })],
    ["a tuple", z.object({ a: z.tuple([z.string(), z.number()]) })],
    ["unknown", z.object({ a: z.unknown() })],
    ["an intersection", z.object({ a: z.object({ b: z.string() }).and(z.record(z.string(), z.string())) })],
    ["a list at the root", z.array(z.string())],
  ])("%s cannot be strict and stays as it is", (_name, schema) => {
    const given = json(schema);
    const compiled = strictSchema(given, openAiDialect);
    expect(compiled.strict).toBe(false);
    expect(compiled.schema).toBe(given);
  });

  test("a format goes without its pattern, lookarounds into words", () => {
    const { schema } = strictSchema(
      json(z.object({ mail: z.email(), code: z.string().regex(/^(?!x)a/) })),
      openAiDialect,
    );
    const { mail, code } = schema["properties"] as Record<string, Record<string, unknown>>;
    expect(mail).toEqual({ type: "string", format: "email" });
    expect([code!["pattern"], String(code!["description"])]).toEqual([undefined, '(pattern: "^(?!x)a")']);
  });

  test("the schema given is not changed, and compiled once", () => {
    const given = json(ticket);
    const before = JSON.stringify(given);
    const compile = schemaCompiler(openAiDialect);
    expect(compile(given)).toBe(compile(given));
    expect(JSON.stringify(given)).toBe(before);
  });
});

test("structured replies: text and parsed say the same, what is no JSON stays", () => {
  const schema = strictSchema(json(ticket), openAiDialect);
  const kept = '{ "queue": "bug", "score": 1, "tags": [] }';
  expect(structuredReply(kept, schema)).toEqual({ text: kept, parsed: JSON.parse(kept) as unknown });
  expect(structuredReply('{"queue":"bug","reason":null}', schema).text).toBe('{"queue":"bug"}');
  expect(structuredReply("oh no", schema)).toEqual({ text: "oh no" });
  expect(structuredReply("null", undefined)).toEqual({ text: "null" });
});

test.each([
  ['{"a":1}', { a: 1 }],
  ['{"a":', '{"a":'],
  ["", {}],
  [undefined, {}],
  [{ a: 1 }, { a: 1 }],
])("tool arguments %j", (given, expected) => expect(toolArguments(given, undefined)).toEqual(expected));
