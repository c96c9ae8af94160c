import { fenced, introduction, observations, rules, scale } from "../proposals/phrases.ts";
import type { GroundedParts } from "../proposals/prompts.ts";
import type { Attempt } from "./attempts.ts";
import { scoreText } from "./attempts.ts";

/** What a proposal in the light of scored attempts is told. */
export interface HistoryParts extends GroundedParts {
  /** Versions of the text, the present one among them, the worst first. */
  readonly attempts: readonly Attempt[];
}

/** Asks for a text that scores higher than those tried before. */
export function historyPrompt(parts: HistoryParts): string {
  const { text, attempts, tip, constraints, range } = parts;
  const seen = observations(parts);
  const versions = attempts.map(
    (one, i) =>
      `Version ${i + 1}, which ${scoreText(one.score)}${one.text === text ? " and is in use at present" : ""}:\n\n${fenced(one.text)}`,
  );
  return `${introduction(parts)} These versions of it were tried, each on the same inputs; the
score is a mean over them, and the lowest comes first. ${scale(range)}

${versions.join("\n\n")}
${seen === "" ? "" : `\nWhat follows was seen with the version in use.\n\n${seen}\n`}
Compare the versions: find out what the better ones say that the others lack, and what made no difference or did harm. Write
a new version of the text that would score higher than each of them, on other inputs of the same kind too:
- keep what the best ones owe their scores to, leave out what did not help, and put in each fact, convention or rule that
  the examples show, since whoever reads the text sees none of them;
- let it differ from each of them in what it says, and not only in words;
${rules([...constraints, ...(tip === "" ? [] : [tip])])}

Give the whole new text between triple backticks, and nothing after them.`;
}
