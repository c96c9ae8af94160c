import type { Token } from "./tokens.ts";
import { tokensOf } from "./tokens.ts";

/**
 * The specifiers that a module imports at run time, in order, each once: `import` and `export ... from`, `import()` and
 * `require()` of a string. Imports of types alone are left out: they are erased. A computed `import(name)` cannot be
 * seen.
 */
export function importsOf(source: string): readonly string[] {
  const tokens = tokensOf(source);
  const found = new Set<string>();
  for (let at = 0; at < tokens.length; at++) {
    const specifier = specifierAt(tokens, at);
    if (specifier !== undefined) found.add(specifier);
  }
  return [...found];
}

function specifierAt(tokens: readonly Token[], at: number): string | undefined {
  const token = tokens[at]!;
  if (token.kind !== "word" || tokens[at - 1]?.text === ".") return undefined;
  const next = tokens[at + 1];
  if (token.text === "import" || token.text === "require") {
    if (next?.text === "(") return stringOf(tokens[at + 2]);
    if (token.text === "require") return undefined;
    return next?.kind === "string" ? stringOf(next) : fromClause(tokens, at + 1);
  }
  return token.text === "export" ? fromClause(tokens, at + 1) : undefined;
}

/** The specifier of `{ a, b as c } from "x"`, `* as a from "x"`, `a, { b } from "x"`; undefined for anything else. */
function fromClause(tokens: readonly Token[], start: number): string | undefined {
  let at = start;
  if (tokens[at]?.text === "type" && !["from", ",", "="].includes(tokens[at + 1]?.text ?? "")) return undefined;
  for (; at < tokens.length; at++) {
    const { kind, text } = tokens[at]!;
    if (kind === "word" && text === "from" && tokens[at + 1]?.kind === "string") return stringOf(tokens[at + 1]);
    // Names, and names given as strings ("a b" as c), between braces and commas: anything else is another statement.
    const isName = kind === "word" || kind === "string";
    if (!isName && !["{", "}", ",", "*"].includes(text)) return undefined;
    if (kind === "word" && declarations.has(text) && tokens[at - 1]?.text === "export") return undefined;
  }
  return undefined;
}

const declarations = new Set(
  "const let var function class async default abstract enum interface declare namespace import".split(" "),
);

function stringOf(token: Token | undefined): string | undefined {
  if (token?.kind === "template" && !token.text.includes("${")) return token.text.slice(1, -1);
  return token?.kind === "string" ? token.text.slice(1, -1) : undefined;
}
