import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CultivarError, parseJsonSafely } from "@cultivar/core";
import { z } from "zod";

/** A problem with the solutions that real models gave it, in the form that core evaluates. */
export interface RecordedRow {
  readonly input: { readonly question: string };
  /** The reference's final answer, as written. */
  readonly expected: string;
  /** Whole solutions by model. */
  readonly solutions: Readonly<Record<string, string>>;
}

const line = z.object({ question: z.string(), answer: z.string(), solutions: z.record(z.string(), z.string()) });

/** Beside the checkout: nothing of the data is part of this repository. */
export const defaultPath: string = join(
  import.meta.dirname,
  "..",
  "..",
  "..",
  "..",
  "shared",
  "data",
  "gsm8k",
  "recorded-solutions.jsonl",
);

/** What stands after the last line that begins with `A:` (or `####`, as GSM8K has it), trimmed; "" without such a line. */
export function finalAnswer(solution: string): string {
  return [...solution.matchAll(/^(?:A:|####)[^\S\n]*(.*)$/gmu)].at(-1)?.[1]?.trim() ?? "";
}

/** Reads rows from JSON lines. Throws a `data` error that names the line, also when models differ between rows. */
export function parseRecorded(text: string): readonly RecordedRow[] {
  const rows = text.split("\n").flatMap((json, index): RecordedRow[] => {
    if (json.trim() === "") return [];
    const parsed = line.safeParse(parseJsonSafely(json));
    const expected = parsed.success ? finalAnswer(parsed.data.answer) : "";
    if (!parsed.success || expected === "")
      throw new CultivarError(
        "data",
        `gsm8k: line ${index + 1}: expected { question, answer ending in a line "A: number", solutions: { model: text } }${parsed.success ? ", got an answer without that line" : `: ${z.prettifyError(parsed.error)}`}`,
      );
    const { question, solutions } = parsed.data;
    return [{ input: { question }, expected, solutions }];
  });
  const models = modelsOf(rows);
  const stranger = rows.findIndex(({ solutions }) => Object.keys(solutions).join() !== models.join());
  if (rows.length === 0 || stranger !== -1)
    throw new CultivarError(
      "data",
      rows.length === 0
        ? "gsm8k: expected at least one row, got none"
        : `gsm8k: row ${stranger + 1}: expected solutions of ${models.join(", ")}, got ${Object.keys(rows[stranger]!.solutions).join(", ")}`,
    );
  return rows;
}

/** The models that were recorded, in the file's order. */
export function modelsOf(rows: readonly RecordedRow[]): readonly string[] {
  return Object.keys(rows[0]?.solutions ?? {});
}

/** The rows of a file, or undefined when there is none. */
export function readRecorded(path: string): readonly RecordedRow[] | undefined {
  return existsSync(path) ? parseRecorded(readFileSync(path, "utf8")) : undefined;
}
