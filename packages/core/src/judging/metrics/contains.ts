import { CultivarError } from "../../ground/errors.ts";
import type { Metric } from "../metric.ts";
import { metric } from "../metric.ts";
import type { ExpectedOptions, ExpectedRow, HasField } from "./field.ts";
import { asText, expectedOf, fieldOf, show } from "./field.ts";

export interface ContainsOptions<E> extends ExpectedOptions<E> {
  /** The same items for every example, instead of the expected value. */
  readonly items?: readonly string[];
  /** Default false: case is ignored. */
  readonly caseSensitive?: boolean;
  /** Default false: "cat" is found in "concatenate". */
  readonly wholeWords?: boolean;
}

/**
 * The share of items that the field's text contains, in [0, 1]. The items are `options.items`, or the expected value
 * (a text or a list of texts). Unicode forms (NFKC) and runs of white space are levelled. A list field is read as its
 * items, one per line. Feedback names the missing items.
 */
export function contains<K extends string, E = ExpectedRow>(
  field: K,
  options: ContainsOptions<E> = {},
): Metric<E, HasField<K>> {
  const name = `contains(${field})`;
  return metric(
    ({ example, output }) => {
      const expected = options.items ?? expectedOf(name, field, example, options);
      const items = (Array.isArray(expected) ? (expected as readonly unknown[]) : [expected]).map(asText);
      if (items.length === 0 || items.some((item) => item.trim() === "")) {
        throw new CultivarError(
          "metric",
          `${name}: expected at least one item and no empty ones, got ${show(items)}; every text contains an empty one`,
        );
      }
      const actual = fieldOf(output, field);
      const text = level(Array.isArray(actual) ? actual.map(asText).join("\n") : asText(actual), options);
      const missing = items.filter((item) => !holds(text, level(item, options), options.wholeWords ?? false));
      const feedback =
        missing.length === 0
          ? `${field}: contains ${show(items)}`
          : `${field}: missing ${missing.map((item) => show(item)).join(", ")} in ${show(actual)}`;
      return { score: (items.length - missing.length) / items.length, feedback };
    },
    { name, options },
  );
}

function level(text: string, options: { readonly caseSensitive?: boolean }): string {
  const even = text.normalize("NFKC").replace(/\s+/gu, " ").trim();
  return options.caseSensitive === true ? even : even.toLowerCase();
}

function holds(text: string, item: string, wholeWords: boolean): boolean {
  if (!wholeWords) return text.includes(item);
  const word = /[\p{L}\p{N}_]/u;
  for (let at = text.indexOf(item); at !== -1; at = text.indexOf(item, at + 1)) {
    if (!word.test(text[at - 1] ?? " ") && !word.test(text[at + item.length] ?? " ")) return true;
  }
  return false;
}
