import type { Observed } from "./phrases.ts";
import { fenced, introduction, observations, rules } from "./phrases.ts";
import type { Setting } from "./setting.ts";

/** What a grounded proposal is told. */
export interface GroundedParts extends Setting, Observed {
  readonly text: string;
  /** Demos that are shown beside it, rendered; "" for none. */
  readonly demos: string;
  /** A manner of writing, a clause in the imperative; "" for none. */
  readonly tip: string;
}

/** Manners of writing, so that proposals differ. Source: the idea of MIPRO's tips (Opsahl-Ong et al., 2024, appendix). */
export const tips: readonly string[] = [
  "",
  "keep it short and plain",
  "go through the cases one by one, each in a line of its own",
  "say first what the input is, then how the output follows from it",
  "name the mistakes to avoid, and what is right in their place",
  "be exact about formats and names of values",
];

/** Asks for a text in the light of data, program and what goes wrong at present. */
export function groundedPrompt(parts: GroundedParts): string {
  const { text, demos, tip, constraints } = parts;
  const seen = observations(parts);
  return `${introduction(parts)} At present the text ${text === "" ? "is empty" : "reads"}:

${fenced(text)}
${demos === "" ? "" : `\nBeside the text these are shown:\n\n${demos}\n`}${seen === "" ? "" : `\n${seen}\n`}
Find out from the inputs what the task really is, and from the examples what was misunderstood. Write a new version of the
text that would lead to right outputs here and on other inputs of the same kind:
- keep what works, and put in each fact, convention or rule that the examples show, since whoever reads the text sees
  none of them;
${rules([...constraints, ...(tip === "" ? [] : [tip])])}

Give the whole new text between triple backticks, and nothing after them.`;
}

/** Asks what a set of examples is like. They come rendered. */
export function summaryPrompt(program: string, examples: string): string {
  return `These are examples of what a program that calls language models is given, and of what is expected of it. The program is:

${program}

${examples}

What do you observe? In three to five sentences, say what the inputs are like, what the expected outputs have in common, and
which conventions they seem to follow. Quote no single example.`;
}
