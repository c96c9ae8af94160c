import type { JsonSchema, Request } from "@cultivar/core";
import type { Conversation } from "../logical.ts";
import { sameName } from "./sections.ts";

/** One field that a reply should have. */
export interface AskedField {
  readonly name: string;
  readonly type?: string;
  readonly choices?: readonly string[];
  /** For arrays and objects of a schema. */
  readonly schema?: JsonSchema;
}

/** The layout of the reply that a prompt asks for, and the fields that it names (none when it names none). */
export interface Asked {
  readonly layout: "json" | "markers" | "tags" | "fence" | "lines";
  readonly fields: readonly AskedField[];
}

const marker = /\[\[ ## ([A-Za-z_][\w .[\]-]*?) ## \]\]/g;
/** Words of JSON Schema: quoted keys that are no fields. */
const schemaWords = new Set(
  `type properties description enum required items title additionalProperties anyOf oneOf allOf const default name
  schema strict minimum maximum minLength maxLength pattern format $defs $schema $ref`.split(/\s+/),
);

const fenceRequest =
  /(?:within|inside|between|in|with)\b[^.\n]{0,40}(?:```|triple backticks|fenced? (?:code )?block)/gi;
/** An example of the JSON wanted stands in the system text or near the end; what comes before are data. */
const tailLength = 800;

/**
 * Reads which reply a request asks for: by its schema, else by the markers, tags, JSON or fences that its text shows.
 * `shown` names fields that the prompt shows as data: they are not asked for.
 */
export function askedOf(request: Request, conversation: Conversation, shown: readonly string[]): Asked {
  if (request.output !== undefined) return { layout: "json", fields: fieldsOf(request.output.schema) };
  const last = conversation.turns.findLast((turn) => turn.role === "user")?.text ?? "";
  const given = new Set([...shown, "completed"].map(sameName));
  for (const match of last.matchAll(/^\s*\[\[ ## ([\w .[\]-]+?) ## \]\][ \t]*\n(?!\s*\{)/gm))
    given.add(sameName(match[1]!));
  const all = `${conversation.system}\n${last}`;
  const pick = (names: Iterable<string>): readonly AskedField[] =>
    [...new Set(names)].filter((name) => !given.has(sameName(name))).map((name) => ({ name }));

  const marked = pick(matches(all, marker));
  if (marked.length > 0) return { layout: "markers", fields: marked };
  const tagged = pick(tagNames(all));
  if (tagged.length > 0) return { layout: "tags", fields: tagged };
  const json = lastIndex(withoutFences(all), /\bjson\b/gi);
  const fence = lastIndex(all, fenceRequest);
  if (fence > json) return { layout: "fence", fields: [] };
  if (json !== -1) {
    const keys = matches(`${conversation.system}\n${last.slice(-tailLength)}`, /["']([A-Za-z_]\w*)["'][ \t]*:/g);
    return { layout: "json", fields: pick(keys.filter((key) => !schemaWords.has(key))) };
  }
  return { layout: "lines", fields: /^[ \t]*reasoning[ \t]*:/im.test(all) ? [{ name: "reasoning" }] : [] };
}

function lastIndex(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].at(-1)?.index ?? -1;
}

/** Names of tags that a prompt asks to be filled: with a stand-in between them, or named as "between ... tags". */
function tagNames(text: string): readonly string[] {
  const filled = matches(text, /<([A-Za-z_]\w*)>\s*(?:\{[^{}]*\}|\.{3}|…|\[[^\]]*\])\s*<\/\1>/g);
  const named = matches(text, /(?:between|inside|within|in)\s+(?:the\s+)?<([A-Za-z_]\w*)>/gi);
  return [...filled, ...named];
}

function matches(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map((match) => match[1]!);
}

function withoutFences(text: string): string {
  // same length, so that places can be compared
  return text.replaceAll(/```[\s\S]*?```/g, (fenced) => " ".repeat(fenced.length));
}

/** The fields of a schema in order, whatever strict mode wrapped around their types. */
export function fieldsOf(schema: JsonSchema): readonly AskedField[] {
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>;
  return Object.entries(properties).map(([name, field]) => {
    const inner = unwrap(field);
    const choices = Array.isArray(inner["enum"]) ? inner["enum"].filter((choice) => typeof choice === "string") : [];
    const type = typeof inner["type"] === "string" ? inner["type"] : undefined;
    return { name, schema: inner, ...(type !== undefined && { type }), ...(choices.length > 0 && { choices }) };
  });
}

/** The part of a nullable schema that is not null. */
export function unwrap(schema: JsonSchema): JsonSchema {
  const union = (schema["anyOf"] ?? schema["oneOf"]) as readonly JsonSchema[] | undefined;
  if (Array.isArray(union))
    return unwrap((union as readonly JsonSchema[]).find((part) => part["type"] !== "null") ?? {});
  if (!Array.isArray(schema["type"])) return schema;
  return { ...schema, type: (schema["type"] as readonly string[]).find((type) => type !== "null") };
}
