import { CultivarError, messageOf } from "../../ground/errors.ts";
import { canonicalJson } from "../../ground/hash.ts";
import type { DemoRow } from "../../values/demo.ts";
import type { Field } from "../../values/schema.ts";
import { validate } from "../../values/schema.ts";
import type { Signature } from "../../values/signature.ts";

/**
 * A labelled row as a demo of `signature`, when its input and its expected value fit; asynchronous schemas fit nothing.
 * `declared` is the signature that labels are written for. Throws a `data` error for what is no JSON.
 */
export function labelledDemo(
  signature: Signature,
  declared: Signature,
  input: unknown,
  expected: unknown,
): DemoRow | undefined {
  const outputs = signature.outputFields.fields;
  const whole = typeof expected === "object" && expected !== null && !Array.isArray(expected);
  // A bare value labels a signature with one output: "billing" for { queue }.
  const [only, ...others] = declared.outputFields.fields;
  const output = whole || others.length > 0 ? expected : { [only!.name]: expected };
  try {
    for (const [schema, value] of [
      [signature.input, input],
      [signature.output, output],
    ] as const) {
      const result = validate(schema, value);
      if (result instanceof Promise || result.issues !== undefined) return undefined;
    }
    const row = { input: onlyFields(signature.inputFields.fields, input), output: onlyFields(outputs, output) };
    return JSON.parse(canonicalJson(row)) as DemoRow;
  } catch (error) {
    throw new CultivarError("data", `${signature.name}: a labelled row is no JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function onlyFields(fields: readonly Field[], value: unknown): Record<string, unknown> {
  const record = value as Record<string, unknown>;
  return Object.fromEntries(
    fields.filter(({ name }) => record[name] !== undefined).map(({ name }) => [name, record[name]]),
  );
}
