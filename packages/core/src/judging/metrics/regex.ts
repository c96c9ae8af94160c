import type { Metric } from "../metric.ts";
import { metric } from "../metric.ts";
import type { HasField } from "./field.ts";
import { asText, fieldOf, notText, show } from "./field.ts";

export interface RegexOptions {
  /** What the pattern asks for, in words: feedback says it, because a pattern teaches a prompt writer little. */
  readonly describe?: string;
  /** True when the text must not match. Default false. */
  readonly absent?: boolean;
}

/**
 * 1 when the field's text matches the pattern, else 0. The pattern is written by you: it is a RegExp and never a text
 * from data or a model, for some patterns take exponential time (nested repetition such as `(\w+\s?)*`). Anchor it
 * with `^` and `$` to judge the whole text. The flags g and y are ignored.
 */
export function regex<K extends string>(
  field: K,
  pattern: RegExp,
  options: RegexOptions = {},
): Metric<unknown, HasField<K>> {
  // A g or y pattern remembers where it stopped: the next row would start there.
  const stateless = new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/g, ""));
  const absent = options.absent ?? false;
  const what = options.describe === undefined ? String(pattern) : `${options.describe} (${String(pattern)})`;
  return metric(
    ({ output }) => {
      const actual = fieldOf(output, field);
      const missing = notText(field, actual);
      if (missing !== undefined)
        return { score: 0, feedback: `${missing}; it must ${absent ? "not " : ""}match ${what}` };
      const match = stateless.exec(asText(actual));
      if ((match !== null) !== absent)
        return { score: 1, feedback: `${field}: ${absent ? "free of" : "matches"} ${what}` };
      const feedback =
        match === null
          ? `${field}: expected a match of ${what}, got ${show(actual)}`
          : `${field}: must not match ${what}, but holds ${show(match[0])}`;
      return { score: 0, feedback };
    },
    { name: `regex(${field})`, options: { ...options, pattern: String(stateless) } },
  );
}
