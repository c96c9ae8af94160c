import { describe, expect, test } from "vitest";
import { z } from "zod";
import { coerce } from "./coerce.ts";
import { describeType } from "./describe-type.ts";

const json = (schema: z.ZodType): Readonly<Record<string, unknown>> => z.toJSONSchema(schema, { io: "input" });
const node = z.object({
  v: z.number(),
  get kids() {
    return z.array(node);
  },
});
const priority = z.enum(["P1", "p-2", "in progress", "-1", "1"]);
const kinds = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("page"), page: z.number() }),
  z.object({ kind: z.literal("name"), name: z.string() }),
]);

describe("coerce", () => {
  test.each<[z.ZodType, unknown, unknown]>([
    [z.number(), " 42 ", 42],
    [z.number(), "1,234.5", 1234.5],
    [z.number(), "-1,000", -1000],
    [z.number(), "\u2212.5", -0.5],
    [z.number(), "`7`.", 7],
    [z.number(), "1e3", 1000],
    [z.number(), "12,34", "12,34"],
    [z.number(), "1.234,5", "1.234,5"],
    [z.number(), "85%", "85%"],
    [z.number(), "12 apples", "12 apples"],
    [z.number(), "12345678901234567890", "12345678901234567890"],
    [z.number(), "1e999", "1e999"],
    [z.number(), "", ""],
    [z.number(), "0x10", "0x10"],
    [z.number(), true, true],
    [z.int(), "3.0", 3],
    [z.int(), "3.5", 3.5],
    [z.boolean(), "Yes", true],
    [z.boolean(), "**no**.", false],
    [z.boolean(), "FALSE", false],
    [z.boolean(), 1, 1],
    [z.boolean(), "not really", "not really"],
    [z.string(), 42, "42"],
    [z.string(), 1e21, 1e21],
    [z.string(), true, "true"],
    [z.string(), null, null],
    [z.string(), ["a"], ["a"]],
    [priority, "p1", "P1"],
    [priority, "P2", "p-2"],
    [priority, " In-Progress. ", "in progress"],
    [priority, '"in_progress"', "in progress"],
    [priority, "1", "1"],
    [priority, 1, "1"],
    [priority, "-1", "-1"],
    [priority, "+1", "+1"],
    [priority, "not P1", "not P1"],
    [priority, "", ""],
    [z.enum(["C", "C++", "C#"]), "c++", "C++"],
    [z.enum(["C", "C++", "C#"]), "C.", "C"],
    [z.enum(["a b", "a-b"]), "A_B", "A_B"],
    [z.literal([1, 2]), "2", 2],
    [z.array(z.number()), ["1", 2], [1, 2]],
    [z.array(z.number()), "[1, '2',]", [1, 2]],
    [z.array(z.number()), "- 1\n- 2\n", [1, 2]],
    [z.array(z.number()), "1. 5\n2) 6", [5, 6]],
    [z.array(z.number()), "5", "5"],
    [z.array(z.string()), "a", "a"],
    [z.array(z.string()), "- a\nb", "- a\nb"],
    [z.tuple([z.string(), z.number()]), ["a", "1"], ["a", 1]],
    [z.object({ a: z.number(), b: z.string().optional() }), { a: "1", b: null, c: "2" }, { a: 1, c: "2" }],
    [z.object({ a: z.number().nullable().optional() }), { a: null }, { a: null }],
    [z.record(z.string(), z.number()), { x: "1" }, { x: 1 }],
    [z.union([z.string(), z.number()]), "5", "5"],
    [z.union([z.number(), z.boolean()]), "5", 5],
    [z.union([z.number(), z.boolean()]), "yes", true],
    [z.union([z.number(), z.array(z.number())]), "x", "x"],
    [z.number().nullable(), "null", null],
    [z.number().nullable(), "7", 7],
    [kinds, { kind: "Page", page: "3" }, { kind: "page", page: 3 }],
    [node, { v: "1", kids: [{ v: "2", kids: [] }] }, { v: 1, kids: [{ v: 2, kids: [] }] }],
    [z.unknown(), "5", "5"],
  ])("%#: %o", (schema, value, expected) => {
    const root = json(schema);
    expect(coerce(value, root, root)).toStrictEqual(expected);
  });
});

test.each<[z.ZodType, string]>([
  [z.string(), "string"],
  [z.iso.date(), "string (date)"],
  [z.int(), "integer"],
  [z.number().min(0).max(1), "number (0 to 1)"],
  [z.number().positive(), "number (above 0)"],
  [z.string().max(80), "string (at most 80 characters)"],
  [z.enum(["P1", "in progress"]), '"P1" | "in progress"'],
  [z.array(z.enum(["a", "b"])).max(2), '("a" | "b")[] (at most 2 items)'],
  [
    z.array(z.object({ a: z.string().describe("who"), b: z.number().optional() })),
    '{ "a": string /* who */, "b"?: number }[]',
  ],
  [z.string().nullable(), "string | null"],
  [kinds, '{ "kind": "page", "page": number } | { "kind": "name", "name": string }'],
  [z.record(z.string(), z.number()), "{ [key: string]: number }"],
  [z.tuple([z.string(), z.number()]), "[string, number]"],
  [z.unknown(), "any JSON value"],
])("describeType %#", (schema, text) => {
  const root = json(schema);
  expect(describeType(root, root)).toBe(text);
});

test("a recursive schema has a finite description", () => {
  const root = json(z.object({ tree: node }));
  expect(describeType(root, root).length).toBeLessThan(500);
});
