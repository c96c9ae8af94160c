import { CultivarError } from "../../ground/errors.ts";
import type { SchemaResult } from "../../values/schema.ts";
import { describeIssues, validate } from "../../values/schema.ts";
import type { Signature } from "../../values/signature.ts";

/** An input as its schema reads it. Throws a `program` error when it does not fit. */
export async function checkInput(signature: Signature, input: unknown): Promise<unknown> {
  return inputOf(signature, await validate(signature.input, input));
}

/** What validation made of an input. Throws a `program` error when it does not fit. */
export function inputOf(signature: Signature, checked: SchemaResult<unknown>): unknown {
  if (checked.issues === undefined) return checked.value;
  throw new CultivarError(
    "program",
    `${signature.name}: the input does not fit the signature: ${describeIssues(checked.issues)}`,
  );
}

/** Why an input does not fit a signature, or undefined; asynchronous schemas cannot tell ahead of a call. */
export function rejectInput(signature: Signature, input: unknown): string | undefined {
  const result = validate(signature.input, input);
  return result instanceof Promise || result.issues === undefined ? undefined : describeIssues(result.issues);
}
