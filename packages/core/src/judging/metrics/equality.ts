import { isObject } from "./field.ts";

/**
 * Equality of JSON values: objects by their members in any order (an `undefined` member counts as absent), arrays in
 * order, dates by their time, numbers as numbers (0 equals -0, NaN equals NaN).
 */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
  }
  if (a instanceof Date || b instanceof Date) {
    return a instanceof Date && b instanceof Date && sameValue(a.getTime(), b.getTime());
  }
  if (!isObject(a) || !isObject(b)) return false;
  const names = (value: Readonly<Record<string, unknown>>): string[] =>
    Object.keys(value).filter((name) => value[name] !== undefined);
  const left = names(a);
  return left.length === names(b).length && left.every((name) => Object.hasOwn(b, name) && sameValue(a[name], b[name]));
}

/** Where two values differ, in words, at most `limit` places: `items[1].price: expected 5, got 7`. Empty when equal. */
export function differences(
  expected: unknown,
  actual: unknown,
  render: (value: unknown) => string,
  limit = 5,
): readonly string[] {
  const found: string[] = [];
  const visit = (a: unknown, b: unknown, path: string): void => {
    if (found.length > limit || sameValue(a, b)) return;
    if (isObject(a) && isObject(b) && !(a instanceof Date) && !(b instanceof Date)) {
      for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
        const own = (value: typeof a): unknown => (Object.hasOwn(value, name) ? value[name] : undefined);
        visit(own(a), own(b), path === "" ? name : `${path}.${name}`);
      }
    } else if (Array.isArray(a) && Array.isArray(b)) {
      for (let i = 0; i < Math.max(a.length, b.length); i++) visit(a[i], b[i], `${path}[${i}]`);
    } else {
      found.push(`${path === "" ? "" : `${path}: `}expected ${render(a)}, got ${render(b)}`);
    }
  };
  visit(expected, actual, "");
  return found.length > limit ? [...found.slice(0, limit), "and more"] : found;
}
