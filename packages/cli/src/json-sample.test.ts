import { expect, test } from "vitest";
import { sampleOf } from "./json-sample.ts";

test.each([
  [
    { type: "object", properties: { query: { type: "string" }, n: { type: "integer", minimum: 2 } } },
    { query: "{{query}}", n: 2 },
  ],
  [{ enum: ["a", "b"] }, "a"],
  [{ const: 7 }, 7],
  [{ anyOf: [{ type: "null" }, { type: "string" }] }, null],
  [{ type: "array", items: { type: "boolean" } }, [false]],
  [{ type: "array", minItems: 2, items: { type: "number" } }, [0, 0]],
  [{ type: ["string", "null"] }, "{{value}}"],
])("%j", (schema, value) => expect(sampleOf(schema)).toEqual(value));
