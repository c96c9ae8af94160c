import { CultivarError } from "../ground/errors.ts";
import type { JsonSchema } from "../ground/json.ts";

/**
 * A Standard Schema (standardschema.dev, 1.1) that can also say its JSON Schema; zod 4 schemas are. Declared here
 * structurally, so that no schema library is needed at run time.
 */
export interface Schema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
    readonly jsonSchema?: {
      readonly input: (options: { readonly target: "draft-2020-12" }) => Record<string, unknown>;
      readonly output: (options: { readonly target: "draft-2020-12" }) => Record<string, unknown>;
    };
  };
}

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export type SchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

export type InferInput<S extends Schema> = NonNullable<S["~standard"]["types"]>["input"];
export type InferOutput<S extends Schema> = NonNullable<S["~standard"]["types"]>["output"];

/** One field of an object schema, as prompts show it. */
export interface Field {
  readonly name: string;
  readonly description: string | undefined;
  readonly required: boolean;
  readonly schema: JsonSchema;
}

/** An object schema read once: its JSON Schema (what goes in, before transforms) and its fields in order. */
export interface ObjectSchema {
  readonly jsonSchema: JsonSchema;
  readonly fields: readonly Field[];
}

/** Reads the fields of an object schema. Throws `signature` errors when it is no object or cannot say its JSON Schema. */
export function readObjectSchema(schema: Schema, where: string): ObjectSchema {
  const standard = (schema as Schema | undefined)?.["~standard"];
  if (standard?.jsonSchema === undefined) {
    throw new CultivarError(
      "signature",
      `${where}: expected a schema that can say its JSON Schema (Standard Schema 1.1; zod from 4.2), got one of vendor ${JSON.stringify(standard?.vendor)}; use zod or add ~standard.jsonSchema`,
    );
  }
  let json: JsonSchema;
  try {
    json = standard.jsonSchema.input({ target: "draft-2020-12" });
  } catch (cause) {
    throw new CultivarError(
      "signature",
      `${where}: this schema has no JSON Schema (${(cause as Error).message}); use types that JSON can hold, say z.iso.date() for a date`,
      { cause },
    );
  }
  if (json["type"] !== "object" || typeof json["properties"] !== "object") {
    throw new CultivarError(
      "signature",
      `${where}: expected an object schema with named fields, got ${JSON.stringify(json)}; use z.object({ ... })`,
    );
  }
  const required = new Set(json["required"] as readonly string[] | undefined);
  const fields = Object.entries(json["properties"] as Record<string, JsonSchema>).map(([name, field]) => ({
    name,
    description: field["description"] as string | undefined,
    required: required.has(name),
    schema: field,
  }));
  if (fields.length === 0) throw new CultivarError("signature", `${where}: expected at least one field, got none`);
  return { jsonSchema: json, fields };
}

/** Validates; a promise only when the schema is asynchronous. */
export function validate<Output>(
  schema: Schema<unknown, Output>,
  value: unknown,
): SchemaResult<Output> | Promise<SchemaResult<Output>> {
  return schema["~standard"].validate(value);
}

/** The issues in one line: `queue: Invalid option; urgent: expected boolean`. */
export function describeIssues(issues: readonly SchemaIssue[]): string {
  return issues
    .map(({ message, path }) => {
      const at = (path ?? []).map((step) => String(typeof step === "object" ? step.key : step)).join(".");
      return at === "" ? message : `${at}: ${message}`;
    })
    .join("; ");
}
