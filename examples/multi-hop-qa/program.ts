import { multiHopQa } from "@cultivar/adapters/simulated";
import type { MetricArguments, ScoreResult } from "@cultivar/core";
import { predict, program, signature } from "@cultivar/core";
import { z } from "zod";

const Query = signature({
  name: "query",
  instructions: "Write the search query that finds the entry needed to answer the question.",
  input: z.object({ question: z.string() }),
  output: z.object({ query: z.string().describe("what to look up in the catalogue") }),
});
const Answer = signature({
  name: "answer",
  instructions: "Answer the question from the passages.",
  input: z.object({ question: z.string(), context: z.array(z.string()).describe("passages that were found") }),
  output: z.object({ answer: z.string().describe("the answer, as short as possible") }),
});

/** What a budget in dollars must set aside for each call: without it, all that the model could write. */
const settings = { maxTokens: 2000 };

/** Looks up, then answers from what was found: any async TypeScript over modules. The catalogue is a small made-up one. */
export const archive = program(
  "archive",
  { query: predict(Query, settings), answer: predict(Answer, settings) },
  async (m, input: { question: string }) => {
    const { query } = await m.query(input);
    return m.answer({ question: input.question, context: [...multiHopQa.search(query)] });
  },
);

/** A row of questions.jsonl as an example. */
export const toExample = ({ question, answer }: { readonly question: string; readonly answer: string }) => ({
  input: { question },
  expected: { answer },
});

type Example = ReturnType<typeof toExample>;

/** Case, articles and punctuation do not count. */
export function sameAnswer({ example, output }: MetricArguments<Example, { answer: string }>): ScoreResult {
  const right = normal(output.answer) === normal(example.expected.answer);
  return {
    score: right ? 1 : 0,
    feedback: right ? "Right." : `expected ${example.expected.answer}, got ${output.answer}`,
  };
}

function normal(text: string): string {
  const words = text.toLowerCase().replaceAll(/\b(?:the|a|an)\b|[^a-z0-9 ]/g, " ");
  return words.replaceAll(/\s+/g, " ").trim();
}
