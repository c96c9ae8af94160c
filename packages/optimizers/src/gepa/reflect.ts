import type { Candidate, ComponentId, Example, Request, Response, Row, Study } from "@cultivar/core";
import { blame, describeSketch, messageOf, moduleSpans, textMessage } from "@cultivar/core";
import { modulePath } from "../demos/demo-components.ts";
import type { Against, Check, RefusedText } from "./hygiene.ts";
import type { Attempt, ReflectionParts, Setting } from "./prompts.ts";
import type { Rewrite } from "./reply.ts";
import { answerIn } from "./reply.ts";

/** What a text is rewritten from. */
export interface Rewriting {
  readonly study: Study;
  readonly id: ComponentId;
  /** The parent. */
  readonly candidate: Candidate;
  /** The parent on train rows, with traces and feedback. */
  readonly rows: readonly Row[];
  /** Earlier texts for this component that were turned down, and why; the latest last. */
  readonly refused: readonly RefusedText[];
}

/** A question to the reflection model, and what to make of its replies. */
export interface Question {
  readonly prompt: string;
  readonly output?: Request["output"];
  /** Further calls at most, each told what was wrong with the last reply. */
  readonly retries: number;
  /** What a retry is told. */
  again(why: string): string;
  /** A whole answer without thinking as a text, or what is wrong with it. */
  read(answer: string): Rewrite;
}

/** Characters of a refused reply that a retry shows again; one that never stops thinking is long. */
const mostShown = 6000;

/**
 * Asks the reflection model, in one conversation; 1 to 1 + `retries` calls. A model that fails gives a rejection, and no
 * retry: it may answer at the next step. Rejects with what ends the run.
 */
export async function ask(study: Study, { prompt, output, retries, again, read }: Question): Promise<Rewrite> {
  let messages = [textMessage("user", prompt)];
  for (let left = retries; ; left--) {
    const reply = await replyTo(study, { messages, ...(output !== undefined && { output }) });
    if ("rejected" in reply) return reply;
    const answer = answerIn(reply);
    const found = "text" in answer ? read(answer.text) : answer;
    if ("text" in found || left === 0) return found;
    // no provider takes an empty turn
    const said = reply.text.trim() === "" ? "(nothing)" : reply.text.slice(0, mostShown);
    messages = [...messages, textMessage("assistant", said), textMessage("user", again(found.rejected))];
  }
}

async function replyTo(study: Study, request: Request): Promise<Response | { readonly rejected: string }> {
  try {
    return await study.generate("reflect", request);
  } catch (error) {
    if (blame(error) === "run") throw error;
    return { rejected: `the reflection model failed: ${messageOf(error)}` };
  }
}

/** What a new text for a component is checked against, when its proposer was shown these rows. */
export function againstOf({ study, id, candidate, rows, refused }: Rewriting): Against {
  const seen = new Set(rows.map((row) => row.id));
  const examples = study.train.filter((example) => seen.has(example.id));
  return { current: candidate[id]!, spec: study.space[id]!, refused, shown: examples };
}

/** What the reflection model is told of a component: the latest `memory` refused texts, and what the checks ask for. */
export function partsOf(rewriting: Rewriting, checks: readonly Check[], memory: number): ReflectionParts {
  const { study, id, candidate, rows, refused } = rewriting;
  const text = candidate[id]!;
  const known = refused.filter(({ withheld }) => withheld !== true);
  return {
    ...settingOf(study, id, againstOf(rewriting), checks),
    text,
    examples: examplesText(study, id, rows),
    attempts: known.slice(known.length - Math.min(memory, known.length)).map((one) => attemptOf(one, text)),
  };
}

export function settingOf(study: Study, id: ComponentId, against: Against, checks: readonly Check[]): Setting {
  return {
    role: against.spec.role,
    program: describeSketch(study.sketch),
    place: placeOf(study.sketch, id),
    range: study.range,
    constraints: checks.flatMap((check) => check.asks?.(against) ?? []),
  };
}

/** Where a component stands in its program, in a sentence. */
export function placeOf(sketch: Study["sketch"], id: ComponentId): string {
  const trail: string[] = [];
  let [outer, inner] = [sketch, sketch];
  for (const name of modulePath(id).split(".")) {
    const part = inner.children[name];
    if (part === undefined) break;
    trail.push(name);
    [outer, inner] = [inner, part];
  }
  if (trail.length === 0) return "It guides the program as a whole.";
  const others = Object.keys(outer.children).filter((name) => name !== trail.at(-1));
  return `It guides the part ${trail.toReversed().join(" of ")}${others.length === 0 ? "" : `, next to ${others.join(", ")}`}.`;
}

/** Characters of a changed line, and changed lines of one text, that are shown of what was tried in vain. */
const mostOfLine = 200;
const mostLines = 12;

function attemptOf({ text, why }: RefusedText, current: string): Attempt {
  const [before, after] = [current, text].map((one) => one.split("\n").map((line) => line.trim()));
  const missing = (from: readonly string[], others: readonly string[]): readonly string[] =>
    from.filter((line) => line !== "" && !others.includes(line)).map((line) => line.slice(0, mostOfLine));
  const added = missing(after!, before!).map((line) => `+ ${line}`);
  const removed = missing(before!, after!).map((line) => `- ${line}`);
  const lines = [...added, ...removed];
  const rest = lines.length - mostLines;
  const kept = rest > 0 ? [...lines.slice(0, mostLines), `(and ${rest} more lines)`] : lines;
  return { changes: kept.join("\n"), why };
}

/** Rows as the reflection model reads them. Each must be of train. */
export function examplesText(study: Study, id: ComponentId, rows: readonly Row[]): string {
  const examples = new Map(study.train.map((example) => [example.id, example]));
  return rows.map((row, i) => exampleText(id, examples.get(row.id)!, row, i + 1)).join("\n\n");
}

/** One example: what went into the text's module, what came out, and what was said. */
function exampleText(id: ComponentId, example: Example, row: Row, number: number): string {
  const path = ownerOf(id, row);
  const spans = row.trace === undefined ? [] : moduleSpans(row.trace, path);
  const runs = spans.length > 0 ? spans : [row.trace ?? { input: example.input, output: undefined, error: undefined }];
  const own = row.byModule?.[path];
  const parts = runs.flatMap(({ input, output, error }) => [
    `## Inputs\n${fieldsText(input)}`,
    `## Outputs\n${error === undefined ? fieldsText(output) : `(failed: ${error.message})`}`,
  ]);
  const expected =
    example.expected === undefined ? [] : [`## Expected of the program\n${fieldsText(example.expected)}`];
  const said = own ?? row.feedback;
  return [
    `# Example ${number}`,
    ...parts,
    ...(said === undefined ? expected : []),
    `## Score\n${row.score ?? "unknown"}`,
    ...(said === undefined ? [] : [`## Feedback\n${said}`]),
  ].join("\n\n");
}

/** The module that a component belongs to: the innermost one that ran (of `agent.tools.search.description`: `agent`). */
function ownerOf(id: ComponentId, { trace }: Row): string {
  const own = modulePath(id);
  if (trace === undefined) return own;
  for (let path = own; path !== ""; path = modulePath(path)) if (moduleSpans(trace, path).length > 0) return path;
  return own;
}

function fieldsText(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return shown(value);
  return Object.entries(value)
    .map(([name, field]) => `### ${name}\n${shown(field)}`)
    .join("\n\n");
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value, undefined, 1) ?? "");
}
