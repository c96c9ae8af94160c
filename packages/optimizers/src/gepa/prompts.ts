import { fenced, introduction, rules, scale } from "../proposals/phrases.ts";
import type { Setting } from "../proposals/setting.ts";

/** An earlier text that was turned down: the lines in which it differed from the present one, and why. */
export interface Attempt {
  readonly changes: string;
  readonly why: string;
}

/** What a reflection is told. */
export interface ReflectionParts extends Setting {
  readonly text: string;
  readonly examples: string;
  readonly attempts: readonly Attempt[];
}

/** What a crossover is told. The examples are those on which the two texts differ; "" for none. */
export interface CrossoverParts extends Setting {
  readonly first: string;
  readonly second: string;
  /** Examples on which the first text did better, as they went with the second; and the other way round. */
  readonly onlyFirst: string;
  readonly onlySecond: string;
}

/** Asks for a better text, given what happened with the present one. */
export function reflectionPrompt(parts: ReflectionParts): string {
  return `${sightOf(parts)}

Find out from the inputs what the task really is, and from the feedback what was misunderstood. Write a new version of the
text that would have led to right outputs here and on other inputs of the same kind:
- keep what works, and put in each fact, convention or rule that the feedback shows, since whoever reads the text sees
  none of these examples;
${rules(parts.constraints)}

Give the whole new text between triple backticks, and nothing after them.`;
}

/** Asks for changes to the present text in place of a whole new one. */
export function editPrompt(parts: ReflectionParts): string {
  return `${sightOf(parts)}

Find out from the inputs what the task really is, and from the feedback what was misunderstood. Give the edits that turn
the text into a new version of the text that would have led to right outputs here and on other inputs of the same kind:
- leave alone what works, and put in each fact, convention or rule that the feedback shows, since whoever reads the text
  sees none of these examples;
${rules(parts.constraints)}

Edits are applied in order, each to what the one before it left. There are two kinds: {"find": "...", "replace": "..."}
puts "replace" in the place of "find", which must occur exactly once in the text, letter by letter; {"append": "..."}
adds a line at the end. Reply with one JSON object and nothing else:

{"edits": [{"find": "...", "replace": "..."}, {"append": "..."}]}`;
}

/** Asks for a text that knows what two texts know. */
export function crossoverPrompt(parts: CrossoverParts): string {
  const { range, first, second, onlyFirst, onlySecond } = parts;
  const cases = [
    [`What happened with the second version where the first one did better. ${scale(range)}`, onlyFirst],
    [`What happened with the first version where the second one did better. ${scale(range)}`, onlySecond],
  ].filter(([, examples]) => examples !== "");
  return `${introduction(parts)} Two versions of it were tried, and each leads to better
outputs than the other on some inputs.

The first version of the text reads:

${fenced(first)}

The second version of the text reads:

${fenced(second)}
${cases.map((one) => `\n${one.join("\n\n")}\n`).join("")}
Write a new version of the text that merges the lessons of both and would have led to right outputs wherever one of them
did:
- keep each fact, convention or rule of either version that helps, say each only once, and where they contradict each
  other follow what led to right outputs;
${rules(parts.constraints)}

Give the whole new text between triple backticks, and nothing after them.`;
}

/** As {@link textAgain}, for edits. */
export function editsAgain(why: string): string {
  return `None of these edits was made: ${why}. Give all edits once more, without this fault, as one JSON object with the
key "edits" and nothing else.`;
}

/** The setting, the present text, what was tried in vain, and what came of it. */
function sightOf(parts: ReflectionParts): string {
  const { text, examples, attempts } = parts;
  return `${introduction(parts)} At present the text ${text === "" ? "is empty" : "reads"}:

${fenced(text)}
${attempts.length === 0 ? "" : `\n${triedInVain(attempts)}\n`}
This is what happened on a few training examples with the present text. ${scale(parts.range)}

${examples}`;
}

function triedInVain(attempts: readonly Attempt[]): string {
  const list = attempts.map(({ changes, why }, i) => `Attempt ${i + 1}, not taken because: ${why}\n${changes}`);
  return `Changes like these to the text were tried before, and did not help; + is a line that was put in, - one that was
taken out:

${list.join("\n\n")}`;
}
