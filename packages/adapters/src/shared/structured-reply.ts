import type { JsonSchema } from "@cultivar/core";
import type { SchemaDialect, StrictSchema } from "./strict-schema.ts";
import { strictSchema } from "./strict-schema.ts";

/** Compiles each schema once per model: equal modules send the same schema object thousands of times. */
export function schemaCompiler(dialect: SchemaDialect): (schema: JsonSchema) => StrictSchema {
  const compiled = new WeakMap<JsonSchema, StrictSchema>();
  return (schema) => {
    let strict = compiled.get(schema);
    if (strict === undefined) compiled.set(schema, (strict = strictSchema(schema, dialect)));
    return strict;
  };
}

/**
 * A structured reply's text as the request's own schema means it. Where nulls stood for absent fields the text is
 * written anew without them; a text that is no JSON stays as it is and has no `parsed`: judging it is the codec's work.
 */
export function structuredReply(
  text: string,
  schema: StrictSchema | undefined,
): { readonly text: string; readonly parsed?: unknown } {
  if (schema === undefined) return { text };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { text };
  }
  const restored = schema.restore(value);
  return { text: restored === value ? text : JSON.stringify(restored), parsed: restored };
}

/** A tool call's arguments: the JSON value, or the raw text when it does not parse. Absent arguments are an empty object. */
export function toolArguments(text: unknown, schema: StrictSchema | undefined): unknown {
  if (typeof text !== "string") return text ?? {};
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return schema === undefined ? value : schema.restore(value);
  } catch {
    return text;
  }
}
