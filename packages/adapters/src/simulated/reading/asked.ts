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
  // a stand-in such as {summary} is no value; a JSON object is
  for (const match of last.matchAll(/^\s*\[\[ ## ([\w .[\]-]+?) ## \]\][ \t]*\n(?!\s*\{[^{}":]*\})/gm))
    given.add(sameName(match[1]!));
  const all = `${conversation.system}\n${last}`;
  const noted = notedSchemas(all);
  const pick = (names: Iterable<string>): readonly AskedField[] =>
    [...new Set(names)]
      .filter((name) => !given.has(sameName(name)))
      .flatMap((name) => (noted.has(name) ? fieldsOf({ properties: { [name]: noted.get(name) } }) : [{ name }]));

  const marked = pick(matches(all, marker));
  if (marked.length > 0) return { layout: "markers", fields: marked };
  const tagged = pick(tagNames(all));
  if (tagged.length > 0) return { layout: "tags", fields: tagged };
  const keyed = pick(matches(all, /\((?:wire )?key: `([A-Za-z_]\w*)`\)/g));
  if (keyed.length > 0)
    return { layout: /\breturn\b[^.\n]{0,30}\bjson\b/i.test(all) ? "json" : "lines", fields: keyed };
  const json = lastIndex(withoutFences(all), /\bjson\b/gi);
  const fence = lastIndex(all, fenceRequest);
  if (fence > json) return { layout: "fence", fields: [] };
  if (json !== -1) {
    // keys whose value is a stand-in of the same name are the layout itself; other keys near them may be data
    const laidOut = pick(matches(all, /["']([A-Za-z_]\w*)["'][ \t]*:[ \t]*["']?[{<]\1[}>]/g));
    if (laidOut.length > 0) return { layout: "json", fields: laidOut };
    const keys = matches(`${conversation.system}\n${last.slice(-tailLength)}`, /["']([A-Za-z_]\w*)["'][ \t]*:/g);
    return { layout: "json", fields: pick(keys.filter((key) => !schemaWords.has(key))) };
  }
  return { layout: "lines", fields: /^[ \t]*reasoning[ \t]*:/im.test(all) ? [{ name: "reasoning" }] : [] };
}

/**
 * Schemas that stand beside a field's stand-in, by field: `{advice}  # note: ... JSON schema: {"type": "object", ...}`. An
 * object with free keys has a key for each name that a list of names in the text gives.
 */
function notedSchemas(text: string): ReadonlyMap<string, JsonSchema> {
  const found = new Map<string, JsonSchema>();
  for (const [, name, rest] of text.matchAll(/\{([A-Za-z_]\w*)\}[ \t]*#[^\n]*?\bJSON schema: (\{[^\n]*\})/g)) {
    const schema = parsed(rest!.replaceAll('\\"', '"'));
    if (!isSchema(schema)) continue;
    const isFree = schema["type"] === "object" && schema["properties"] === undefined;
    const item = isSchema(schema["additionalProperties"]) ? schema["additionalProperties"] : {};
    const properties = Object.fromEntries(namesListedIn(text).map((key) => [key, item]));
    found.set(name!, isFree ? { ...schema, properties } : schema);
  }
  return found;
}

function namesListedIn(text: string): readonly string[] {
  const list = parsed(/\b\w*names\b[^\n]*\n?\s*(\[\s*"[^\]]*"\s*\])/i.exec(text)?.[1] ?? "[]");
  return Array.isArray(list) ? list.filter((name) => typeof name === "string") : [];
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function lastIndex(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].at(-1)?.index ?? -1;
}

/** Names of tags that a prompt asks to be filled: with a stand-in between them, or named as "between ... tags". */
function tagNames(text: string): readonly string[] {
  const filled = matches(text, /<([A-Za-z_]\w*)>\s*(?:\{[^{}]*\}|\.{3}|…|\[[^\]]*\])\s*<\/\1>/g);
  // "shown in <fields>" points at a block of the prompt's own
  const named = matches(
    text,
    /(?<!\b(?:shown|listed|given|found|described|defined|named|specified|provided|sent)\s+(?:to\s+you\s+)?)\b(?:between|inside|within|in)\s+(?:the\s+)?<([A-Za-z_]\w*)>/gi,
  );
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
