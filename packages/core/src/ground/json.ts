/** Any value that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A JSON Schema, as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Names of members that data from outside must not have. */
export const poisonNames: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** `JSON.parse` for data from outside: members named `__proto__`, `constructor` or `prototype` are refused. */
export function parseJsonSafely(text: string): unknown {
  return JSON.parse(text, (key: string, value: unknown) => {
    if (poisonNames.has(key)) throw new SyntaxError(`a member named ${JSON.stringify(key)} is not allowed`);
    return value;
  });
}
