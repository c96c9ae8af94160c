/** Levels of nesting that are read; a reply of more is refused, so that no later walk over it can overflow the stack. */
export const maxDepth = 256;

/** What came of reading one value from a text that may be damaged. */
export interface Reading {
  /** The value; undefined when there was none to be had. */
  readonly value: unknown;
  /** Where reading stopped: after the value, or at the first thing that made no sense. */
  readonly end: number;
  /** The text ended (or its code fence closed) before the value did. Only what was complete is in `value`. */
  readonly truncated: boolean;
  /** What is wrong, in words. With a value: one of its members could not be read and holds undefined. */
  readonly problem: string | undefined;
  readonly tooDeep: boolean;
}

interface Cursor {
  readonly text: string;
  at: number;
  truncated: boolean;
  problem: string | undefined;
  tooDeep: boolean;
}

/** The text makes no sense here; the whole value is lost. */
const failed = Symbol("failed");
/** The text ended before this value was complete. */
const missing = Symbol("missing");

/**
 * Reads the value that starts at `start`, forgiving what models really write: single quotes, unquoted keys, trailing
 * commas, comments, Python's literals, raw line breaks and unescaped quotes in strings, a text that ends too early.
 * Time is linear in the characters read. Nothing is made up: a member that was cut off is left out, and so is a list
 * that lost an item, since no validation could notice. Duplicate keys: the last wins; `__proto__` is dropped.
 */
export function readJson(text: string, start: number): Reading {
  const cursor: Cursor = { text, at: start, truncated: false, problem: undefined, tooDeep: false };
  const value = readValue(cursor, 0);
  return {
    value: value === failed || value === missing ? undefined : value,
    end: cursor.at,
    truncated: cursor.truncated,
    problem: cursor.problem,
    tooDeep: cursor.tooDeep,
  };
}

function readValue(cursor: Cursor, depth: number): unknown {
  if (skipToEnd(cursor)) return missing;
  const first = cursor.text.charAt(cursor.at);
  if (first === "{" || first === "[") {
    if (depth >= maxDepth) {
      cursor.tooDeep = true;
      return fail(cursor, `it is nested deeper than ${maxDepth} levels`);
    }
    cursor.at++;
    return first === "{" ? readObject(cursor, depth) : readArray(cursor, depth);
  }
  if (first === '"' || first === "'") return readString(cursor, first);
  if (/[-+.0-9]/.test(first)) return readNumber(cursor);
  return readWord(cursor);
}

function readObject(cursor: Cursor, depth: number): unknown {
  const object: Record<string, unknown> = {};
  let members = 0;
  // An object cut before its first member is left out: `[{"a":1},{` holds one item, not two.
  const cut = (): unknown => (members === 0 ? missing : object);
  for (;;) {
    if (skipToEnd(cursor)) return cut();
    const next = cursor.text.charAt(cursor.at);
    if (next === "}" || next === ",") {
      cursor.at++;
      if (next === "}") return object;
      continue;
    }
    const key = next === '"' || next === "'" ? readString(cursor, next) : readKey(cursor);
    if (typeof key !== "string") return key === missing ? cut() : failed;
    if (skipToEnd(cursor)) return cut();
    if (cursor.text.charAt(cursor.at) !== ":") return fail(cursor, `expected ":" after the key ${shown(key)}`);
    cursor.at++;
    const before = cursor.problem;
    const value = readValue(cursor, depth + 1);
    if (cursor.problem !== before && depth < 3) cursor.problem = `${key}: ${cursor.problem}`;
    if (value === failed) return failed;
    if (value === missing) return cut();
    if (key !== "__proto__") object[key] = value;
    members++;
    if (skipToEnd(cursor)) return object;
    if (!/[,}]/.test(cursor.text.charAt(cursor.at))) return fail(cursor, `expected "," or "}" after ${shown(key)}`);
  }
}

function readArray(cursor: Cursor, depth: number): unknown {
  const items: unknown[] = [];
  for (;;) {
    if (skipToEnd(cursor)) return missing;
    if (cursor.text.charAt(cursor.at) === "]") {
      cursor.at++;
      return items;
    }
    const value = readValue(cursor, depth + 1);
    if (value === failed || value === missing) return value;
    items.push(value);
    // After a whole item the list counts as whole: only its bracket was forgotten.
    if (skipToEnd(cursor)) return items;
    const next = cursor.text.charAt(cursor.at);
    if (next === ",") cursor.at++;
    else if (next !== "]") return fail(cursor, `expected "," or "]" after item ${items.length} of a list`);
  }
}

function readString(cursor: Cursor, quote: string): unknown {
  const { text } = cursor;
  const start = cursor.at + 1;
  const closing = quote.charCodeAt(0);
  let inner = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 92) at++;
    else if (code === closing) {
      if (!closes(text, at + 1)) {
        inner++;
        continue;
      }
      cursor.at = at + 1;
      // `"5" tall"` may be two readings; a pair of unescaped quotes, or an apostrophe in single quotes, is one.
      if (quote === '"' && inner % 2 === 1) return fail(cursor, "a string holds an unescaped quote");
      return unescape(text.slice(start, at));
    }
  }
  cursor.at = text.length;
  cursor.truncated = true;
  return missing;
}

/** Whether a quote before `at` ends its string: something must follow that can follow a string. */
function closes(text: string, from: number): boolean {
  let at = from;
  while (at < text.length && isSpace(text.charCodeAt(at))) at++;
  if (at >= text.length || ",:}]#".includes(text.charAt(at))) return true;
  return text.startsWith("//", at) || text.startsWith("/*", at) || text.startsWith("```", at);
}

/** Turns what stands between quotes into proper JSON, then lets the engine decode it. */
function unescape(body: string): string {
  // oxlint-disable-next-line no-control-regex -- raw control characters are what this repairs
  const damage = /(?:\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})+|\\[\s\S]?|["\u0000-\u001f]/g;
  const proper = body.replaceAll(damage, (found) => {
    if (found === '"') return '\\"';
    if (found === "\\'") return "'";
    // What is left of escapes is a backslash that was meant as one (`\alpha`, a Windows path).
    const escaped = found.length > 1 && /["\\/bfnrtu]/.test(found.charAt(1)) && found !== "\\u";
    return escaped ? found : JSON.stringify(found).slice(1, -1);
  });
  return JSON.parse(`"${proper}"`) as string;
}

function readNumber(cursor: Cursor): unknown {
  const { text } = cursor;
  const start = cursor.at;
  while (cursor.at < text.length && /[-+.0-9a-zA-Z_]/.test(text.charAt(cursor.at))) cursor.at++;
  if (cursor.at >= text.length) {
    // `12` at the end of a cut reply may have been `123`.
    cursor.truncated = true;
    return missing;
  }
  const token = text.slice(start, Math.min(cursor.at, start + 400));
  const number = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(token) ? Number(token) : Number.NaN;
  if (Number.isFinite(number)) return number;
  cursor.problem ??= `${shown(token)} is not a number that JSON can hold`;
  return undefined;
}

const literals: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["true", true],
  ["false", false],
  ["null", null],
  ["True", true],
  ["False", false],
  ["None", null],
]);

function readWord(cursor: Cursor): unknown {
  const word = readKey(cursor);
  if (typeof word !== "string") return word;
  if (literals.has(word)) return literals.get(word);
  if (cursor.at >= cursor.text.length && word.length < 5) {
    for (const literal of literals.keys()) {
      if (literal.startsWith(word)) {
        cursor.truncated = true;
        return missing;
      }
    }
  }
  cursor.problem ??= `${shown(word)} is no JSON value; a text needs double quotes, and what is unknown is null`;
  return undefined;
}

function readKey(cursor: Cursor): unknown {
  const { text } = cursor;
  const start = cursor.at;
  while (cursor.at < text.length && /[\w$-]/.test(text.charAt(cursor.at))) cursor.at++;
  if (cursor.at === start) return fail(cursor, `unexpected ${shown(text.charAt(start))}`);
  return text.slice(start, cursor.at);
}

/** Passes over space and comments. True when the text, or the code fence around it, ends there. */
function skipToEnd(cursor: Cursor): boolean {
  const { text } = cursor;
  for (;;) {
    while (cursor.at < text.length && isSpace(text.charCodeAt(cursor.at))) cursor.at++;
    const first = text.charAt(cursor.at);
    if (first === "#" || text.startsWith("//", cursor.at)) cursor.at = past(text, "\n", cursor.at);
    else if (first === "/" && text.startsWith("/*", cursor.at)) cursor.at = past(text, "*/", cursor.at + 2);
    else {
      const ended = cursor.at >= text.length || (first === "`" && text.startsWith("```", cursor.at));
      if (ended) cursor.truncated = true;
      return ended;
    }
  }
}

function past(text: string, what: string, from: number): number {
  const found = text.indexOf(what, from);
  return found === -1 ? text.length : found + what.length;
}

/** Controls (NUL too), blanks, NEL, NBSP, zero-width space, line and paragraph separators, BOM. */
function isSpace(code: number): boolean {
  if (code <= 32) return true;
  if (code < 0x85) return false;
  return code === 0x85 || code === 0xa0 || code === 0x200b || code === 0x2028 || code === 0x2029 || code === 0xfeff;
}

function fail(cursor: Cursor, problem: string): typeof failed {
  cursor.problem = problem;
  return failed;
}

function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}
