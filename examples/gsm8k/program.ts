import type { MetricLike } from "@cultivar/core";
import { predict, signature } from "@cultivar/core";
import { numericEquality } from "@cultivar/core/numeric";
import { z } from "zod";

/** A word problem, solved in text that ends with the answer. */
export const solve = predict(
  signature({
    name: "solve",
    instructions: "Solve the problem step by step. End with a line `A: <number>`.",
    input: z.object({ question: z.string() }),
    output: z.object({ solution: z.string() }),
  }),
  // What a budget in dollars must set aside for each call: without it, all that the model could write.
  { maxTokens: 2000 },
);

/** A row of a file in the format of GSM8K, with recorded solutions by model name. */
export interface Problem {
  readonly question: string;
  /** A worked solution that ends in its answer: `A: 18` or `#### 18`. */
  readonly answer: string;
  readonly solutions?: Readonly<Record<string, string>>;
}

/** A problem as an example. */
export const toExample = ({ question, answer, solutions = {} }: Problem) => ({
  input: { question },
  expected: { solution: answer },
  solutions,
});

export type Example = ReturnType<typeof toExample>;

/** Right when the final numbers are equal, however they are written. */
export const sameNumber: MetricLike<Example, { solution: string }> = numericEquality("solution", { extract: "final" });
