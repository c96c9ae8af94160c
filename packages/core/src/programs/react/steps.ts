import { CultivarError, isCultivarError } from "../../ground/errors.ts";
import type { LanguageModel, Message, Request } from "../../values/language-model.ts";
import { textMessage } from "../../values/language-model.ts";
import type { SchemaResult } from "../../values/schema.ts";
import { describeIssues, validate } from "../../values/schema.ts";
import type { Signature } from "../../values/signature.ts";
import { askModel, requireWhole } from "../ask-model.ts";
import type { Shape } from "../codec/format.ts";
import { formats } from "../codec/formats.ts";
import { reactNoCall } from "../prompts.ts";
import type { Tool } from "../tool.ts";
import { callTool } from "../tool.ts";
import type { Call, Speech } from "./speech.ts";

/** One run of a `react` module: what stays the same from step to step. */
export interface Task {
  readonly signature: Signature;
  readonly shape: Shape;
  readonly tools: Readonly<Record<string, Tool>>;
  /** Component path of the module, with a trailing dot or empty. */
  readonly prefix: string;
  readonly lm: LanguageModel;
  readonly speech: Speech;
  /** Model calls at most. */
  readonly maxSteps: number;
  readonly sampling: Pick<Request, "temperature" | "maxTokens">;
}

/**
 * Steps until a `finish` fits; its output. Each step is one model call, and the tool calls that it asks for run one
 * after another in the order asked: tools may depend on each other's effects. Throws `step-limit` after the last step.
 */
export async function takeSteps(task: Task, opening: readonly Message[]): Promise<unknown> {
  const { signature, speech, maxSteps } = task;
  let messages = opening;
  for (let step = 0; step < maxSteps; step++) {
    const response = await askModel(task.lm, { messages, ...speech.request, ...task.sampling });
    requireWhole(response, signature.name);
    const calls = speech.read(response);
    if (calls.length === 0) {
      // Some providers refuse an assistant turn without text.
      const said = response.text.trim() === "" ? "(empty reply)" : response.text;
      messages = [...messages, textMessage("assistant", said), textMessage("user", reactNoCall)];
      continue;
    }
    const observations: string[] = [];
    for (const call of calls) {
      if (call.name === "finish") {
        const result = await finished(task, call.arguments);
        if (result.issues === undefined) return result.value;
        observations.push(`Error: the final answer does not fit: ${describeIssues(result.issues)}`);
      } else observations.push(await observe(task, call));
    }
    messages = [...messages, ...speech.write(response, calls, observations)];
  }
  throw new CultivarError(
    "step-limit",
    `${signature.name}: no final answer after ${maxSteps} steps; raise maxSteps or improve the instructions`,
  );
}

/** What the model is told of one tool call. */
async function observe({ tools, prefix }: Task, { name, arguments: args }: Call): Promise<string> {
  const declared = Object.hasOwn(tools, name) ? tools[name] : undefined;
  if (declared === undefined)
    return `Error: there is no tool ${JSON.stringify(name)}; the tools are ${[...Object.keys(tools), "finish"].join(", ")}`;
  return (await callTool(`${prefix}tools.${name}`, name, declared, args)).text;
}

/** The arguments of `finish`, read as leniently as any reply. */
async function finished({ shape, signature }: Task, given: unknown): Promise<SchemaResult<unknown>> {
  try {
    const text = typeof given === "string" ? given : JSON.stringify(given ?? null);
    return await validate(signature.output, formats.json.parse(shape, { text }));
  } catch (error) {
    if (isCultivarError(error, "parse")) return { issues: [{ message: error.message }] };
    throw error;
  }
}
