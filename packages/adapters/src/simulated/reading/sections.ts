/** A named piece of a text: where it stands and what it holds. */
export interface Section {
  readonly name: string;
  readonly value: string;
  /** Offsets in the text: from the start of its header to the end of its value. */
  readonly start: number;
  readonly end: number;
}

/** `searchQuery`, `search_query` and `Search query` are one name. */
export function sameName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

function namePattern(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .split(/[_\s-]+/)
    .map((word) => word.replaceAll(/[^A-Za-z0-9]/g, ""))
    .join("[ _-]?");
}

/** Stand-ins such as `{ticket}`, `<text>` and `...` in the description of a layout: no value. */
function isPlaceholder(value: string): boolean {
  return value === "" || /^(?:\{[^{}:"]*\}|<[^<>]*>|\.{3}|…|\$\{[^{}]*\})/.test(value);
}

interface Head {
  readonly name: string;
  readonly start: number;
  /** Where the value starts. */
  readonly from: number;
  /** For quoted keys the value is read at once, with its end. */
  readonly read?: { readonly value: string; readonly end: number };
}

interface Patterns {
  /** Names by what is left of them without case and separators. */
  readonly byPattern: ReadonlyMap<string, string>;
  readonly header: RegExp;
  readonly key: RegExp;
}

/** Compiled patterns by their names: prompts of one program ask for the same few thousands of times. */
const compiled = new Map<string, Patterns>();
const mostCompiled = 256;

function patternsFor(names: readonly string[]): Patterns {
  const id = names.join("\n");
  let patterns = compiled.get(id);
  if (patterns === undefined) {
    patterns = compile(names);
    if (compiled.size >= mostCompiled) compiled.clear();
    compiled.set(id, patterns);
  }
  return patterns;
}

function compile(names: readonly string[]): Patterns {
  const any = names.map(namePattern).join("|");
  return {
    byPattern: new Map(names.map((name) => [sameName(name), name])),
    header: new RegExp(
      `^[ \\t]*(?:\\[\\[ ## (${any}) ## \\]\\]|#{1,6}[ \\t]+\\**(${any})\\**:?[ \\t]*$|<(${any})>|\\**(${any})\\**[ \\t]*:\\**(?!\\S*//))`,
      "gim",
    ),
    key: new RegExp(`(["'])(${any})\\1[ \\t]*:[ \\t]*`, "gi"),
  };
}

/**
 * The sections of a text that carry one of the given names, in order, in any of the usual layouts: `[[ ## name ## ]]`,
 * `### name`, `name: value` and `**name:** value` at the start of a line, `<name>`, and quoted keys as in JSON or a
 * Python dict. A value ends at the next section, at a blank line, at a rule or at a fence.
 */
export function sectionsOf(text: string, names: readonly string[]): readonly Section[] {
  if (names.length === 0) return [];
  const { byPattern, header, key } = patternsFor(names);
  const heads: Head[] = [];
  for (const match of text.matchAll(header)) {
    const name = byPattern.get(sameName(match.slice(1).find((group) => group !== undefined) ?? ""));
    if (name !== undefined) heads.push({ name, start: match.index, from: match.index + match[0].length });
  }
  for (const match of text.matchAll(key)) {
    const name = byPattern.get(sameName(match[2]!));
    const from = match.index + match[0].length;
    const read = readQuoted(text, from);
    if (name !== undefined && read !== undefined) heads.push({ name, start: match.index, from, read });
  }
  heads.sort((a, b) => a.start - b.start);
  return heads.flatMap((head, i) => {
    const section = head.read ?? readBlock(text, head.from, heads[i + 1]?.start ?? text.length);
    return isPlaceholder(section.value) ? [] : [{ name: head.name, start: head.start, ...section }];
  });
}

/** The value of a header: up to the next one, a blank line, another marker, a closing tag, a rule or a fence. */
function readBlock(text: string, from: number, to: number): { value: string; end: number } {
  const raw = text.slice(from, to);
  const lead = raw.length - raw.trimStart().length;
  const body = raw.slice(lead);
  const stop = body.search(/\n[ \t]*\n|\n[ \t]*(?:-{3,}|={3,}|`{3}|\[\[ ## |<\/)|<\/[A-Za-z_]+>|\n#{1,6} /);
  const value = (stop === -1 ? body : body.slice(0, stop)).trimEnd();
  return { value: unquote(value), end: from + lead + value.length };
}

/** A whole value in quotes is taken out of them; a list of strings becomes its lines. */
function unquote(value: string): string {
  // what does not end as it began is no JSON; finding that out by an exception is slow
  if (!(value.startsWith('"') && value.endsWith('"')) && !(value.startsWith("[") && value.endsWith("]"))) return value;
  try {
    const parsed: unknown = JSON.parse(value);
    if (typeof parsed === "string") return parsed;
    if (Array.isArray(parsed)) return parsed.map(String).join("\n");
  } catch {
    return value;
  }
  return value;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "", f: "" };

/** A JSON or Python value that follows a quoted key: a string, a list of strings or a bare word. */
function readQuoted(text: string, from: number): { value: string; end: number } | undefined {
  const first = text[from];
  if (first === undefined || first === "{") return undefined;
  if (first === '"' || first === "'") return readString(text, from);
  if (first === "[") {
    const items: string[] = [];
    let at = from + 1;
    while (at < text.length && text[at] !== "]") {
      if (text[at] === '"' || text[at] === "'") {
        const item = readString(text, at);
        items.push(item.value);
        at = item.end;
      } else at++;
    }
    return { value: items.join("\n"), end: at + 1 };
  }
  const word = /^[^,}\]\n]*/.exec(text.slice(from, from + 200))![0].trim();
  return { value: word, end: from + word.length };
}

function readString(text: string, from: number): { value: string; end: number } {
  const quote = text[from]!;
  let value = "";
  let at = from + 1;
  while (at < text.length && text[at] !== quote) {
    if (text[at] === "\\") {
      const next = text[at + 1] ?? "";
      if (next === "u") {
        value += String.fromCharCode(Number.parseInt(text.slice(at + 2, at + 6), 16));
        at += 6;
        continue;
      }
      value += escapes[next] ?? next;
      at += 2;
    } else value += text[at++]!;
  }
  return { value, end: at + 1 };
}
