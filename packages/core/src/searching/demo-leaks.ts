import { canonicalJson, contentHash } from "../ground/hash.ts";
import type { DemoRow } from "../values/demo.ts";
import { rejectDemos } from "../values/demo.ts";
import type { ExampleRow } from "../values/example.ts";
import { leakWords, windows, wordsOf, wordsOfValue } from "./shingles.ts";

/** Inputs of rows by the names of their fields: a demo of an inner module may have more fields than the program. */
type Inputs = ReadonlyMap<string, ReadonlySet<string>>;

/** Finds rows that must stay unseen in demo sets. */
export interface DemoLeaks {
  /**
   * Whether one of the demos has the whole input of a held-out row as its input, or `leakWords` consecutive words of
   * one in its output. `held` are those sequences. Demos that stand in `own` as they are do not count: the user put
   * them there.
   */
  holds(demos: string, held: ReadonlySet<number> | undefined, own: string): boolean;
}

/** Inputs that train has too are free. Built at the first call; linear in the rows. */
export function demoLeaks(heldOut: readonly ExampleRow[], train: readonly ExampleRow[]): DemoLeaks {
  let inputs: Inputs | undefined;
  return {
    holds(demos, held, own) {
      inputs ??= inputsOf(heldOut, train);
      const known = new Set(rowsIn(own).map(identity));
      return rowsIn(demos).some(
        (row) => !known.has(identity(row)) && (isInput(row.input, inputs!) || quotes(row.output, held)),
      );
    },
  };
}

function rowsIn(value: string): readonly DemoRow[] {
  return rejectDemos(value) === undefined ? (JSON.parse(value) as { rows: readonly DemoRow[] }).rows : [];
}

function identity({ input, output }: DemoRow): string {
  return canonicalJson([input, output]);
}

function quotes(output: unknown, held: ReadonlySet<number> | undefined): boolean {
  if (held === undefined) return false;
  for (const hash of windows(wordsOfValue(output), leakWords)) if (held.has(hash)) return true;
  return false;
}

function isInput(input: DemoRow["input"], inputs: Inputs): boolean {
  for (const [names, known] of inputs) {
    const fields = JSON.parse(names) as string[];
    if (!fields.every((field) => Object.hasOwn(input, field))) continue;
    if (known.has(inputKey(Object.fromEntries(fields.map((field) => [field, input[field]]))))) return true;
  }
  return false;
}

function inputsOf(heldOut: readonly ExampleRow[], train: readonly ExampleRow[]): Inputs {
  const free = new Set(train.map(({ input }) => inputKey(input)));
  const into = new Map<string, Set<string>>();
  for (const { input } of heldOut) {
    if (typeof input !== "object" || input === null || Array.isArray(input)) continue;
    const key = inputKey(input);
    const names = Object.keys(input).sort();
    if (free.has(key) || names.length === 0) continue;
    const list = canonicalJson(names);
    into.set(list, (into.get(list) ?? new Set()).add(key));
  }
  return into;
}

/** Of a value with each text as it is read: case, spaces, punctuation and what is not seen make no difference. */
function inputKey(value: unknown): string {
  return contentHash(asRead(value));
}

function asRead(value: unknown): unknown {
  if (typeof value === "string") {
    const words = wordsOf(value);
    // Of a text without words the characters count.
    return words.length === 0 ? value : words.join(" ");
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(asRead);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, asRead(member)]));
}
