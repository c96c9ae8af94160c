import { CultivarError } from "../../ground/errors.ts";
import { canonicalJson } from "../../ground/hash.ts";

/** What the ready-made metrics read of an example unless told otherwise. */
export interface ExpectedRow {
  readonly expected?: unknown;
}

/** An output that has the judged field. */
export type HasField<K extends string> = { readonly [P in K]: unknown };

/** Where a metric finds what was expected. */
export interface ExpectedOptions<E> {
  /**
   * The value to compare with. Default: `example.expected[field]` when `expected` is an object that has the field,
   * else `example.expected` itself.
   */
  readonly expected?: (example: E) => unknown;
}

/** The judged field's value; undefined when the output is no object or lacks it (that is the candidate's failure). */
export function fieldOf(output: unknown, field: string): unknown {
  return isObject(output) && Object.hasOwn(output, field) ? output[field] : undefined;
}

/** What was expected in `field`. Throws a `metric` error when the example says nothing: the row then stays unscored. */
export function expectedOf<E>(where: string, field: string, example: E, options: ExpectedOptions<E>): unknown {
  const value = options.expected === undefined ? defaultExpected(field, example) : options.expected(example);
  if (value === undefined) {
    throw new CultivarError(
      "metric",
      `${where}: the example has no expected value for ${JSON.stringify(field)}; give the row an \`expected\`, or the metric an \`expected: (example) => value\``,
    );
  }
  return value;
}

function defaultExpected(field: string, example: unknown): unknown {
  const expected = isObject(example) ? example["expected"] : undefined;
  return isObject(expected) && Object.hasOwn(expected, field) ? expected[field] : expected;
}

/** True for objects that are no arrays. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as the text that is compared: strings as they are, nothing as "", the rest as canonical JSON. */
export function asText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : canonicalJson(value);
}

/** A value as feedback shows it: JSON, cut to `maxLength` characters. */
export function show(value: unknown, maxLength = 300): string {
  const text = value === undefined ? "nothing" : (canonicalJson(value) ?? typeof value);
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}

/** Feedback of a field that has to be text and is not; undefined when it is. */
export function notText(field: string, actual: unknown): string | undefined {
  return actual === undefined || actual === null ? `${field}: expected a text, got nothing` : undefined;
}
