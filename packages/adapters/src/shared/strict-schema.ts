import type { JsonSchema } from "@cultivar/core";

/** What a provider's constrained decoding understands. */
export interface SchemaDialect {
  /** `nullable`: every field must be required, so an optional one becomes nullable. `optional`: may stay optional. */
  readonly optionals: "nullable" | "optional";
  /** Keywords that may stay, beside the structural ones; all others move into the description. */
  readonly keywords: ReadonlySet<string>;
  readonly formats: ReadonlySet<string>;
}

const formats = ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];

/** OpenAI's strict mode (developers.openai.com, "Structured model outputs", supported schemas). */
export const openAiDialect: SchemaDialect = {
  optionals: "nullable",
  keywords: new Set([
    "pattern",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
  ]),
  formats: new Set(formats),
};

/** Anthropic's structured outputs: no numeric or length bounds (as its SDK's own schema transform has it). */
export const anthropicDialect: SchemaDialect = {
  optionals: "optional",
  keywords: new Set(),
  formats: new Set([...formats, "uri"]),
};

/** A schema as the provider takes it, and the way back. */
export interface StrictSchema {
  readonly schema: JsonSchema;
  /** False when it cannot be expressed (a record, a tuple, `any`, `allOf`); `schema` is then the one given. */
  readonly strict: boolean;
  /** Removes the nulls that stand for absent optional fields. Returns the same value when there is none. */
  readonly restore: (value: unknown) => unknown;
}

type Restore = (value: unknown) => unknown;
interface Compiled {
  readonly schema: Record<string, unknown>;
  readonly restore?: Restore | undefined;
}
interface Context {
  readonly dialect: SchemaDialect;
  /** By `$ref`; filled as definitions are compiled, read only when values are restored. */
  readonly restores: Map<string, Restore>;
}

/** Thrown inside the compiler only. */
class Inexpressible extends Error {}

/** Compiles a JSON Schema (draft 2020-12, as zod writes it) for a provider's constrained decoding. Pure. */
export function strictSchema(schema: JsonSchema, dialect: SchemaDialect): StrictSchema {
  const context: Context = { dialect, restores: new Map() };
  try {
    if (schema["type"] !== "object") throw new Inexpressible();
    const defs = Object.entries((schema["$defs"] ?? {}) as Record<string, JsonSchema>).map(([name, def]) => {
      const compiled = compile(def, context);
      if (compiled.restore !== undefined) context.restores.set(`#/$defs/${name}`, compiled.restore);
      return [name, compiled.schema] as const;
    });
    const root = compile(schema, context);
    if (root.restore !== undefined) context.restores.set("#", root.restore);
    return {
      schema: { ...root.schema, ...(defs.length > 0 && { $defs: Object.fromEntries(defs) }) },
      strict: true,
      restore: root.restore ?? ((value) => value),
    };
  } catch (error) {
    if (!(error instanceof Inexpressible)) throw error;
    return { schema, strict: false, restore: (value) => value };
  }
}

/** Keywords that say nothing about values. */
const silent = new Set(["$schema", "$id", "$comment", "$defs", "title", "readOnly", "writeOnly", "deprecated", "id"]);

function compile(node: JsonSchema, context: Context): Compiled {
  const ref = node["$ref"];
  if (typeof ref === "string") {
    if (ref !== "#" && !ref.startsWith("#/$defs/")) throw new Inexpressible();
    return { schema: { $ref: ref }, restore: (value) => context.restores.get(ref)?.(value) ?? value };
  }
  const left = new Map(Object.entries(node).filter(([keyword]) => !silent.has(keyword)));
  const take = (keyword: string): unknown => {
    const value = left.get(keyword);
    left.delete(keyword);
    return value;
  };
  const description = take("description");
  const shape = compileShape(node, take, context);
  const notes: string[] = [];
  for (const [keyword, value] of left) {
    // A format says it already, and the pattern that schema libraries write beside one is long and uses lookarounds.
    if (keyword === "pattern" && node["format"] !== undefined) continue;
    if (keyword === "format" ? context.dialect.formats.has(value as string) : keeps(keyword, value, context.dialect)) {
      shape.schema[keyword] = value;
    } else if (!isSafeIntegerBound(keyword, value)) {
      notes.push(`${keyword}: ${JSON.stringify(value)}`);
    }
  }
  const words = [
    ...(typeof description === "string" ? [description] : []),
    ...(notes.length > 0 ? [`(${notes.join(", ")})`] : []),
  ];
  return {
    schema: { ...shape.schema, ...(words.length > 0 && { description: words.join(" ") }) },
    restore: shape.restore,
  };
}

function keeps(keyword: string, value: unknown, dialect: SchemaDialect): boolean {
  if (!dialect.keywords.has(keyword) || isSafeIntegerBound(keyword, value)) return false;
  // Lookarounds are refused.
  return keyword !== "pattern" || !/\(\?[=!<]/.test(String(value));
}

/** zod bounds every integer by the safe range: noise in a prompt. */
function isSafeIntegerBound(keyword: string, value: unknown): boolean {
  return /^(?:minimum|maximum)$/.test(keyword) && Math.abs(value as number) === Number.MAX_SAFE_INTEGER;
}

function compileShape(node: JsonSchema, take: (keyword: string) => unknown, context: Context): Compiled {
  for (const keyword of ["allOf", "not", "if", "patternProperties", "propertyNames", "prefixItems", "contains"]) {
    if (node[keyword] !== undefined) throw new Inexpressible();
  }
  const type = take("type");
  if (node["enum"] !== undefined || node["const"] !== undefined) {
    const values = node["const"] === undefined ? take("enum") : [take("const")];
    return { schema: { ...(type !== undefined && { type }), enum: values } };
  }
  const branches = (take("anyOf") ?? take("oneOf")) as readonly JsonSchema[] | undefined;
  if (branches !== undefined) return compileUnion(branches, context);
  if (Array.isArray(type) && type.some((one) => one === "object" || one === "array")) {
    for (const keyword of ["properties", "required", "additionalProperties", "items"]) take(keyword);
    return compileUnion(
      (type as readonly string[]).map((one) => ({ ...bare(node), type: one })),
      context,
    );
  }
  if (type === "object") return compileObject(node, take, context);
  if (type === "array") {
    const items = take("items") as JsonSchema | undefined;
    if (items === undefined || typeof items !== "object") throw new Inexpressible();
    const item = compile(items, context);
    const restore = item.restore;
    return {
      schema: { type, items: item.schema },
      restore: restore && ((value) => (Array.isArray(value) ? same(value, value.map(restore)) : value)),
    };
  }
  if (type === undefined) throw new Inexpressible();
  return { schema: { type } };
}

/** A node without what is told once for all its types. */
function bare(node: JsonSchema): JsonSchema {
  const { description: _description, default: _default, ...rest } = node;
  return rest;
}

function compileObject(node: JsonSchema, take: (keyword: string) => unknown, context: Context): Compiled {
  const properties = (take("properties") ?? {}) as Record<string, JsonSchema>;
  const required = new Set(take("required") as readonly string[] | undefined);
  const more = take("additionalProperties");
  const names = Object.keys(properties);
  // A record's keys cannot be listed; an object that merely tolerates more fields can be closed.
  if (typeof more === "object" && more !== null && Object.keys(more).length > 0) throw new Inexpressible();
  if (names.length === 0 && more !== false && more !== undefined) throw new Inexpressible();
  const schemas: Record<string, unknown> = {};
  const restores = new Map<string, Restore>();
  const absent = new Set<string>();
  for (const [name, property] of Object.entries(properties)) {
    const compiled = compile(property, context);
    if (compiled.restore !== undefined) restores.set(name, compiled.restore);
    const nullable = context.dialect.optionals === "nullable" && !required.has(name) && !acceptsNull(property);
    if (nullable) absent.add(name);
    schemas[name] = nullable ? orNull(compiled.schema) : compiled.schema;
  }
  const restore: Restore | undefined =
    restores.size === 0 && absent.size === 0 ? undefined : (value) => restoreObject(value, restores, absent);
  const keep = context.dialect.optionals === "nullable" ? names : names.filter((name) => required.has(name));
  return { schema: { type: "object", properties: schemas, required: keep, additionalProperties: false }, restore };
}

function restoreObject(value: unknown, restores: ReadonlyMap<string, Restore>, absent: ReadonlySet<string>): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  let changed = false;
  const kept: [string, unknown][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (member === null && absent.has(name)) {
      changed = true;
      continue;
    }
    const restored = restores.get(name)?.(member) ?? member;
    if (restored !== member) changed = true;
    kept.push([name, restored]);
  }
  return changed ? Object.fromEntries(kept) : value;
}

/** Which branch a value came from is not said: the first object branch that knows all its fields and constants restores it. */
function compileUnion(branches: readonly JsonSchema[], context: Context): Compiled {
  const compiled = branches.map((branch) => compile(branch, context));
  const restore: Restore | undefined = compiled.some((branch) => branch.restore !== undefined)
    ? (value) => compiled.find((_, at) => couldBe(branches[at]!, value))?.restore?.(value) ?? value
    : undefined;
  return { schema: { anyOf: compiled.map((branch) => branch.schema) }, restore };
}

function couldBe(branch: JsonSchema, value: unknown): boolean {
  if (branch["$ref"] !== undefined) return typeof value === "object" && value !== null;
  if (branch["type"] === "array") return Array.isArray(value);
  if (branch["type"] !== "object" || typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const properties = (branch["properties"] ?? {}) as Record<string, JsonSchema>;
  return Object.entries(value).every(([name, member]) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return property !== undefined && (property["const"] === undefined || property["const"] === member);
  });
}

function acceptsNull(node: JsonSchema): boolean {
  const type = node["type"];
  if (type === "null" || (Array.isArray(type) && type.includes("null"))) return true;
  if (Array.isArray(node["enum"]) && (node["enum"] as readonly unknown[]).includes(null)) return true;
  const branches = (node["anyOf"] ?? node["oneOf"]) as readonly JsonSchema[] | undefined;
  return branches?.some(acceptsNull) ?? false;
}

function orNull(schema: Record<string, unknown>): Record<string, unknown> {
  const { description, ...rest } = schema;
  const words = description === undefined ? {} : { description };
  if (Array.isArray(rest["anyOf"])) return { anyOf: [...(rest["anyOf"] as unknown[]), { type: "null" }], ...words };
  const plain = typeof rest["type"] === "string" && rest["enum"] === undefined && rest["properties"] === undefined;
  return plain ? { ...rest, type: [rest["type"], "null"], ...words } : { anyOf: [rest, { type: "null" }], ...words };
}

function same(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return before.every((value, at) => value === after[at]) ? before : after;
}
