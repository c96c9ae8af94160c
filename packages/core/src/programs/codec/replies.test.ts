import { describe, expect, test } from "vitest";
import { z } from "zod";
import { signature } from "../../values/signature.ts";
import { validate } from "../../values/schema.ts";
import { jsonReplies, markerReplies } from "./fixtures/replies.ts";
import { formats } from "./formats.ts";
import type { Shape } from "./format.ts";

const route = signature({
  name: "route",
  input: z.object({ ticket: z.string() }),
  output: z.object({
    queue: z.enum(["billing", "bug", "sales"]),
    urgent: z.boolean(),
    score: z.number(),
    note: z.string().optional(),
    tags: z.array(z.string()).optional(),
    detail: z.object({ page: z.number(), line: z.number().optional() }).optional(),
  }),
});
const shape: Shape = {
  name: route.name,
  inputs: route.inputFields.fields,
  outputs: route.outputFields.fields,
  inputSchema: route.inputFields.jsonSchema,
  outputSchema: route.outputFields.jsonSchema,
};

describe.each([
  ["json", jsonReplies],
  ["markers", markerReplies],
] as const)("%s replies", (name, replies) => {
  const read = replies.flatMap((reply) =>
    reply.fields === undefined ? [] : [[reply.says, reply.text, reply.fields] as const],
  );
  const refused = replies.flatMap((reply) =>
    reply.error === undefined ? [] : [[reply.says, reply.text, reply.error] as const],
  );

  test("each is one or the other", () => {
    expect(read.length + refused.length).toBe(replies.length);
  });

  test.each(read)("%s", (_says, text, fields) => {
    expect(formats[name].parse(shape, { text })).toStrictEqual(fields);
  });

  test.each(refused)("refused: %s", (_says, text, error) => {
    expect(() => formats[name].parse(shape, { text })).toThrow(
      expect.objectContaining({ code: "parse", message: expect.stringContaining(error) }),
    );
  });
});

test("there are replies enough, and whole ones are valid", () => {
  expect(jsonReplies.length + markerReplies.length).toBeGreaterThanOrEqual(40);
  for (const { fields } of jsonReplies.slice(0, 12))
    expect(validate(route.output, fields)).not.toHaveProperty("issues");
});

test("a provider's own parse is used when it fits, and never its prototype members", () => {
  const parsed = JSON.parse('{"queue":" Bug","detail":{"page":"1","__proto__":{"x":1}}}') as unknown;
  const before = JSON.stringify(parsed);
  const fields = formats.json.parse(shape, { text: "not read", parsed });
  expect(fields).toStrictEqual({ queue: "bug", detail: { page: 1 } });
  expect(JSON.stringify(parsed)).toBe(before);
  expect(formats.json.parse(shape, { text: '{"queue":"bug"}', parsed: "bug" })).toStrictEqual({ queue: "bug" });
});
