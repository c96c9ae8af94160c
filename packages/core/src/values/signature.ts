import { CultivarError } from "../ground/errors.ts";
import { contentHash } from "../ground/hash.ts";
import type { InferInput, InferOutput, ObjectSchema, Schema } from "./schema.ts";
import { readObjectSchema } from "./schema.ts";

/** Typed inputs and outputs plus instructions, with a name. Immutable; modules over one signature stay independent. */
export interface Signature<I extends Schema = Schema, O extends Schema = Schema> {
  /** `[a-zA-Z][a-zA-Z0-9_-]*`, at most 64 characters: it names components and JSON schemas. */
  readonly name: string;
  readonly instructions: string;
  readonly input: I;
  readonly output: O;
  readonly inputFields: ObjectSchema;
  readonly outputFields: ObjectSchema;
  /** Hash of name and field schemas: an artifact made for another signature is refused. */
  readonly fingerprint: string;
}

export type SignatureInput<S> = S extends Signature<infer I, Schema> ? InferInput<I> : never;
export type SignatureOutput<S> = S extends Signature<Schema, infer O> ? InferOutput<O> : never;

/** What `signature` takes. */
export interface SignatureSpec<I extends Schema, O extends Schema> {
  readonly name: string;
  readonly instructions?: string;
  readonly input: I;
  readonly output: O;
}

export const namePattern: RegExp = /^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/;

/** Declares a signature. Throws `signature` errors for a bad name, a schema that is no object, a field in both halves. */
export function signature<I extends Schema, O extends Schema>(spec: SignatureSpec<I, O>): Signature<I, O> {
  if (!namePattern.test(spec.name)) {
    throw new CultivarError(
      "signature",
      `signature: name ${JSON.stringify(spec.name)} must start with a letter and hold only letters, digits, _ and -, at most 64`,
    );
  }
  const inputFields = readObjectSchema(spec.input, `signature ${spec.name}: input`);
  const outputFields = readObjectSchema(spec.output, `signature ${spec.name}: output`);
  const names = new Set(inputFields.fields.map((field) => field.name));
  const twice = outputFields.fields.find((field) => names.has(field.name));
  if (twice !== undefined) {
    throw new CultivarError(
      "signature",
      `signature ${spec.name}: field ${twice.name} is both an input and an output; rename one`,
    );
  }
  return Object.freeze({
    name: spec.name,
    instructions: spec.instructions ?? "",
    input: spec.input,
    output: spec.output,
    inputFields,
    outputFields,
    fingerprint: contentHash([spec.name, inputFields.jsonSchema, outputFields.jsonSchema]),
  });
}
