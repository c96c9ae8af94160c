import { CultivarError } from "../../ground/errors.ts";
import type { Message } from "../../values/language-model.ts";
import { textMessage } from "../../values/language-model.ts";
import { coerceFields, plainName } from "./coerce.ts";
import type { Format, Shape } from "./format.ts";
import { fieldsOf, rank } from "./json-format.ts";
import { lenientObject } from "./lenient-json.ts";
import { hasEnd, markersReminder, markersReply, repairTurns, systemPrompt } from "./prompts.ts";
import { readField, renderField, renderInputs } from "./render-value.ts";
import { endName, marker, readSections } from "./sections.ts";
import { closingTagEnd, withoutFence, withoutThinking } from "./thinking.ts";

/** Field markers in plain text: works with any model, and long texts need no escapes. */
export const markersFormat: Format = {
  name: "markers",

  prefix(shape, instructions, demos): readonly Message[] {
    const messages = [textMessage("system", systemPrompt(shape, instructions, markersReply(shape)))];
    for (const demo of demos) {
      messages.push(textMessage("user", renderInputs(shape.inputs, demo.input)));
      messages.push(textMessage("assistant", renderOutput(shape, demo.output)));
    }
    messages.push({ ...messages.pop()!, cacheBreakpoint: true });
    return messages;
  },

  live(shape, input): Message {
    return textMessage("user", `${renderInputs(shape.inputs, input)}\n\n${markersReminder(shape)}`);
  },

  output: () => undefined,

  parse(shape, response): Record<string, unknown> {
    const { answer, open } = withoutThinking(response.text);
    // Markers inside reasoning that never ends may be drafts; the end marker says that they were meant.
    if (open && !readSections(answer).has(endName)) {
      throw refused(shape, "the reply ends inside its reasoning, before any answer");
    }
    const sections = sectionsOf(shape, answer);
    if (sections.size > 0) return coerceFields(shape.outputs, shape.outputSchema, readAll(shape, sections));
    const object = asObject(shape, answer);
    if (object !== undefined) return object;
    const only = shape.outputs[0];
    if (shape.outputs.length > 1 || only === undefined) throw refused(shape, "the reply holds no field marker");
    const text = withoutFence(answer.slice(closingTagEnd(answer) ?? 0)).trim();
    if (text === "") throw refused(shape, "the reply is empty");
    const value = readField(only, shape.outputSchema, text);
    return coerceFields(shape.outputs, shape.outputSchema, { [only.name]: value });
  },

  repair: (shape, reply, problem) => repairTurns(reply, problem, markersReminder(shape)),
};

/** A demo's output as the model is to write it. */
function renderOutput(shape: Shape, output: Readonly<Record<string, unknown>>): string {
  const sections: string[] = [];
  for (const field of shape.outputs) {
    const value = Object.hasOwn(output, field.name) ? output[field.name] : undefined;
    if (value === undefined) continue;
    sections.push(`${marker(field.name)}\n${renderField(field, shape.outputSchema, value)}`);
  }
  if (hasEnd(shape)) sections.push(marker(endName));
  return sections.join("\n\n");
}

/** The sections that belong to output fields, by field name. */
function sectionsOf(shape: Shape, answer: string): ReadonlyMap<string, string> {
  const all = known(shape, readSections(answer));
  const after = all.size === 0 ? undefined : closingTagEnd(answer);
  if (after === undefined) return all;
  // Reasoning whose opening tag is missing may hold drafts: the fields behind it count when they are all there.
  const behind = known(shape, readSections(answer, after));
  return behind.size === all.size ? behind : all;
}

function known(shape: Shape, sections: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { name } of shape.outputs) {
    const section = sections.get(name);
    if (section !== undefined) found.set(name, section);
  }
  if (found.size === shape.outputs.length) return found;
  for (const [written, section] of sections) {
    if (found.has(written) || written === endName) continue;
    const same = shape.outputs.filter((field) => plainName(field.name) === plainName(written));
    if (same.length === 1 && !found.has(same[0]!.name)) found.set(same[0]!.name, section);
  }
  return found;
}

function readAll(shape: Shape, sections: ReadonlyMap<string, string>): Record<string, unknown> {
  const raw: Record<string, unknown> = {};
  for (const field of shape.outputs) {
    const section = sections.get(field.name);
    if (section !== undefined) raw[field.name] = readField(field, shape.outputSchema, section);
  }
  return raw;
}

/** A reply that is a JSON object of the output fields after all: models trained on structured output send it. */
function asObject(shape: Shape, answer: string): Record<string, unknown> | undefined {
  // Of one field the bare reply is the value, so braces inside a text are no object.
  const bare = withoutFence(answer).trim();
  if (shape.outputs.length === 1 ? !bare.startsWith("{") : !bare.includes("{")) return undefined;
  try {
    return fieldsOf(shape, lenientObject(answer, (object) => rank(shape, object)).value);
  } catch (error) {
    if (error instanceof CultivarError) return undefined;
    throw error;
  }
}

function refused(shape: Shape, problem: string): CultivarError {
  return new CultivarError("parse", `${problem}; ${markersReminder(shape)}`);
}
