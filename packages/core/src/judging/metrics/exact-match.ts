import type { Metric } from "../metric.ts";
import { metric } from "../metric.ts";
import { differences, sameValue } from "./equality.ts";
import type { ExpectedOptions, ExpectedRow, HasField } from "./field.ts";
import { expectedOf, fieldOf, show } from "./field.ts";

export interface ExactMatchOptions<E> extends ExpectedOptions<E> {
  /** True when `expected` is a list of values of which any is right. Default false: a list is compared as a list. */
  readonly anyOf?: boolean;
}

/**
 * 1 when the field equals what was expected, else 0. Strings are equal character by character (see `normalizedMatch`
 * for kinder rules), objects and arrays by value. Feedback says what was expected and where it differs.
 */
export function exactMatch<K extends string, E = ExpectedRow>(
  field: K,
  options: ExactMatchOptions<E> = {},
): Metric<E, HasField<K>> {
  const name = `exactMatch(${field})`;
  return metric(
    ({ example, output }) => {
      const expected = expectedOf(name, field, example, options);
      const actual = fieldOf(output, field);
      const accepted: readonly unknown[] = options.anyOf === true && Array.isArray(expected) ? expected : [expected];
      if (accepted.some((value) => sameValue(value, actual))) {
        return { score: 1, feedback: `${field}: correct (${show(actual)})` };
      }
      return { score: 0, feedback: `${field}: ${explain(accepted, actual)}` };
    },
    { name, options },
  );
}

function explain(accepted: readonly unknown[], actual: unknown): string {
  if (accepted.length !== 1) return `expected one of ${show(accepted)}, got ${show(actual)}`;
  const [expected] = accepted;
  if (typeof expected === "string" && typeof actual === "string" && expected.trim() === actual.trim()) {
    return `expected ${show(expected)}, got ${show(actual)}: they differ only in spaces around the text`;
  }
  if (typeof expected !== typeof actual && String(expected) === String(actual)) {
    return `expected ${show(expected)} (${typeof expected}), got ${show(actual)} (${typeof actual}): the type is wrong`;
  }
  return differences(expected, actual, show).join("; ");
}
