import { CultivarError } from "../../ground/errors.ts";
import type { Message } from "../../values/language-model.ts";
import { textMessage } from "../../values/language-model.ts";
import { coerceFields, plainName } from "./coerce.ts";
import type { Format, Shape } from "./format.ts";
import { isPlainObject } from "./json-schema.ts";
import { cleanObject, lenientObject } from "./lenient-json.ts";
import { jsonReminder, jsonReply, repairTurns, systemPrompt } from "./prompts.ts";
import { renderInputs } from "./render-value.ts";

/** JSON structured output: the reply is one JSON object, held to a schema where the model can be. */
export const jsonFormat: Format = {
  name: "json",

  prefix(shape, instructions, demos): readonly Message[] {
    const messages = [textMessage("system", systemPrompt(shape, instructions, jsonReply(shape)))];
    for (const demo of demos) {
      messages.push(textMessage("user", renderInputs(shape.inputs, demo.input)));
      messages.push(textMessage("assistant", JSON.stringify(inOrder(shape, demo.output))));
    }
    messages.push({ ...messages.pop()!, cacheBreakpoint: true });
    return messages;
  },

  live(shape, input): Message {
    return textMessage("user", `${renderInputs(shape.inputs, input)}\n\n${jsonReminder(shape)}`);
  },

  output: (shape) => ({ name: shape.name, schema: shape.outputSchema }),

  parse(shape, response): Record<string, unknown> {
    const parsed = response.parsed === undefined ? undefined : cleanObject(response.parsed);
    if (parsed !== undefined && rank(shape, parsed) > 0) return fieldsOf(shape, parsed);
    try {
      const { value } = lenientObject(response.text, (object) => rank(shape, object));
      return fieldsOf(shape, value);
    } catch (cause) {
      if (!(cause instanceof CultivarError)) throw cause;
      throw new CultivarError("parse", `${cause.message}; ${jsonReminder(shape)}`, { cause });
    }
  },

  repair: (shape, reply, problem) => repairTurns(reply, problem, jsonReminder(shape)),
};

/** An object's own output fields, in the order of the signature. */
function inOrder(shape: Shape, output: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const ordered: Record<string, unknown> = {};
  for (const { name } of shape.outputs) if (Object.hasOwn(output, name)) ordered[name] = output[name];
  return ordered;
}

/** How many output fields an object holds, itself or as the only member of a wrapper (`{"output": {...}}`). */
export function rank(shape: Shape, object: Readonly<Record<string, unknown>>): number {
  const own = fieldCount(shape, object);
  if (own > 0) return own;
  const inner = wrapped(object);
  if (inner !== undefined && fieldCount(shape, inner) > 0) return fieldCount(shape, inner);
  // With nothing required, an empty object is a whole answer.
  return Object.keys(object).length === 0 && shape.outputs.every((field) => !field.required) ? 1 : 0;
}

/** The coerced output fields of an object of a rank above 0. */
export function fieldsOf(shape: Shape, object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const inner = fieldCount(shape, object) > 0 ? undefined : wrapped(object);
  return coerceFields(shape.outputs, shape.outputSchema, inner ?? object);
}

function fieldCount(shape: Shape, object: Readonly<Record<string, unknown>>): number {
  let count = 0;
  for (const { name } of shape.outputs) if (Object.hasOwn(object, name)) count++;
  if (count > 0) return count;
  const plain = new Set(Object.keys(object).map(plainName));
  return shape.outputs.filter((field) => plain.has(plainName(field.name))).length;
}

function wrapped(object: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const members = Object.values(object);
  return members.length === 1 && isPlainObject(members[0]) ? members[0] : undefined;
}
