import type { JsonSchema } from "../../ground/json.ts";
import { listOf, resolve } from "./json-schema.ts";

/** Choices and members past these are left out of prompts: the schema itself still holds replies to all of them. */
const maxChoices = 100;
const maxDepth = 5;

/**
 * A JSON Schema as a short type, in the notation models know from TypeScript: `"a" | "b"`, `string[]`,
 * `{ "name": string, "age"?: integer }`, with limits in words. `root` holds the `$defs` that it refers to.
 */
export function describeType(schema: JsonSchema, root: JsonSchema): string {
  return describe(schema, root, 0);
}

function describe(schema: JsonSchema, root: JsonSchema, depth: number): string {
  const self = resolve(schema, root);
  if ("const" in self) return JSON.stringify(self["const"]);
  const choices = listOf(self["enum"]);
  if (choices.length > 0) {
    const shown = choices.slice(0, maxChoices).map((choice) => JSON.stringify(choice));
    return [...shown, ...(choices.length > maxChoices ? ["..."] : [])].join(" | ");
  }
  const branches = listOf(self["anyOf"] ?? self["oneOf"]) as readonly JsonSchema[];
  if (branches.length > 0) return unique(branches.map((branch) => describe(branch, root, depth))).join(" | ");
  const type = self["type"];
  if (Array.isArray(type)) {
    return unique(type.map((one: string) => describe({ ...self, type: one }, root, depth))).join(" | ");
  }
  if (type === "array") return describeArray(self, root, depth);
  if (type === "object") return describeObject(self, root, depth);
  if (type === "number" || type === "integer") return `${type}${limits(self, "minimum", "maximum")}`;
  if (type === "string") return `string${stringLimits(self)}`;
  return typeof type === "string" ? type : "any JSON value";
}

function describeArray(schema: JsonSchema, root: JsonSchema, depth: number): string {
  const tuple = listOf(schema["prefixItems"]) as readonly JsonSchema[];
  if (tuple.length > 0) return `[${tuple.map((item) => describe(item, root, depth + 1)).join(", ")}]`;
  const items = schema["items"];
  const item = typeof items === "object" && items !== null && depth < maxDepth ? (items as JsonSchema) : undefined;
  const text = item === undefined ? "any JSON value" : describe(item, root, depth + 1);
  return `${/[ |]/.test(text) && !text.startsWith("{") ? `(${text})` : text}[]${limits(schema, "minItems", "maxItems", " items")}`;
}

function describeObject(schema: JsonSchema, root: JsonSchema, depth: number): string {
  const properties = Object.entries((schema["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>);
  const rest = schema["additionalProperties"];
  if (depth >= maxDepth) return "object";
  if (properties.length === 0) {
    if (typeof rest !== "object" || rest === null) return "object";
    return `{ [key: string]: ${describe(rest as JsonSchema, root, depth + 1)} }`;
  }
  const required = new Set(listOf(schema["required"]));
  const members = properties.map(([name, member]) => {
    const description = resolve(member, root)["description"];
    const comment = typeof description === "string" ? ` /* ${description.replaceAll("*/", "* /")} */` : "";
    const mark = required.has(name) ? "" : "?";
    return `${JSON.stringify(name)}${mark}: ${describe(member, root, depth + 1)}${comment}`;
  });
  return `{ ${members.join(", ")} }`;
}

function limits(schema: JsonSchema, low: string, high: string, unit = ""): string {
  // The limits of safe integers, which zod adds to every integer, say nothing.
  const known = (key: string): number | undefined => {
    const value = schema[key];
    return typeof value === "number" && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
  };
  const from = known(low);
  const to = known(high);
  const above = unit === "" ? known("exclusiveMinimum") : undefined;
  const below = unit === "" ? known("exclusiveMaximum") : undefined;
  const parts: string[] = [];
  if (from !== undefined && to !== undefined) parts.push(from === to ? `${from}` : `${from} to ${to}`);
  else if (from !== undefined) parts.push(`at least ${from}`);
  else if (to !== undefined) parts.push(`at most ${to}`);
  if (above !== undefined) parts.push(`above ${above}`);
  if (below !== undefined) parts.push(`below ${below}`);
  return parts.length === 0 ? "" : ` (${parts.join(", ")}${unit})`;
}

function stringLimits(schema: JsonSchema): string {
  const { format, pattern } = schema;
  const length = limits(schema, "minLength", "maxLength", " characters");
  if (typeof format === "string") return ` (${format})${length}`;
  return typeof pattern === "string" && pattern.length <= 120 ? ` (matching ${pattern})${length}` : length;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
