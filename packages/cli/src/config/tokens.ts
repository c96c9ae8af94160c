/** A token of JavaScript or TypeScript source: a word, a whole string, template or regular expression, or one mark. */
export interface Token {
  readonly kind: "word" | "string" | "template" | "regex" | "mark";
  /** As it stands in the source; a string with its quotes. */
  readonly text: string;
}

/** After these a slash begins a regular expression, not a division. */
const beforeRegex = new Set([
  ..."(,=:[!&|?{};+-*%~^<>".split(""),
  ..."return typeof instanceof in of new delete void throw case do else yield await".split(" "),
]);

/**
 * Source as tokens, without comments and white space. It knows what it takes to find imports with certainty: where
 * strings, templates, comments and regular expressions begin and end. (Whether a slash after `)` or `}` divides or begins
 * a regular expression needs a whole parser: after `)` it is taken as a division, after `}` as a regular expression.)
 */
export function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = source.startsWith("#!") ? lineEnd(source, 0) : 0;
  while (at < source.length) {
    const next = tokenAt(source, at, tokens.at(-1));
    if (next.token !== undefined) tokens.push(next.token);
    at = next.end;
  }
  return tokens;
}

function tokenAt(
  source: string,
  at: number,
  last: Token | undefined,
): { readonly token?: Token; readonly end: number } {
  const character = source[at]!;
  const slice = (kind: Token["kind"], end: number): { token: Token; end: number } => ({
    token: { kind, text: source.slice(at, end) },
    end,
  });
  if (/\s/.test(character)) return { end: at + 1 };
  if (source.startsWith("//", at)) return { end: lineEnd(source, at) };
  if (source.startsWith("/*", at)) {
    const close = source.indexOf("*/", at + 2);
    return { end: close === -1 ? source.length : close + 2 };
  }
  if (character === '"' || character === "'") return slice("string", stringEnd(source, at));
  if (character === "`") return slice("template", templateEnd(source, at));
  if (character === "/" && (last === undefined || (last.kind !== "string" && beforeRegex.has(last.text)))) {
    const end = regexEnd(source, at);
    if (end !== undefined) return slice("regex", end);
  }
  const word = /[\w$\u0080-\uffff]+/y;
  word.lastIndex = at;
  const found = word.exec(source);
  return found === null ? slice("mark", at + 1) : slice("word", at + found[0].length);
}

function lineEnd(source: string, from: number): number {
  const end = source.indexOf("\n", from);
  return end === -1 ? source.length : end;
}

function stringEnd(source: string, start: number): number {
  const quote = source[start];
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === "\\") at += 1;
    else if (source[at] === quote || source[at] === "\n") return at + 1;
  }
  return source.length;
}

function templateEnd(source: string, start: number): number {
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === "\\") at += 1;
    else if (source[at] === "`") return at + 1;
    else if (source.startsWith("${", at)) at = braceEnd(source, at + 2) - 1;
  }
  return source.length;
}

/** The position behind the brace that closes an expression inside a template. */
function braceEnd(source: string, start: number): number {
  let depth = 1;
  let last: Token | undefined = { kind: "mark", text: "{" };
  for (let at = start; at < source.length;) {
    const { token, end } = tokenAt(source, at, last);
    if (token?.text === "{") depth += 1;
    if (token?.text === "}" && --depth === 0) return end;
    last = token ?? last;
    at = end;
  }
  return source.length;
}

/** Undefined when no regular expression ends on this line: then it was a division. */
function regexEnd(source: string, start: number): number | undefined {
  let inClass = false;
  for (let at = start + 1; at < source.length; at++) {
    const character = source[at];
    if (character === "\n") return undefined;
    if (character === "\\") at += 1;
    else if (character === "[") inClass = true;
    else if (character === "]") inClass = false;
    else if (character === "/" && !inClass) {
      const flags = /[a-z]*/y;
      flags.lastIndex = at + 1;
      return at + 1 + flags.exec(source)![0].length;
    }
  }
  return undefined;
}
