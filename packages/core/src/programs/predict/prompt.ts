import type { Message, Models, Request } from "../../values/language-model.ts";
import { decodeDemos, noDemos } from "../../values/demo.ts";
import type { LanguageModel } from "../../values/language-model.ts";
import type { Signature } from "../../values/signature.ts";
import { modelOf } from "../ask-model.ts";
import type { Format, Shape } from "../codec/format.ts";
import type { DemoQuery, ReadyDemos } from "../demos-at-run.ts";
import { demosFor, readyDemos } from "../demos-at-run.ts";
import type { Frame } from "../module.ts";
import type { ModuleSettings } from "../settings.ts";
import { formatOf, samplingOf } from "../settings.ts";

/** What a format must know of a signature. */
export function shapeOf(signature: Signature): Shape {
  return {
    name: signature.name,
    inputs: signature.inputFields.fields,
    outputs: signature.outputFields.fields,
    inputSchema: signature.inputFields.jsonSchema,
    outputSchema: signature.outputFields.jsonSchema,
  };
}

/** The part of a prompt that stays the same from input to input. */
export interface Prompt {
  readonly instructions: string;
  readonly demos: ReadyDemos;
  readonly prefix: readonly Message[];
}

/** The static part of a prompt, rendered once per frame and format. */
export function prompter(shape: Shape): (frame: Frame, format: Format) => Prompt {
  const known = new WeakMap<Frame, Map<Format, Prompt>>();
  return (frame, format) => {
    let byFormat = known.get(frame);
    if (byFormat === undefined) known.set(frame, (byFormat = new Map()));
    let prompt = byFormat.get(format);
    if (prompt === undefined) {
      const instructions = frame.candidate[`${frame.prefix}instructions`]!;
      const value = frame.candidate[`${frame.prefix}demos`] ?? noDemos;
      const demos = value === noDemos ? { rows: [], inputs: [] } : readyDemos(decodeDemos(value));
      prompt = { instructions, demos, prefix: format.prefix(shape, instructions, demos.rows) };
      byFormat.set(format, prompt);
    }
    return prompt;
  };
}

/** The static part with the demos that an input may see. May ask the embedder of a demo set that selects by nearness. */
export async function prefixFor(
  prompt: Prompt,
  shape: Shape,
  format: Format,
  query: DemoQuery,
  embedders: Models["embedders"],
): Promise<readonly Message[]> {
  if (prompt.demos.rows.length === 0) return prompt.prefix;
  const demos = await demosFor(prompt.demos, query, embedders);
  return demos.length === prompt.demos.rows.length ? prompt.prefix : format.prefix(shape, prompt.instructions, demos);
}

/** How the calls of one frame are sent. */
export interface Sending {
  readonly lm: LanguageModel;
  readonly format: Format;
  readonly prompt: Prompt;
  /** What every request holds beside its messages. */
  readonly fixed: Omit<Request, "messages">;
}

/** How calls are sent, worked out once per frame. Throws `config` when no model is bound. */
export function sender(
  shape: Shape,
  settings: ModuleSettings,
  promptOf: (frame: Frame, format: Format) => Prompt,
): (frame: Frame) => Sending {
  const known = new WeakMap<Frame, Sending>();
  return (frame) => {
    let sending = known.get(frame);
    if (sending === undefined) {
      const lm = modelOf(frame);
      const format = formatOf(frame, lm);
      const output = lm.capabilities.structuredOutput ? format.output(shape) : undefined;
      const fixed = { ...(output !== undefined && { output }), ...samplingOf(frame, settings) };
      sending = { lm, format, prompt: promptOf(frame, format), fixed };
      known.set(frame, sending);
    }
    return sending;
  };
}
