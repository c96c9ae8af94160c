import { describe, expect, test } from "vitest";
import { askedOf } from "./asked.ts";

const schema = '{"type": "object", "additionalProperties": {"type": "string"}}';

function read(system: string, user: string): ReturnType<typeof askedOf> {
  return askedOf({ messages: [] }, { system, turns: [{ role: "user", text: user }] }, ["document"]);
}

describe("askedOf", () => {
  test("a marked section that holds a JSON object is data, one that holds a stand-in is asked for", () => {
    const { layout, fields } = read(
      "[[ ## inputs ## ]]\n{inputs}\n\n[[ ## advice ## ]]\n{advice}\n\n[[ ## completed ## ]]",
      '[[ ## inputs ## ]]\n{\n  "document": "a bill"\n}\n\nRespond with:\n[[ ## advice ## ]]\n{advice}',
    );
    expect({ layout, names: fields.map(({ name }) => name) }).toEqual({ layout: "markers", names: ["advice"] });
  });

  test("a schema noted beside a stand-in is the field's; free keys are the names that the prompt lists", () => {
    const { fields } = read(
      `[[ ## step_names ## ]]\n{step_names}\n\n[[ ## advice ## ]]\n{advice}        # note: the value must adhere to the JSON schema: ${schema}`,
      '[[ ## step_names ## ]]\n[\n  "find",\n  "judge"\n]',
    );
    expect(fields).toHaveLength(1);
    expect(fields[0]).toMatchObject({
      name: "advice",
      type: "object",
      schema: { properties: { find: { type: "string" }, judge: { type: "string" } } },
    });
  });

  test("of JSON keys those laid out with stand-ins are asked for, not those of the data beside them", () => {
    const { layout, fields } = read(
      `Answer as a JSON object.\n{\n  "instruction": "{instruction}",\n  "advice": "{advice}  # note: JSON schema: ${schema.replaceAll('"', '\\"')}"\n}`,
      'Examples: [{"Inputs": {"document": "a bill"}, "Feedback": "Right."}]\n\nRespond with a JSON object.',
    );
    expect({ layout, fields: fields.map(({ name, type }) => [name, type]) }).toEqual({
      layout: "json",
      fields: [
        ["instruction", undefined],
        ["advice", "object"],
      ],
    });
  });
});
