import type { JsonSchema } from "../../ground/json.ts";
import type { Field } from "../../values/schema.ts";
import { branchesOf, fits, isPlainObject, listOf, resolve } from "./json-schema.ts";
import { lenientValue } from "./lenient-json.ts";

/**
 * The output fields of a raw reply, each moved towards its schema where its meaning is plain, else left as it is for
 * validation to refuse. Unknown fields are dropped; a field whose name differs only in case and separators is taken
 * for its own. Values that already fit are returned unchanged.
 *
 * Not done, because it would be a guess: a single value is never wrapped into a list (is "a, b" one item or two?), a
 * list is never unwrapped, a percentage is no number (85 or 0.85?), 1 and 0 are no booleans.
 */
export function coerceFields(
  fields: readonly Field[],
  root: JsonSchema,
  raw: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const field of fields) {
    const key = Object.hasOwn(raw, field.name) ? field.name : similarKey(field.name, fields, raw);
    if (key === undefined) continue;
    const value = coerce(raw[key], field.schema, root);
    if (value === undefined || (value === null && dropsNull(field.required, field.schema, root))) continue;
    out[field.name] = value;
  }
  return out;
}

/** One value, moved towards its schema. */
export function coerce(value: unknown, schema: JsonSchema, root: JsonSchema): unknown {
  const self = resolve(schema, root);
  const branches = branchesOf(self);
  if (branches !== undefined) return coerceUnion(value, self, branches, root);
  const choices = "const" in self ? [self["const"]] : self["enum"];
  if (Array.isArray(choices)) return coerceChoice(value, choices);
  switch (self["type"]) {
    case "string":
      return coerceString(value);
    case "number":
    case "integer":
      return typeof value === "string" ? coerceNumber(value) : value;
    case "boolean":
      return typeof value === "string" ? coerceBoolean(value) : value;
    case "null":
      return typeof value === "string" && /^(?:null|none)$/i.test(bare(value)) ? null : value;
    case "array":
      return coerceArray(value, self, root);
    case "object":
      return coerceObject(value, self, root);
    default:
      return value;
  }
}

/** A value that fits one branch stays; otherwise the one value that coercion makes of it, when the branches agree. */
function coerceUnion(value: unknown, schema: JsonSchema, branches: readonly JsonSchema[], root: JsonSchema): unknown {
  if (fits(value, schema, root)) return value;
  const results = new Map<string, unknown>();
  for (const branch of branches) {
    const result = coerce(value, branch, root);
    if (fits(result, branch, root)) results.set(JSON.stringify(result), result);
  }
  return results.size === 1 ? [...results.values()][0] : value;
}

/** The one choice that a text means: exactly, then without case, quotes, end punctuation and kind of separator. */
function coerceChoice(value: unknown, choices: readonly unknown[]): unknown {
  if (choices.includes(value)) return value;
  if (typeof value === "number" || typeof value === "boolean") {
    return choices.find((choice) => choice === String(value)) ?? value;
  }
  if (typeof value !== "string" || value.length > 1000) return value;
  for (const normal of [(text: string) => text.trim(), (text: string) => text.trim().toLowerCase(), folded]) {
    const wanted = normal(value);
    const same = wanted === "" ? [] : choices.filter((choice) => normal(String(choice)) === wanted);
    if (same.length === 1) return same[0];
    if (same.length > 1) return value;
  }
  return value;
}

function folded(text: string): string {
  return bare(text.normalize("NFKC"))
    .toLowerCase()
    .replaceAll(/(?<=[\p{L}\p{N}])[\s_-]+(?=[\p{L}\p{N}])/gu, "");
}

/** Without the quotes, emphasis, bullet and end punctuation that models put around a short value. */
function bare(text: string): string {
  if (text.length > 1000) return text;
  return text
    .trim()
    .replace(/^[-*•] /, "")
    .replace(/^["'`*“”‘’\s]+/u, "")
    .replace(/["'`*“”‘’\s.,;:!]{1,20}$/u, "");
}

/** A number or a truth value where text is wanted is that text, unless digits were already lost in reading it. */
function coerceString(value: unknown): unknown {
  if (typeof value === "boolean") return String(value);
  if (typeof value !== "number" || !Number.isFinite(value)) return value;
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? value : String(value);
}

function coerceNumber(text: string): unknown {
  if (text.length > 64) return text;
  const plain = bare(text).replace(/^[−–]/, "-");
  if (!/^[-+]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?$/.test(plain)) return text;
  const number = Number(plain.replaceAll(",", ""));
  if (!Number.isFinite(number)) return text;
  return Number.isInteger(number) && !Number.isSafeInteger(number) && String(number) !== plain ? text : number;
}

function coerceBoolean(text: string): unknown {
  if (text.length > 64) return text;
  const word = bare(text).toLowerCase();
  if (word === "true" || word === "yes") return true;
  return word === "false" || word === "no" ? false : text;
}

function coerceArray(value: unknown, schema: JsonSchema, root: JsonSchema): unknown {
  let items = value;
  if (typeof value === "string") {
    items = lenientValue(value) ?? bulleted(value);
  }
  if (!Array.isArray(items)) return value;
  const tuple = listOf(schema["prefixItems"]) as readonly JsonSchema[];
  const rest = schema["items"];
  return items.map((item: unknown, index) => {
    const one = tuple[index] ?? rest;
    return isPlainObject(one) ? coerce(item, one, root) : item;
  });
}

/** The items of a text in which every line is a bullet or every line is numbered from 1; undefined for other texts. */
function bulleted(text: string): string[] | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const bullets = lines.map((line) => /^\s*[-*•]\s+(\S.*)$/u.exec(line)?.[1]?.trim());
  if (lines.length > 0 && bullets.every((item) => item !== undefined)) return bullets;
  const numbers = lines.map((line, index) => {
    const match = /^\s*\[?(\d{1,4})[.)\]]\s+(\S.*)$/.exec(line);
    return match?.[1] === String(index + 1) ? match[2]!.trim() : undefined;
  });
  return lines.length > 0 && numbers.every((item) => item !== undefined) ? numbers : undefined;
}

function coerceObject(value: unknown, schema: JsonSchema, root: JsonSchema): unknown {
  const object = typeof value === "string" && /^\s*(?:\{|```)/.test(value) ? lenientValue(value) : value;
  if (!isPlainObject(object)) return value;
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>;
  const required = new Set(listOf(schema["required"]));
  const rest = schema["additionalProperties"];
  const out: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(object)) {
    const own = Object.hasOwn(properties, name);
    const one = own ? properties[name] : rest;
    const moved = isPlainObject(one) ? coerce(member, one, root) : member;
    if (moved === null && own && dropsNull(required.has(name), properties[name]!, root)) continue;
    if (name !== "__proto__") out[name] = moved;
  }
  return out;
}

/** Null for a member that may be absent but not null says that it is absent. */
function dropsNull(required: boolean, schema: JsonSchema, root: JsonSchema): boolean {
  return !required && !fits(null, schema, root);
}

function similarKey(
  name: string,
  fields: readonly Field[],
  raw: Readonly<Record<string, unknown>>,
): string | undefined {
  const plain = plainName(name);
  if (fields.some((field) => field.name !== name && plainName(field.name) === plain)) return undefined;
  const keys = Object.keys(raw).filter((key) => plainName(key) === plain);
  return keys.length === 1 && !fields.some((field) => field.name === keys[0]) ? keys[0] : undefined;
}

/** A field's name without case and separators: `dueDate`, `due_date` and `Due Date` are one. */
export function plainName(name: string): string {
  return name
    .slice(0, 200)
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, "");
}
