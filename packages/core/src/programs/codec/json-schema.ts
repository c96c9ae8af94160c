import type { JsonSchema } from "../../ground/json.ts";

/** Follows a `$ref` of the form `#`, `#/$defs/name` within `root`; a reference that leads nowhere allows anything. */
export function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  let current: JsonSchema = schema;
  for (let hops = 0; hops < 16; hops++) {
    const reference = current["$ref"];
    if (typeof reference !== "string") return current;
    if (!reference.startsWith("#")) return {};
    let target: unknown = root;
    for (const step of reference.split("/").slice(1)) {
      const key = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
      target =
        typeof target === "object" && target !== null && Object.hasOwn(target, key)
          ? (target as JsonSchema)[key]
          : undefined;
    }
    if (typeof target !== "object" || target === null) return {};
    current = target as JsonSchema;
  }
  return {};
}

/** The list under a keyword, or none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** The alternatives of a union: `anyOf`, `oneOf`, or a list of types; undefined for any other schema. */
export function branchesOf(schema: JsonSchema): readonly JsonSchema[] | undefined {
  const branches = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(branches)) return branches as JsonSchema[];
  const { type } = schema;
  return Array.isArray(type) ? type.map((one: string) => ({ ...schema, type: one })) : undefined;
}

/**
 * Whether a value has the form that a schema asks for: types, choices, members, items. Limits and patterns are left
 * to validation; it only has to tell the branches of a union apart.
 */
export function fits(value: unknown, schema: JsonSchema, root: JsonSchema): boolean {
  const self = resolve(schema, root);
  const branches = branchesOf(self);
  if (branches !== undefined) return branches.some((branch) => fits(value, branch, root));
  if ("const" in self) return value === self["const"];
  const choices = self["enum"];
  if (Array.isArray(choices)) return choices.includes(value);
  switch (self["type"]) {
    case "string":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "integer":
      return Number.isInteger(value);
    case "boolean":
      return typeof value === "boolean";
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value) && fitsItems(value, self, root);
    case "object":
      return isPlainObject(value) && fitsMembers(value, self, root);
    default:
      return true;
  }
}

function fitsItems(items: readonly unknown[], schema: JsonSchema, root: JsonSchema): boolean {
  const tuple = listOf(schema["prefixItems"]) as readonly JsonSchema[];
  const rest = schema["items"];
  return items.every((item, index) => {
    const one = tuple[index] ?? rest;
    return isPlainObject(one) ? fits(item, one, root) : one !== false;
  });
}

function fitsMembers(value: Readonly<Record<string, unknown>>, schema: JsonSchema, root: JsonSchema): boolean {
  if (!listOf(schema["required"]).every((name) => Object.hasOwn(value, name as string))) return false;
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>;
  const rest = schema["additionalProperties"];
  return Object.entries(value).every(([name, member]) => {
    if (Object.hasOwn(properties, name)) return fits(member, properties[name]!, root);
    return isPlainObject(rest) ? fits(member, rest, root) : rest !== false;
  });
}

/** True for objects that are no lists. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How a field of this schema is written as plain text. */
export interface TextForm {
  /** `text`: verbatim. `json`: as JSON, since other types, or texts and other types, are allowed. */
  readonly form: "text" | "json";
  /** Null is allowed too. */
  readonly nullable: boolean;
}

/** `text` for schemas that allow strings only (and perhaps null), `json` for all others. */
export function textForm(schema: JsonSchema, root: JsonSchema): TextForm {
  const self = resolve(schema, root);
  const branches = branchesOf(self);
  if (branches !== undefined) {
    const forms = branches.map((branch) => textForm(branch, root));
    const texts = forms.filter((_form, index) => resolve(branches[index]!, root)["type"] !== "null");
    const nullable = texts.length < forms.length || forms.some((one) => one.nullable);
    return { form: texts.length > 0 && texts.every((one) => one.form === "text") ? "text" : "json", nullable };
  }
  const choices = "const" in self ? [self["const"]] : self["enum"];
  if (Array.isArray(choices)) {
    return { form: choices.every((choice) => typeof choice === "string") ? "text" : "json", nullable: false };
  }
  return { form: self["type"] === "string" ? "text" : "json", nullable: false };
}
