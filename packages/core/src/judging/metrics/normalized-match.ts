import type { Metric } from "../metric.ts";
import { metric } from "../metric.ts";
import type { ExpectedOptions, ExpectedRow, HasField } from "./field.ts";
import { asText, expectedOf, fieldOf, show } from "./field.ts";
import { normalizeAnswer } from "./normalize.ts";

export interface NormalizedMatchOptions<E> extends ExpectedOptions<E> {
  /** Default {@link normalizeAnswer}: SQuAD's rules, made for English. */
  readonly normalize?: (text: string) => string;
}

/**
 * 1 when the field equals what was expected after normalisation (SQuAD's exact match), else 0. When `expected` is a
 * list, any of its items is right.
 */
export function normalizedMatch<K extends string, E = ExpectedRow>(
  field: K,
  options: NormalizedMatchOptions<E> = {},
): Metric<E, HasField<K>> {
  const name = `normalizedMatch(${field})`;
  const normalize = options.normalize ?? normalizeAnswer;
  return metric(
    ({ example, output }) => {
      const expected = expectedOf(name, field, example, options);
      const actual = fieldOf(output, field);
      const accepted: readonly unknown[] = Array.isArray(expected) ? expected : [expected];
      const got = normalize(asText(actual));
      if (actual !== undefined && actual !== null && accepted.some((value) => normalize(asText(value)) === got)) {
        return { score: 1, feedback: `${field}: correct (${show(actual)})` };
      }
      const wanted = accepted.length === 1 ? show(accepted[0]) : `one of ${show(accepted)}`;
      return {
        score: 0,
        feedback: `${field}: expected ${wanted}, got ${show(actual)}${hint(accepted, got, normalize)}`,
      };
    },
    { name, options },
  );
}

/** The most frequent near miss: the right answer inside a longer text. */
function hint(accepted: readonly unknown[], got: string, normalize: (text: string) => string): string {
  const inside = accepted.some((value) => {
    const wanted = normalize(asText(value));
    return wanted !== "" && ` ${got} `.includes(` ${wanted} `);
  });
  return inside ? "; the right answer is there, but other words are around it: give the answer alone" : "";
}
