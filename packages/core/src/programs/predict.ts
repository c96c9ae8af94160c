import { CultivarError, isCultivarError, messageOf } from "../ground/errors.ts";
import { canonicalJson, contentHash } from "../ground/hash.ts";
import type { Candidate } from "../values/component.ts";
import type { DemoRow } from "../values/demo.ts";
import { decodeDemos, noDemos, rejectDemos } from "../values/demo.ts";
import type { LanguageModel, Message, Models, Request, Response } from "../values/language-model.ts";
import type { InferInput, InferOutput, Schema } from "../values/schema.ts";
import { describeIssues, validate } from "../values/schema.ts";
import type { Signature } from "../values/signature.ts";
import { askModel, modelOf, moduleScope, requireWhole } from "./ask-model.ts";
import { frameOf, moduleFrom } from "./bind.ts";
import type { Format, Shape } from "./codec/format.ts";
import { formats } from "./codec/formats.ts";
import type { DemoQuery, ReadyDemos } from "./demos-at-run.ts";
import { demosFor, readyDemos } from "./demos-at-run.ts";
import type { Frame, Leaf, Module, ModuleDefinition } from "./module.ts";
import type { ModuleSettings } from "./settings.ts";
import { choicesOf, chosenFormat, formatOf, samplingOf } from "./settings.ts";

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
  const prepare = preparer(shape);
  const prefix = `${signature.name}.`;
  const own: ModuleDefinition = {
    rootPrefix: prefix,
    space: {
      instructions: {
        kind: "text",
        initial: signature.instructions,
        role: `the instructions of module ${signature.name}`,
      },
      demos: {
        kind: "demos",
        initial: noDemos,
        role: `worked examples shown to module ${signature.name}`,
        reject: rejectDemos,
      },
    },
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
    run: async (frame, input) => {
      const lm = modelOf(frame);
      const format = formatOf(frame, lm);
      const checked = await checkInput(signature, input);
      const query = { given: input, read: checked, exampleId: moduleScope().exampleId };
      const messages = await rendered(frame, format, query, frame.models?.embedders);
      const output = lm.capabilities.structuredOutput ? format.output(shape) : undefined;
      const request: Request = { messages, ...(output !== undefined && { output }), ...samplingOf(frame, settings) };
      return answer(signature, shape, format, lm, request);
    },
  };
  const rendered = async (
    frame: Frame,
    format: Format,
    query: DemoQuery,
    embedders: Models["embedders"],
  ): Promise<readonly Message[]> => {
    const ready = prepare(frame, format);
    const live = format.live(shape, query.read as Record<string, unknown>);
    if (ready.demos.rows.length === 0) return [...ready.prefix, live];
    const demos = await demosFor(ready.demos, query, embedders);
    return [
      ...(demos.length === ready.demos.rows.length ? ready.prefix : format.prefix(shape, ready.instructions, demos)),
      live,
    ];
  };
  const at = ({ candidate, format }: RenderOptions): { frame: Frame; format: Format } => {
    const frame = frameOf(module, namedModels(candidate), candidate);
    return { frame, format: formats[format ?? chosenFormat(frame) ?? "json"] };
  };
  const module = moduleFrom(signature.name, own, {
    signature,
    render: async (input: unknown, options: RenderOptions = {}) => {
      const { frame, format } = at(options);
      return rendered(frame, format, { given: input, read: await checkInput(signature, input) }, options.embedders);
    },
    parse: (text: string, options: RenderOptions = {}) => parsed(signature, shape, at(options).format, { text }),
  });
  return module;
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

interface Prepared {
  readonly instructions: string;
  readonly demos: ReadyDemos;
  readonly prefix: readonly Message[];
}

/** The static part of a prompt, rendered once per frame and format. */
function preparer(shape: Shape): (frame: Frame, format: Format) => Prepared {
  const ready = new WeakMap<Frame, Map<Format, Prepared>>();
  return (frame, format) => {
    let byFormat = ready.get(frame);
    if (byFormat === undefined) ready.set(frame, (byFormat = new Map()));
    let prepared = byFormat.get(format);
    if (prepared === undefined) {
      const instructions = frame.candidate[`${frame.prefix}instructions`]!;
      const value = frame.candidate[`${frame.prefix}demos`] ?? noDemos;
      const demos = value === noDemos ? { rows: [], inputs: [] } : readyDemos(decodeDemos(value));
      prepared = { instructions, demos, prefix: format.prefix(shape, instructions, demos.rows) };
      byFormat.set(format, prepared);
    }
    return prepared;
  };
}

/** Asks, and once more with the reply and what was wrong with it. */
async function answer(
  signature: Signature,
  shape: Shape,
  format: Format,
  lm: LanguageModel,
  request: Request,
): Promise<unknown> {
  const first = await askModel(lm, request);
  requireWhole(first, signature.name);
  try {
    return await parsed(signature, shape, format, first);
  } catch (error) {
    if (!isCultivarError(error, "parse")) throw error;
    const turns = format.repair(shape, first.text, error.message);
    const second = await askModel(lm, { ...request, messages: [...request.messages, ...turns] });
    requireWhole(second, signature.name);
    return parsed(signature, shape, format, second);
  }
}

async function parsed(
  signature: Signature,
  shape: Shape,
  format: Format,
  reply: Pick<Response, "text" | "parsed">,
): Promise<unknown> {
  const raw = format.parse(shape, reply);
  const result = validate(signature.output, raw);
  const checked = result instanceof Promise ? await result : result;
  if (checked.issues === undefined) return checked.value;
  throw new CultivarError(
    "parse",
    `${signature.name}: the reply does not fit the output: ${describeIssues(checked.issues)}`,
    {
      fields: { reply: reply.text.slice(0, 2000) },
    },
  );
}

/** An input as its schema reads it. Throws a `program` error when it does not fit. */
export async function checkInput(signature: Signature, input: unknown): Promise<unknown> {
  const result = validate(signature.input, input);
  const checked = result instanceof Promise ? await result : result;
  if (checked.issues === undefined) return checked.value;
  throw new CultivarError(
    "program",
    `${signature.name}: the input does not fit the signature: ${describeIssues(checked.issues)}`,
  );
}

/** Why an input does not fit a signature, or undefined; asynchronous schemas cannot tell ahead of a call. */
export function rejectInput(signature: Signature, input: unknown): string | undefined {
  const result = validate(signature.input, input);
  return result instanceof Promise || result.issues === undefined ? undefined : describeIssues(result.issues);
}

/** A labelled row as a demo, when its input and its expected value fit the signature; asynchronous schemas fit nothing. */
function labelledDemo(
  signature: Signature,
  declared: Signature,
  input: unknown,
  expected: unknown,
): DemoRow | undefined {
  const outputs = signature.outputFields.fields;
  const whole = typeof expected === "object" && expected !== null && !Array.isArray(expected);
  // A bare value labels a signature with one output: "billing" for { queue }.
  const [only, ...others] = declared.outputFields.fields;
  const output = whole || others.length > 0 ? expected : { [only!.name]: expected };
  try {
    for (const [schema, value] of [
      [signature.input, input],
      [signature.output, output],
    ] as const) {
      const result = validate(schema, value);
      if (result instanceof Promise || result.issues !== undefined) return undefined;
    }
    const row = { input: onlyFields(signature.inputFields.fields, input), output: onlyFields(outputs, output) };
    return JSON.parse(canonicalJson(row)) as DemoRow;
  } catch (error) {
    throw new CultivarError("data", `${signature.name}: a labelled row is no JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function onlyFields(fields: Shape["inputs"], value: unknown): Record<string, unknown> {
  const record = value as Record<string, unknown>;
  return Object.fromEntries(
    fields.filter(({ name }) => record[name] !== undefined).map(({ name }) => [name, record[name]]),
  );
}
