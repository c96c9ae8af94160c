import type { ExampleRow } from "../values/example.ts";
import { CultivarError } from "../ground/errors.ts";
import type { Predict } from "./predict.ts";

/**
 * A row mapper for flat rows, as CSV and GSM8K files have them: columns named like the signature's inputs become
 * `input`, those named like its outputs become `expected`. Use as `jsonl(path, columns(route))`. Throws `data` errors
 * that name the missing column and those found.
 */
export function columns<I, O>(
  module: Predict<I, O>,
): (row: Readonly<Record<string, unknown>>) => ExampleRow<I, unknown> {
  const { inputFields, outputFields } = module.signature;
  return (row) => {
    const input: Record<string, unknown> = {};
    for (const { name, required } of inputFields.fields) {
      if (row[name] !== undefined) input[name] = row[name];
      else if (required)
        throw new CultivarError(
          "data",
          `${module.name}: no column ${name}; the row has ${Object.keys(row).join(", ")}`,
        );
    }
    const labelled = outputFields.fields
      .filter(({ name }) => row[name] !== undefined)
      .map(({ name }) => [name, row[name]] as const);
    return { input: input as I, ...(labelled.length > 0 && { expected: Object.fromEntries(labelled) }) };
  };
}
