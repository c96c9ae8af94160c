import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Schema } from "./schema.ts";
import { describeIssues } from "./schema.ts";
import { signature } from "./signature.ts";

const input = z.object({ question: z.string() });
const output = z.object({ answer: z.string().describe("short") });

describe("signature", () => {
  test("reads fields in order and is frozen", () => {
    const made = signature({ name: "qa", input, output: z.object({ a: z.number(), b: z.string().default("x") }) });
    expect(made.outputFields.fields.map(({ name, required }) => [name, required])).toEqual([
      ["a", true],
      ["b", false],
    ]);
    expect(made.instructions).toBe("");
    expect(Object.isFrozen(made)).toBe(true);
  });

  test("the fingerprint covers name and fields, not instructions", () => {
    const one = signature({ name: "qa", instructions: "a", input, output });
    expect(signature({ name: "qa", instructions: "b", input, output }).fingerprint).toBe(one.fingerprint);
    expect(signature({ name: "qb", input, output }).fingerprint).not.toBe(one.fingerprint);
    const other = z.object({ answer: z.number() });
    expect(signature({ name: "qa", input, output: other }).fingerprint).not.toBe(one.fingerprint);
  });

  test.each([
    [{ name: "1x", input, output }, "must start with a letter"],
    [{ name: "a.b", input, output }, "must start with a letter"],
    [{ name: "qa", input: z.object({}), output }, "qa: input: expected at least one field"],
    [{ name: "qa", input, output: z.string() }, "qa: output: expected an object schema"],
    [{ name: "qa", input, output: z.record(z.string(), z.string()) }, "expected an object schema with named fields"],
    [{ name: "qa", input, output: z.object({ when: z.date() }) }, "this schema has no JSON Schema"],
    [{ name: "qa", input, output: input }, "field question is both an input and an output"],
    [{ name: "qa", input, output: undefined as never }, "expected a schema that can say its JSON Schema"],
    [{ name: "qa", input, output: { "~standard": { version: 1, vendor: "v" } } as never }, 'one of vendor "v"'],
  ])("refuses %#", (spec, message) => {
    expect(() => signature(spec as { name: string; input: Schema; output: Schema })).toThrow(message);
  });

  test("issues read as one line", () => {
    const issues = [{ message: "bad", path: ["a", { key: 0 }] }, { message: "worse" }];
    expect(describeIssues(issues)).toBe("a.0: bad; worse");
  });
});
