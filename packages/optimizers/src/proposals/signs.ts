import type { ComponentId, Example, Row, Study } from "@cultivar/core";
import { canonicalJson } from "@cultivar/core";
import { ownerOf } from "./examples-text.ts";
import { holdersOf } from "./word-vectors.ts";
import { textsOf, wordsOf } from "./words.ts";

/** What tells a failure from others. */
export interface Sign {
  /** In a line, as a prompt shows it. */
  readonly line: string;
  /** The words that failures are compared by. */
  readonly words: readonly string[];
}

/** Characters of a line, and of a value in it. */
const longestLine = 240;
const longestValue = 100;

/**
 * The signs of failing train rows, in their order: how a run failed; else what was said of the module of `id`, or of the
 * program; else which fields are not as expected. A word of the row's own values counts only where another failure has it
 * too: otherwise it tells the rows apart, and not what went wrong.
 */
export function signsOf(study: Study, id: ComponentId, failing: readonly Row[]): readonly Sign[] {
  const examples = new Map(study.train.map((example) => [example.id, example]));
  const lines = failing.map((row) => oneLine(textOf(id, examples.get(row.id), row)));
  const lists = lines.map(wordsOf);
  const holders = holdersOf(lists);
  return failing.map((row, i) => {
    const own = ownWords(examples.get(row.id), row);
    const words = lists[i]!.filter((one) => holders.get(one)! > 1 || !own.has(one));
    return { line: lines[i]!.slice(0, longestLine), words };
  });
}

function textOf(id: ComponentId, example: Example | undefined, row: Row): string {
  const { code, message } = row.failure ?? row.trace?.error ?? {};
  if (message !== undefined) return `failed (${code}): ${message}`;
  const said = row.byModule?.[ownerOf(id, row)] ?? row.feedback;
  if (said !== undefined && said.trim() !== "") return said;
  return differences(example?.expected, row.trace?.output).join("; ") || "wrong";
}

/** The fields whose value is not the expected one. */
function differences(expected: unknown, output: unknown): readonly string[] {
  if (expected === undefined) return [];
  if (!isRecord(expected) || !isRecord(output))
    return same(expected, output) ? [] : [`expected ${shown(expected)}, got ${shown(output)}`];
  return Object.entries(expected).flatMap(([name, value]) =>
    same(value, output[name]) ? [] : [`${name}: expected ${shown(value)}, got ${shown(output[name])}`],
  );
}

function ownWords(example: Example | undefined, { trace }: Row): ReadonlySet<string> {
  return new Set([...textsOf([example?.input, example?.expected, trace?.output])].flatMap(wordsOf));
}

function same(a: unknown, b: unknown): boolean {
  return canonicalJson(a ?? null) === canonicalJson(b ?? null);
}

function shown(value: unknown): string {
  return (typeof value === "string" ? value : canonicalJson(value ?? null)).slice(0, longestValue);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
