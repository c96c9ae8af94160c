import type { Candidate, ComponentId, Example, Response, Row, Study } from "@cultivar/core";
import { blame, describeSketch, messageOf, moduleSpans, textMessage } from "@cultivar/core";
import { reflectionPrompt } from "./prompts.ts";

/** A rewritten text, or why there is none. */
export type Rewrite = { readonly text: string } | { readonly rejected: string };

/** One call of the reflection model: a new version of one text, from what happened on a batch with the present one. */
export async function reflect(
  study: Study,
  id: ComponentId,
  candidate: Candidate,
  rows: readonly Row[],
): Promise<Rewrite> {
  const spec = study.space[id]!;
  const examples = new Map(study.train.map((example) => [example.id, example]));
  const prompt = reflectionPrompt({
    role: spec.role,
    program: describeSketch(study.sketch),
    text: candidate[id]!,
    examples: rows.map((row, i) => exampleText(id, examples.get(row.id)!, row, i + 1)).join("\n\n"),
  });
  const reply = await answerTo(study, prompt);
  if ("rejected" in reply) return reply;
  const { text, finishReason } = reply;
  if (finishReason === "length") return { rejected: "the reply was cut off" };
  const found = fencedText(text);
  if (found === undefined) return { rejected: "the reply holds no finished block" };
  if (found === candidate[id]) return { rejected: "the text is unchanged" };
  const why = spec.reject?.(found);
  return why === undefined ? { text: found } : { rejected: why };
}

/** The reply, or why there is none: a model that fails now may answer at the next step. */
async function answerTo(study: Study, prompt: string): Promise<Response | { readonly rejected: string }> {
  try {
    return await study.generate("reflect", { messages: [textMessage("user", prompt)] });
  } catch (error) {
    if (blame(error) === "run") throw error;
    return { rejected: `the reflection model failed: ${messageOf(error)}` };
  }
}

/** What lies between the first fence and the last one, without a language tag; undefined unless both are there. */
export function fencedText(reply: string): string | undefined {
  const start = reply.indexOf("```");
  const end = reply.lastIndexOf("```");
  if (start === -1 || end <= start) return undefined;
  const inner = reply
    .slice(start + 3, end)
    .replace(/^[\w-]*\n/, "")
    .trim();
  return inner === "" ? undefined : inner;
}

/** One example as the reflection model reads it: what went into the text's module, what came out, and what was said. */
function exampleText(id: ComponentId, example: Example, row: Row, number: number): string {
  const path = id.slice(0, Math.max(0, id.lastIndexOf(".")));
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

function fieldsText(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return shown(value);
  return Object.entries(value)
    .map(([name, field]) => `### ${name}\n${shown(field)}`)
    .join("\n\n");
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value, undefined, 1) ?? "");
}
