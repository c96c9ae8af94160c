/**
 * Field markers: a line that starts with `[[ ## name ## ]]` opens the section of that field. DSPy made this convention
 * known to models; reading and escaping are our own. Text that happens to look like a marker gets a backslash before
 * its brackets, so that no value can open a section.
 */
export function marker(name: string): string {
  return `[[ ## ${name} ## ]]`;
}

/** Stands after the last section of a reply, unless a field has that name. */
export const endName = "completed";

/**
 * The sections of a text by name, raw, looking for markers from `start` on. The first of a name counts; what stands
 * before the first marker is left out.
 */
export function readSections(text: string, start = 0): ReadonlyMap<string, string> {
  const sections = new Map<string, string>();
  let name: string | undefined;
  let from = 0;
  const close = (to: number): void => {
    if (name !== undefined && !sections.has(name)) sections.set(name, text.slice(from, to));
  };
  for (let at = text.indexOf("[[", start); at !== -1; at = text.indexOf("[[", at + 2)) {
    const head = readHead(text, at);
    if (head === undefined || head.slashes > 0) continue;
    close(head.start);
    name = head.name;
    from = head.end;
    // Emphasis around a marker (`**[[ ## a ## ]]**`) closes behind it.
    if (head.decorated) while (from < text.length && "*_`: ".includes(text.charAt(from))) from++;
  }
  close(text.length);
  return sections;
}

/** Puts a backslash before whatever could be read as a marker. Undone by {@link unescapeMarkers}. */
export function escapeMarkers(text: string): string {
  return rewriteHeads(text, () => "\\");
}

/** Takes one backslash from before whatever {@link escapeMarkers} would have put one. */
export function unescapeMarkers(text: string): string {
  return rewriteHeads(text, (slashes) => (slashes > 0 ? undefined : ""));
}

/** `change` says what goes in before the brackets of a head with so many backslashes; undefined takes one away. */
function rewriteHeads(text: string, change: (slashes: number) => string | undefined): string {
  let at = text.indexOf("[[");
  if (at === -1) return text;
  let out = "";
  let from = 0;
  for (; at !== -1; at = text.indexOf("[[", at + 2)) {
    const head = readHead(text, at);
    if (head === undefined) continue;
    const put = change(head.slashes);
    out += put === undefined ? text.slice(from, at - 1) : text.slice(from, at) + put;
    from = at;
  }
  return out + text.slice(from);
}

interface Head {
  readonly name: string;
  /** Where its line starts, and where its text ends. */
  readonly start: number;
  readonly end: number;
  readonly slashes: number;
  readonly decorated: boolean;
}

/** Longer names are no markers: it keeps reading linear. */
const maxName = 200;

/** The marker whose brackets are at `at`: alone at the start of its line but for blanks, emphasis and backslashes. */
function readHead(text: string, at: number): Head | undefined {
  let start = at;
  while (start > 0 && text.charAt(start - 1) === "\\") start--;
  const slashes = at - start;
  const decoration = start;
  while (start > 0 && " \t*_`>#-".includes(text.charAt(start - 1))) start--;
  if (start > 0 && text.charAt(start - 1) !== "\n") return undefined;
  const first = blanks(text, at + 2);
  if (!text.startsWith("##", first)) return undefined;
  const line = text.slice(first + 2, first + 2 + maxName);
  const last = line.indexOf("##");
  if (last === -1) return undefined;
  const written = line.slice(0, last);
  const name = written.trim();
  const bracket = blanks(text, first + 2 + last + 2);
  if (name === "" || written.includes("\n") || text.charAt(bracket) !== "]") return undefined;
  const end = text.charAt(bracket + 1) === "]" ? bracket + 2 : bracket + 1;
  return { name, start, end, slashes, decorated: /\S/.test(text.slice(start, decoration)) };
}

/** The first place from `at` on that holds no blank, at most 20 further. */
function blanks(text: string, at: number): number {
  let next = at;
  while (next < at + 20 && (text.charAt(next) === " " || text.charAt(next) === "\t")) next++;
  return next;
}
