import { CultivarError } from "../ground/errors.ts";
import { contentHash } from "../ground/hash.ts";
import type { Candidate, Space } from "../values/component.ts";
import { noDemos, rejectDemos } from "../values/demo.ts";
import type { LanguageModel, Message, Models } from "../values/language-model.ts";
import type { InferInput, InferOutput, Schema } from "../values/schema.ts";
import { validate } from "../values/schema.ts";
import type { Signature } from "../values/signature.ts";
import { moduleScope } from "./ask-model.ts";
import { frameOf, moduleFrom } from "./bind.ts";
import type { Format, Shape } from "./codec/format.ts";
import { formats } from "./codec/formats.ts";
import type { Frame, Leaf, Module, ModuleDefinition } from "./module.ts";
import { checkInput, inputOf, rejectInput } from "./predict/check-input.ts";
import { labelledDemo } from "./predict/labelled-demo.ts";
import type { Prompt } from "./predict/prompt.ts";
import { prefixFor, prompter, sender, shapeOf } from "./predict/prompt.ts";
import { ask, readReply } from "./predict/reply.ts";
import type { ModuleSettings } from "./settings.ts";
import { choicesOf, chosenFormat } from "./settings.ts";

/** How `render` should speak; the initial instructions unless said otherwise. */
export interface RenderOptions {
  readonly candidate?: Candidate;
  /** Default: the candidate's choice, else `json`, which a call too uses where the model has structured output. */
  readonly format?: "json" | "markers";
  /** What a demo set that selects by nearness needs. */
  readonly embedders?: NonNullable<Models["embedders"]>;
}

/** A module over one signature: what it sends can be had without running it. */
export interface Predict<I, O> extends Module<I, O, Leaf<I, O>> {
  readonly signature: Signature;
  /** The messages that a call with this input sends: rendered equals sent. */
  render(input: I, options?: RenderOptions): Promise<readonly Message[]>;
  /** The output that a reply of this text gives. Throws `parse` errors. */
  parse(text: string, options?: RenderOptions): Promise<O>;
}

/** One LM call that fills a signature's outputs; a reply that does not parse is repaired once, then a typed failure. */
export function predict<I extends Schema, O extends Schema>(
  signature: Signature<I, O>,
  settings: ModuleSettings = {},
): Predict<InferInput<I>, InferOutput<O>> {
  return predictOver(signature, settings, "predict", signature) as Predict<InferInput<I>, InferOutput<O>>;
}

/** `predict` under another kind name: what `chainOfThought` builds on. `declared` is the signature that labels are for. */
export function predictOver(
  signature: Signature,
  settings: ModuleSettings,
  kind: string,
  declared: Signature,
): Predict<unknown, unknown> {
  const shape = shapeOf(signature);
  const promptOf = prompter(shape);
  const own: ModuleDefinition = {
    rootPrefix: `${signature.name}.`,
    space: textsAndDemos(signature),
    optional: (modelNames) => choicesOf(signature.name, modelNames),
    sketch: {
      name: signature.name,
      kind,
      instructions: signature.instructions,
      inputs: shape.inputs,
      outputs: shape.outputs,
      children: {},
    },
    maxCalls: 2,
    fingerprint: contentHash([kind, signature.fingerprint, signature.instructions, settings]),
    demoOf: (id, input, expected) => (id === "demos" ? labelledDemo(signature, declared, input, expected) : undefined),
    rejectInput: (input) => rejectInput(signature, input),
    run: runner(signature, shape, settings, promptOf),
  };
  const at = ({ candidate, format }: RenderOptions): { frame: Frame; format: Format } => {
    const frame = frameOf(module, namedModels(candidate), candidate);
    return { frame, format: formats[format ?? chosenFormat(frame) ?? "json"] };
  };
  const module = moduleFrom(signature.name, own, {
    signature,
    render: async (input: unknown, options: RenderOptions = {}) => {
      const { frame, format } = at(options);
      const read = (await checkInput(signature, input)) as Record<string, unknown>;
      const query = { given: input, read };
      return [
        ...(await prefixFor(promptOf(frame, format), shape, format, query, options.embedders)),
        format.live(shape, read),
      ];
    },
    parse: (text: string, options: RenderOptions = {}) => readReply(signature, shape, at(options).format, { text }),
  });
  return module;
}

/** What varies by default in a module over one signature. */
function textsAndDemos({ name, instructions }: Signature): Space {
  return {
    instructions: { kind: "text", initial: instructions, role: `the instructions of module ${name}` },
    demos: {
      kind: "demos",
      initial: noDemos,
      role: `worked examples shown to module ${name}`,
      reject: rejectDemos,
    },
  };
}

/** A module's `run`: nothing is awaited that is there already, since every wait costs a call more than its prompt does. */
function runner(
  signature: Signature,
  shape: Shape,
  settings: ModuleSettings,
  promptOf: (frame: Frame, format: Format) => Prompt,
): ModuleDefinition["run"] {
  const sendingOf = sender(shape, settings, promptOf);
  return async (frame, input) => {
    const sending = sendingOf(frame);
    const { format, prompt, fixed } = sending;
    const result = validate(signature.input, input);
    const read = inputOf(signature, result instanceof Promise ? await result : result) as Record<string, unknown>;
    let { prefix } = prompt;
    if (prompt.demos.rows.length > 0) {
      const query = { given: input, read, exampleId: moduleScope().exampleId };
      prefix = await prefixFor(prompt, shape, format, query, frame.models?.embedders);
    }
    return ask(signature, shape, sending, { messages: [...prefix, format.live(shape, read)], ...fixed });
  };
}

/** Stand-ins for the models that a candidate names: rendering asks none of them. */
function namedModels(candidate: Candidate = {}): Models {
  const names = Object.entries(candidate).filter(([id]) => id === "model" || id.endsWith(".model"));
  return { default: silent, choices: Object.fromEntries(names.map(([, name]) => [name, silent])) };
}

const silent: LanguageModel = {
  provider: "none",
  modelId: "none",
  capabilities: { structuredOutput: true, tools: true, sampling: [], maxOutputTokens: 0 },
  generate: () => Promise.reject(new CultivarError("config", "render asks no model")),
};
