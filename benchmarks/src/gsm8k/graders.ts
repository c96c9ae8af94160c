import type { Metric, Module } from "@cultivar/core";
import { contains, evaluate, exactMatch, metric, normalizedMatch, text, tune } from "@cultivar/core";
import { numericEquality } from "@cultivar/core/numeric";
import type { RecordedRow } from "./recorded.ts";
import { finalAnswer, modelsOf } from "./recorded.ts";

/** A recorded solution, and its final answer ("" where it gives none). */
export interface Solved {
  readonly solution: string;
  readonly answer: string;
}

/** The recorded models as a program whose one component names the model: what it says is looked up. */
export function recordedProgram(
  rows: readonly RecordedRow[],
  first: string = modelsOf(rows)[0]!,
): Module<RecordedRow["input"], Solved, unknown, "nothing"> {
  const byQuestion = new Map(rows.map((row) => [row.input.question, row]));
  const look = (texts: { readonly model: string }, { question }: RecordedRow["input"]): Promise<Solved> => {
    const solution = byQuestion.get(question)?.solutions[texts.model];
    if (solution === undefined) throw new Error(`no solution of ${texts.model} was recorded for ${question}`);
    return Promise.resolve({ solution, answer: finalAnswer(solution) });
  };
  return tune(look, { model: text(first) }, { name: "solve" });
}

/** The number that GSM8K's own code extracts after the mark, commas dropped; undefined for none. */
function markedNumber(solution: string): string | undefined {
  return /(?:^A:|####) ?(-?[0-9.,]+)/mu.exec(solution)?.[1]?.replaceAll(",", "");
}

/** Ways to tell whether a solution is right, by name. The first is ours. */
export const graders: Readonly<Record<string, Metric<RecordedRow, Solved>>> = {
  "numericEquality, final": numericEquality("solution", { extract: "final" }),
  "numericEquality, whole": numericEquality("answer"),
  exactMatch: exactMatch("answer"),
  normalizedMatch: normalizedMatch("answer"),
  "regex after the mark": metric(({ example, output }) =>
    markedNumber(output.solution) === example.expected.replaceAll(",", "") ? 1 : 0,
  ),
  "contains, whole words": contains("solution", { wholeWords: true }),
};

/** Verdicts by model, aligned with rows: 1 for right, 0 for wrong. */
export type Verdicts = Readonly<Record<string, readonly number[]>>;

/** Judges every recorded solution with one grader, through core's `evaluate`. Throws when a row stays unjudged. */
export async function verdictsOf(rows: readonly RecordedRow[], grader: Metric<RecordedRow, Solved>): Promise<Verdicts> {
  const program = recordedProgram(rows);
  const verdicts: Record<string, readonly number[]> = {};
  for (const model of modelsOf(rows)) {
    const { rows: judged } = await evaluate(program, { data: rows, metric: grader, candidate: { model } });
    verdicts[model] = judged.map(({ score, failure }) => {
      if (score === undefined)
        throw new Error(`gsm8k: a solution of ${model} was not judged: ${failure?.message ?? ""}`);
      return score;
    });
  }
  return verdicts;
}
