import type { Applies, ModuleSpec, Output, Rule, Texts, World } from "../world.ts";
import type { Shown } from "../evidence.ts";
import { sameValue, votesOf } from "../evidence.ts";
import { stanceOf, windows } from "../wording.ts";
import { sectionsOf } from "./sections.ts";

/** What a prompt to a teacher contains, by content and not by its author's wording. */
export interface TeacherReading {
  /** The texts that are to be improved or merged, the first one being the text itself; empty when none is shown. */
  readonly texts: readonly string[];
  /** All that is not one of these texts: data, remarks, requests. */
  readonly rest: string;
}

const aboutText = /instruct|prompt|variable|candidate|\btext\b|version|skill|description|current|parent|proposal/i;
const block =
  /```[\w-]*\n([\s\S]*?)\n?```|<([A-Za-z_][\w-]*)>\s*((?:(?!<\2>)[\s\S])*?)\s*<\/\2>|\[\[ ## (\w*(?:instruction|prompt)\w*) ## \]\][ \t]*\n([\s\S]*?)(?=\n\s*\[\[ ## |$(?![\s\S]))|"(\w*(?:instruction|prompt|text|value)s?)"\s*:\s*("(?:[^"\\]|\\.)*")|^[ \t]*#{0,6}[ \t]*\**((?:(?:the|current|present|old|basic|seed|parent)\s+)+(?:instructions?|prompt|text|value))\**[ \t]*:\**[ \t]*\n?(?!\s*(?:```|<|\[\[|"))([\s\S]*?)(?=\n[ \t]*\n|$(?![\s\S]))/gim;

/**
 * Finds the texts under work: fenced, tagged, marked or quoted blocks that a word such as "instruction", "prompt" or
 * "variable" announces, in their tag or in the two lines above.
 */
export function readTeacherPrompt(text: string): TeacherReading {
  const texts: string[] = [];
  let rest = "";
  let at = 0;
  const matches = [...text.matchAll(block)];
  for (const [i, match] of matches.entries()) {
    const [, fenced, tag, tagged, , marked, key, quoted, label, labelled] = match;
    // what first stands under a label that comes again only describes the field
    if (label !== undefined && matches.slice(i + 1).some((later) => later[8] === label)) continue;
    const found = fenced ?? tagged ?? marked ?? (quoted === undefined ? labelled : unquoted(quoted));
    const above = text
      .slice(Math.max(0, match.index - 160), match.index)
      .split("\n")
      .slice(-3)
      .join(" ");
    if (tag !== undefined && otherThing.test(tag)) continue;
    const announced =
      key !== undefined || marked !== undefined || labelled !== undefined || aboutText.test(`${tag ?? ""} ${above}`);
    if (found === undefined || !announced || isStandIn(found)) continue;
    texts.push(found.trim());
    rest += `${text.slice(at, match.index)}\n`;
    at = match.index + match[0].length;
  }
  return { texts: [...new Set(texts.map((one) => unabridged(one, text)))], rest: rest + text.slice(at) };
}

/** Tags of what goes with a text, however it is announced. */
const otherThing = /^(?:role|context|feedback|conversation|history|objective\w*|\w*inputs?\w*|\w*outputs?\w*)$/i;

/** A text that is shown with its middle left out, whole where the prompt shows it whole elsewhere. */
function unabridged(short: string, prompt: string): string {
  const [head, tail, ...more] = short.split(" (...) ");
  if (head === undefined || tail === undefined || more.length > 0) return short;
  for (let from = prompt.indexOf(head); from !== -1; from = prompt.indexOf(head, from + 1)) {
    const close = prompt.indexOf("</", from);
    const found = prompt.slice(from, close === -1 ? undefined : close).trim();
    if (found !== short && found.endsWith(tail)) return found;
  }
  return short;
}

function unquoted(literal: string): string {
  try {
    return String(JSON.parse(literal));
  } catch {
    return literal;
  }
}

/** An empty block, or one that only says what belongs there. */
function isStandIn(text: string): boolean {
  const inner = text.trim();
  return inner === "" || /^(?:\{[^{}"]*\}|\[[^[\]]*\]|\.{3}|…|<[^<>]*>)$/.test(inner);
}

/** How often each rule is clearly stated in remarks; rules that are not are absent. */
export function remarksOn(rules: readonly Rule[], text: string): ReadonlyMap<string, number> {
  // remarks inside JSON keep their lines as escapes
  // and end with the object, whatever follows it on the same line
  const ended = text.replaceAll(/(?<!\\)(["'])\s*(?:[}\]]|,\s*(?=["']))/g, "$1\n");
  const said = windows(ended.replaceAll("\\n", "\n").replaceAll('\\"', '"'));
  const counts = rules.map(
    (rule) => [rule.id, said.filter((one) => stanceOf([one], rule) === "stated").length] as const,
  );
  return new Map(counts.filter(([, count]) => count > 0));
}

/** How many worked examples of a prompt show each rule of a module: what one can induce from data without remarks. */
export function evidenceFor(world: World, module: ModuleSpec, text: string): ReadonlyMap<string, number> {
  const rules = world.rules.filter((rule) => rule.module === module.name);
  const counts = new Map<string, number>();
  for (const wanted of wantedIn(module, text)) {
    for (const [rule, vote] of votesOf(world, module, rules, wanted)) {
      if (vote > 0) counts.set(rule, (counts.get(rule) ?? 0) + 1);
    }
  }
  return counts;
}

/** The worked examples among a prompt's data, with what was wanted and not what was answered. */
function wantedIn(module: ModuleSpec, text: string): readonly Shown[] {
  return chunksOf(module, text).flatMap(({ inputs, after }) => {
    const outputs = wantedOutputs(module, after);
    return Object.keys(outputs).length === 0 ? [] : [{ inputs, outputs }];
  });
}

/** Labels that end an input as a field's name would. */
const labels = [
  "expected",
  "expected output",
  "feedback",
  "score",
  "output",
  "generated output",
  "prediction",
  "response",
];

/** The data of a prompt, cut at each new input. */
function chunksOf(module: ModuleSpec, text: string): readonly { readonly inputs: Texts; readonly after: string }[] {
  const names = module.inputs.map((field) => field.name);
  const others = [...module.outputs.map((field) => field.name), ...labels];
  // a conversation shows a lone input bare, between tags
  const bare = names.length === 1 ? ["lm_input"] : [];
  const sections = sectionsOf(text, [...names, ...bare, ...others]).flatMap((section) => {
    const name = bare.includes(section.name) ? names[0]! : section.name;
    return names.includes(name) ? [{ ...section, name }] : [];
  });
  const starts = sections.filter((section) => section.name === names[0]);
  return starts.map((start, i) => {
    const to = starts[i + 1]?.start ?? text.length;
    const own = sections.filter((section) => section.start >= start.start && section.start < to);
    const inputs = Object.fromEntries(own.map((section) => [section.name, section.value]));
    return { inputs, after: text.slice(own.at(-1)!.end, to) };
  });
}

function wantedOutputs(module: ModuleSpec, escaped: string): Texts {
  // a remark inside JSON keeps its lines and quotes as escapes
  const after = escaped.replaceAll("\\n", "\n").replaceAll('\\"', '"');
  const names = module.outputs.map((field) => field.name);
  const inWords = names.flatMap((name) => {
    const value = new RegExp(`\\b${name}: expected ("[^"]*"|\\w+)`).exec(after)?.[1];
    return value === undefined ? [] : [[name, unquoted(value)] as const];
  });
  if (inWords.length > 0) return Object.fromEntries(inWords);
  const expected = after.search(
    /\b(?:expected|correct (?:answer|output|value)|gold|reference|ground truth|target|should be)\b/i,
  );
  const read = (part: string): Texts =>
    Object.fromEntries(
      sectionsOf(part, names)
        .toReversed()
        .map((section) => [section.name, section.value]),
    );
  // outputs that stand with the input, before the answer that was given, are the right ones
  const answered = after.search(/\b(?:prediction|predicted|generated)\b/i);
  const beside = answered === -1 ? {} : read(after.slice(0, answered));
  if (Object.keys(beside).length > 0) return beside;
  if (expected !== -1) return read(after.slice(expected));
  const score = /\bscore\b\D{0,14}(\d+(?:\.\d+)?)/i.exec(after)?.[1];
  if (score !== undefined) return Number(score) >= 1 ? read(after) : {};
  return /\b(?:generated|predict\w*|wrong|incorrect|failed)\b/i.test(after) ? {} : read(after);
}

/** How right an answer in a prompt is, in [0, 1]: by the expected one if shown, else by the rules that the prompt states. */
export function gradeIn(world: World, module: ModuleSpec, text: string): number | undefined {
  const { inputs, after } = chunksOf(module, text).at(-1) ?? {};
  if (inputs === undefined || after === undefined) return undefined;
  const names = module.outputs.map((field) => field.name);
  const expected = after.search(/\b(?:expected|gold|reference|ground truth|correct answer)\b/i);
  const given = sectionsOf(expected === -1 ? after : after.slice(0, expected), names);
  if (given.length === 0) return undefined;
  const stated = remarksOn(world.rules, text);
  const applies: Applies = (rule) => stated.has(rule);
  const own: Output = world.answer(module.name, inputs, applies);
  const wanted = expected === -1 ? {} : wantedOutputs(module, after.slice(expected));
  const right = given.filter(({ name, value }) => {
    const gold = wanted[name];
    return gold === undefined ? sameValue(value, own[name]!) : value.trim() === gold.trim();
  });
  return right.length / given.length;
}
