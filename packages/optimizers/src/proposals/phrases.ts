import type { Setting } from "./setting.ts";

/** The first paragraphs of every prompt to the reflection model. */
export function introduction({ program, role, place }: Setting): string {
  return `You improve one text inside a program that calls language models. The program is:

${program}

The text is ${role}. ${place}`;
}

/** What scores mean, a sentence. */
export function scale([worst, best]: readonly [number, number]): string {
  return `Scores go from ${worst}, the worst, to ${best}, the best.`;
}

/** What is known of the data and of what became of the present text. Examples come rendered; "" for none. */
export interface Observed {
  /** What the data look like, in a few sentences. */
  readonly summary: string;
  /** Groups of failures, a line each, the largest first. */
  readonly groups: readonly string[];
  /** Examples that went wrong, and some that went right. */
  readonly wrong: string;
  readonly right: string;
  /** [worst, best] of the metric. */
  readonly range: readonly [number, number];
}

/** What was observed, in paragraphs; "" when nothing was. */
export function observations({ summary, groups, wrong, right, range }: Observed): string {
  const sections = [
    summary === "" ? "" : `About the data:\n\n${summary}`,
    right === "" ? "" : `These training examples went well. ${scale(range)}\n\n${right}`,
    groups.length === 0 ? "" : `What goes wrong falls into these groups:\n${groups.join("\n")}`,
    wrong === "" ? "" : `These training examples went wrong. ${scale(range)}\n\n${wrong}`,
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

/** What always holds for a text, and what its checks ask for, as a list. */
export function rules(constraints: readonly string[]): string {
  const all = [
    "say rules in general terms, and quote no single input",
    "keep anything in {braces} as it is",
    ...constraints,
  ];
  return `${all.map((one) => `- ${one}`).join(";\n")}.`;
}

/** A text between fences of its own. */
export function fenced(text: string): string {
  return `\`\`\`\n${text}\n\`\`\``;
}

/** Says what was wrong with a reply, and asks for another one. */
export function textAgain(why: string): string {
  return `That can't be taken: ${why}. Write the new version of the text once more, without this fault. Give the whole new
text between triple backticks, and nothing after them.`;
}
