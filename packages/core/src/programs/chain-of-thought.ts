import { CultivarError } from "../ground/errors.ts";
import { contentHash } from "../ground/hash.ts";
import type { JsonSchema } from "../ground/json.ts";
import type { InferInput, InferOutput, Schema, SchemaResult } from "../values/schema.ts";
import type { Signature } from "../values/signature.ts";
import type { Predict } from "./predict.ts";
import { predictOver } from "./predict.ts";
import type { ModuleSettings } from "./settings.ts";

const reasoningField: JsonSchema = { type: "string", description: "Think step by step before answering." };

/**
 * `predict` with a leading output field `reasoning` (Kojima et al. 2022, zero-shot chain of thought; as a field, so
 * that demos carry it). Demos from labels, which have no reasoning, show the other fields only. Throws a `signature`
 * error when an input is called `reasoning`.
 */
export function chainOfThought<I extends Schema, O extends Schema>(
  signature: Signature<I, O>,
  settings: ModuleSettings = {},
): Predict<InferInput<I>, InferOutput<O> & { reasoning: string }> {
  return predictOver(withReasoning(signature), settings, "chainOfThought", signature) as Predict<
    InferInput<I>,
    InferOutput<O> & { reasoning: string }
  >;
}

/** The signature with `reasoning` in front of its outputs; unchanged when it declares one itself. */
function withReasoning(signature: Signature): Signature {
  const { jsonSchema, fields } = signature.outputFields;
  if (fields.some(({ name }) => name === "reasoning")) return signature;
  if (signature.inputFields.fields.some(({ name }) => name === "reasoning")) {
    throw new CultivarError(
      "signature",
      `chainOfThought(${signature.name}): the input field reasoning has the name of the output that this adds; rename it`,
    );
  }
  const properties = { reasoning: reasoningField, ...(jsonSchema["properties"] as Record<string, unknown>) };
  const required = ["reasoning", ...((jsonSchema["required"] as readonly string[] | undefined) ?? [])];
  return Object.freeze({
    ...signature,
    output: reasoned(signature.output),
    outputFields: {
      jsonSchema: { ...jsonSchema, properties, required },
      fields: [
        {
          name: "reasoning",
          description: "Think step by step before answering.",
          required: true,
          schema: reasoningField,
        },
        ...fields,
      ],
    },
    fingerprint: contentHash(["chainOfThought", signature.fingerprint]),
  });
}

/** Validates the rest as before and puts the reasoning in front; a reply or a label without one has an empty one. */
function reasoned(schema: Schema): Schema {
  const standard = schema["~standard"];
  const put = (result: SchemaResult<unknown>, reasoning: string): SchemaResult<unknown> =>
    result.issues === undefined ? { value: { reasoning, ...(result.value as object) } } : result;
  return {
    "~standard": {
      version: 1,
      vendor: standard.vendor,
      validate: (value) => {
        if (typeof value !== "object" || value === null) return standard.validate(value);
        const { reasoning, ...rest } = value as Record<string, unknown>;
        const text = typeof reasoning === "string" ? reasoning : "";
        const result = standard.validate(rest);
        return result instanceof Promise ? result.then((settled) => put(settled, text)) : put(result, text);
      },
    },
  };
}
