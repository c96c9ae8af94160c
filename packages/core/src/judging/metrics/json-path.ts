import { CultivarError } from "../../ground/errors.ts";
import type { Metric } from "../metric.ts";
import { metric } from "../metric.ts";
import { differences, sameValue } from "./equality.ts";
import type { ExpectedOptions, ExpectedRow } from "./field.ts";
import { expectedOf, isObject, show } from "./field.ts";

/** Where to go from a value: a member's name or an item's index. */
export type PathStep = string | number;

const step = /\.([\p{L}_][\p{L}\p{N}_-]*)|\[(\d{1,9})\]|\["((?:[^"\\\p{Cc}]|\\["\\/bfnrt]|\\u[\da-fA-F]{4})*)"\]/uy;

/**
 * Reads a path: names joined by dots, `[0]` for items, `["any name"]` (a JSON string) for other names, an optional
 * leading `$` for the root: `a.b[0].c`, `$.a["first name"]`, `$`. No wildcards and no filters. Throws a `metric`
 * error naming the place where it stops making sense.
 */
export function parsePath(path: string): readonly PathStep[] {
  const steps: PathStep[] = [];
  const rest = path.startsWith("$") ? path.slice(1) : path;
  // So that every step starts with its own sign.
  const text = path === rest && !path.startsWith("[") ? `.${path}` : rest;
  let at = 0;
  while (at < text.length) {
    step.lastIndex = at;
    const match = step.exec(text);
    if (match === null) break;
    steps.push(match[1] ?? (match[2] === undefined ? (JSON.parse(`"${match[3]!}"`) as string) : Number(match[2])));
    at = step.lastIndex;
  }
  if (at < text.length) {
    throw new CultivarError(
      "metric",
      `jsonPath: cannot read the path ${JSON.stringify(path)} at character ${Math.max(0, at + path.length - text.length)}; expected names joined by dots and [0] or ["name"], like a.b[0].c`,
    );
  }
  return steps;
}

/** The value at a path, own members only; undefined where the path leads nowhere. */
export function valueAt(value: unknown, path: readonly PathStep[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof key === "number") at = Array.isArray(at) ? (at as readonly unknown[])[key] : undefined;
    else at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at;
}

/**
 * Equality at JSON paths of the whole output: the share of `paths` at which the output equals `example.expected` (or
 * what `expected` returns), in [0, 1]. A path that leads nowhere in the expected value must lead nowhere in the
 * output. `"$"` compares everything. Feedback names each path that differs. Grammar: {@link parsePath}.
 */
export function jsonPath<E = ExpectedRow>(
  paths: string | readonly string[],
  options: ExpectedOptions<E> = {},
): Metric<E, unknown> {
  const list = (typeof paths === "string" ? [paths] : paths).map((path) => ({ path, steps: parsePath(path) }));
  if (list.length === 0) throw new CultivarError("metric", "jsonPath: expected at least one path, got none");
  const name = `jsonPath(${list.map(({ path }) => path).join(", ")})`;
  const whole: ExpectedOptions<E> = {
    expected: options.expected ?? ((example) => (example as ExpectedRow | undefined)?.expected),
  };
  return metric(
    ({ example, output }) => {
      const expected = expectedOf(name, "$", example, whole);
      const wrong: string[] = [];
      let right = 0;
      for (const { path, steps } of list) {
        const wanted = valueAt(expected, steps);
        const got = valueAt(output, steps);
        if (sameValue(wanted, got)) right++;
        else wrong.push(...differences(wanted, got, show).map((text) => `${path}: ${text}`));
      }
      const feedback =
        wrong.length === 0 ? `all of ${list.map(({ path }) => path).join(", ")} correct` : wrong.join("\n");
      return { score: right / list.length, feedback };
    },
    { name, options },
  );
}
