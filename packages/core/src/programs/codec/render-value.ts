import type { JsonSchema } from "../../ground/json.ts";
import type { Field } from "../../values/schema.ts";
import { textForm } from "./json-schema.ts";
import { lenientValue } from "./lenient-json.ts";
import { escapeMarkers, marker, unescapeMarkers } from "./sections.ts";

/** The inputs of one example, each after its marker, in the order of the fields; absent ones are left out. */
export function renderInputs(fields: readonly Field[], input: Readonly<Record<string, unknown>>): string {
  let text = "";
  for (const { name } of fields) {
    const value = Object.hasOwn(input, name) ? input[name] : undefined;
    if (value !== undefined) text += `${text === "" ? "" : "\n\n"}${marker(name)}\n${renderValue(value)}`;
  }
  return text;
}

/**
 * An input value as a prompt shows it: a string verbatim, a list of strings numbered (`[1] ...`, further lines of an
 * item indented, so that no item can pose as the next), everything else as JSON. Nothing in it can open a section.
 */
function renderValue(value: unknown): string {
  if (typeof value === "string") return escapeMarkers(value);
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string")) {
    return value.map((item, index) => `[${index + 1}] ${escapeMarkers(item).replaceAll("\n", "\n    ")}`).join("\n");
  }
  // JSON holds no raw line breaks, and `[[` is never followed by `##` in it.
  return JSON.stringify(value);
}

/**
 * An output value as a section holds it, such that {@link readField} gives it back exactly: texts verbatim where they
 * survive that, else as a JSON string; all other types as JSON.
 */
export function renderField(field: Field, root: JsonSchema, value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  const { form, nullable } = textForm(field.schema, root);
  const survives = value === value.trim() && value !== "" && !isQuoted(value);
  const absent = (nullable || !field.required) && isNull(value);
  return form === "text" && survives && !absent ? escapeMarkers(value) : JSON.stringify(value);
}

/**
 * What the text of a section says, by the field's type; not yet coerced. Undefined for an optional field left empty.
 * A text in double quotes is read as a JSON string: models quote texts of their own accord.
 */
export function readField(field: Field, root: JsonSchema, section: string): unknown {
  const text = section.trim();
  const { form, nullable } = textForm(field.schema, root);
  if (!field.required && text === "") return undefined;
  if ((nullable || !field.required) && isNull(text)) return null;
  if (form === "json") {
    const value = lenientValue(text);
    return value === undefined ? unescapeMarkers(text) : value;
  }
  const quoted = isQuoted(text) ? lenientValue(text) : undefined;
  return typeof quoted === "string" ? quoted : unescapeMarkers(text);
}

function isQuoted(text: string): boolean {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"');
}

function isNull(text: string): boolean {
  return text.length === 4 && /^(?:null|none)$/i.test(text);
}
