import { CultivarError, isCultivarError } from "../ground/errors.ts";
import { contentHash } from "../ground/hash.ts";
import type { ComponentSpec } from "../values/component.ts";
import type { LanguageModel, Message, Request, Response, ToolSpec } from "../values/language-model.ts";
import { textMessage } from "../values/language-model.ts";
import type { InferInput, InferOutput, Schema, SchemaResult } from "../values/schema.ts";
import { describeIssues, validate } from "../values/schema.ts";
import type { Signature } from "../values/signature.ts";
import { namePattern } from "../values/signature.ts";
import { askModel, modelOf, requireWhole } from "./ask-model.ts";
import { moduleFrom } from "./bind.ts";
import { formats } from "./codec/formats.ts";
import type { Shape } from "./codec/format.ts";
import { lenientObject } from "./codec/lenient-json.ts";
import { defaultInstructions } from "./codec/prompts.ts";
import { renderInputs } from "./codec/render-value.ts";
import type { Frame, Leaf, Module, ModuleDefinition } from "./module.ts";
import { checkInput, rejectInput, shapeOf } from "./predict.ts";
import { reactNative, reactNoCall, reactStructured } from "./prompts.ts";
import type { ModuleSettings } from "./settings.ts";
import { choicesOf, samplingOf } from "./settings.ts";
import type { Tool } from "./tool.ts";
import { callTool, parametersOf } from "./tool.ts";

export interface ReactOptions extends ModuleSettings {
  /** By name; `finish` is taken. */
  readonly tools: Readonly<Record<string, Tool>>;
  /** Model calls at most, at least 1; default 10. Reaching it is a `step-limit` failure. */
  readonly maxSteps?: number;
}

/** One tool call that a step asked for. */
interface Call {
  readonly id: string;
  readonly name: string;
  readonly arguments: unknown;
}

/**
 * Reasons and acts in turns (Yao et al. 2023, ReAct): the model calls tools until it calls `finish` with the outputs.
 * A tool error, unknown tool or unfit answer is an observation, never a crash. Native tool calls where the model
 * declares them, JSON steps otherwise. Costs up to maxSteps LM calls. Components: the instructions and each tool's
 * description.
 */
export function react<I extends Schema, O extends Schema>(
  signature: Signature<I, O>,
  options: ReactOptions,
): Module<InferInput<I>, InferOutput<O>, Leaf<InferInput<I>, InferOutput<O>>> {
  const { tools, maxSteps = 10 } = options;
  if (!Number.isInteger(maxSteps) || maxSteps < 1)
    throw new CultivarError(
      "config",
      `react(${signature.name}): maxSteps must be a whole number of at least 1, got ${maxSteps}`,
    );
  for (const name of Object.keys(tools)) {
    if (!namePattern.test(name) || name === "finish")
      throw new CultivarError(
        "signature",
        `react(${signature.name}): ${JSON.stringify(name)} cannot name a tool; finish is taken`,
      );
  }
  const parameters = Object.fromEntries(
    Object.entries(tools).map(([name, declared]) => [name, parametersOf(name, declared)]),
  );
  const descriptions = Object.entries(tools).map(([name, { description }]): [string, ComponentSpec] => [
    `tools.${name}.description`,
    { kind: "text", initial: description, role: `what module ${signature.name} is told about its tool ${name}` },
  ]);
  const shape = shapeOf(signature);
  const specsFor = (frame: Frame): readonly ToolSpec[] => [
    ...Object.keys(tools).map((name) => ({
      name,
      description: frame.candidate[`${frame.prefix}tools.${name}.description`]!,
      parameters: parameters[name]!,
    })),
    { name: "finish", description: "Give the final answer.", parameters: signature.outputFields.jsonSchema },
  ];
  const own: ModuleDefinition = {
    rootPrefix: `${signature.name}.`,
    space: {
      instructions: {
        kind: "text",
        initial: signature.instructions,
        role: `the instructions of module ${signature.name}`,
      },
      ...Object.fromEntries(descriptions),
    },
    optional: (modelNames) => {
      const { format: _format, ...choices } = choicesOf(signature.name, modelNames);
      return choices;
    },
    sketch: {
      name: signature.name,
      kind: "react",
      instructions: signature.instructions,
      inputs: signature.inputFields.fields,
      outputs: signature.outputFields.fields,
      children: {},
    },
    maxCalls: maxSteps,
    fingerprint: contentHash([
      "react",
      signature.fingerprint,
      signature.instructions,
      maxSteps,
      parameters,
      descriptions,
    ]),
    source: Object.values(tools)
      .map(({ run }) => run.toString())
      .join("\n"),
    demoOf: () => undefined,
    rejectInput: (input) => rejectInput(signature, input),
    run: async (frame, input) => {
      const checked = (await checkInput(signature, input)) as Record<string, unknown>;
      const lm = modelOf(frame);
      const speech = lm.capabilities.tools
        ? nativeSteps(specsFor(frame))
        : structuredSteps(signature.name, specsFor(frame), lm);
      const instructions = frame.candidate[`${frame.prefix}instructions`]!.trim();
      const task = instructions === "" ? defaultInstructions(shape) : instructions;
      const opening = [
        textMessage("system", `${task}\n\n${speech.manual}`, { cacheBreakpoint: true }),
        textMessage("user", renderInputs(shape.inputs, checked)),
      ];
      return loop(shape, signature, tools, frame, lm, speech, opening, {
        maxSteps,
        sampling: samplingOf(frame, options),
      });
    },
  };
  return moduleFrom(signature.name, own, {}) as unknown as Module<
    InferInput<I>,
    InferOutput<O>,
    Leaf<InferInput<I>, InferOutput<O>>
  >;
}

async function loop(
  shape: Shape,
  signature: Signature,
  tools: ReactOptions["tools"],
  frame: Frame,
  lm: LanguageModel,
  speech: Speech,
  opening: readonly Message[],
  limits: { readonly maxSteps: number; readonly sampling: Pick<Request, "temperature" | "maxTokens"> },
): Promise<unknown> {
  let messages = opening;
  for (let step = 0; step < limits.maxSteps; step++) {
    const response = await askModel(lm, { messages, ...speech.request, ...limits.sampling });
    requireWhole(response, signature.name);
    const calls = speech.read(response);
    if (calls.length === 0) {
      // Some providers refuse an assistant turn without text.
      const said = response.text.trim() === "" ? "(empty reply)" : response.text;
      messages = [...messages, textMessage("assistant", said), textMessage("user", reactNoCall)];
      continue;
    }
    const observations: string[] = [];
    // One after another, in the order asked: tools may depend on each other's effects.
    for (const call of calls) {
      if (call.name === "finish") {
        const result = await finished(shape, signature, call.arguments);
        if (result.issues === undefined) return result.value;
        observations.push(`Error: the final answer does not fit: ${describeIssues(result.issues)}`);
      } else {
        const declared = Object.hasOwn(tools, call.name) ? tools[call.name] : undefined;
        if (declared === undefined)
          observations.push(
            `Error: there is no tool ${JSON.stringify(call.name)}; the tools are ${[...Object.keys(tools), "finish"].join(", ")}`,
          );
        else
          observations.push(
            (await callTool(`${frame.prefix}tools.${call.name}`, call.name, declared, call.arguments)).text,
          );
      }
    }
    messages = [...messages, ...speech.write(response, calls, observations)];
  }
  throw new CultivarError(
    "step-limit",
    `${signature.name}: no final answer after ${limits.maxSteps} steps; raise maxSteps or improve the instructions`,
  );
}

/** The arguments of `finish`, read as leniently as any reply. */
async function finished(shape: Shape, signature: Signature, given: unknown): Promise<SchemaResult<unknown>> {
  try {
    const text = typeof given === "string" ? given : JSON.stringify(given ?? null);
    return await validate(signature.output, formats.json.parse(shape, { text }));
  } catch (error) {
    if (isCultivarError(error, "parse")) return { issues: [{ message: error.message }] };
    throw error;
  }
}

/** How steps are put to a model and read from its replies. */
interface Speech {
  /** What the system message adds to the instructions. */
  readonly manual: string;
  readonly request: Partial<Request>;
  read(response: Response): readonly Call[];
  write(response: Response, calls: readonly Call[], observations: readonly string[]): readonly Message[];
}

function nativeSteps(specs: readonly ToolSpec[]): Speech {
  return {
    manual: reactNative,
    request: { tools: specs, toolChoice: "auto" },
    read: (response) => response.toolCalls ?? [],
    write: (response, calls, observations) => [
      {
        role: "assistant",
        content: response.text === "" ? [] : [{ type: "text", text: response.text }],
        toolCalls: response.toolCalls ?? [],
      },
      ...calls.map(({ id }, i): Message => ({
        role: "tool",
        toolCallId: id,
        content: [{ type: "text", text: observations[i]! }],
      })),
    ],
  };
}

function structuredSteps(name: string, specs: readonly ToolSpec[], lm: LanguageModel): Speech {
  const call = specs.map((spec) => ({
    type: "object",
    properties: { tool: { const: spec.name }, arguments: spec.parameters },
    required: ["tool", "arguments"],
  }));
  const schema = {
    type: "object",
    properties: { thought: { type: "string" }, call: { anyOf: call } },
    required: ["thought", "call"],
  };
  // References within a tool's own schema lead nowhere once it is a part of this one.
  const held = lm.capabilities.structuredOutput && !JSON.stringify(call).includes('"$ref"');
  const list = specs
    .map((spec) => `- ${spec.name}: ${spec.description}\n  arguments: ${JSON.stringify(spec.parameters)}`)
    .join("\n");
  return {
    manual: `${reactStructured}\n\nTools:\n${list}`,
    request: held ? { output: { name: `${name.slice(0, 59)}_step`, schema } } : {},
    read: (response) => {
      const step = readStep(response.text);
      return step === undefined ? [] : [step];
    },
    write: (response, _calls, observations) => [
      textMessage("assistant", response.text),
      textMessage("user", `Result: ${observations.join("\n")}`),
    ],
  };
}

function readStep(text: string): Call | undefined {
  try {
    const { value } = lenientObject(text, (found) => (Object.hasOwn(found, "call") ? 1 : 0));
    const asked = value["call"] as { tool?: unknown; arguments?: unknown } | null;
    return typeof asked?.tool === "string"
      ? { id: "step", name: asked.tool, arguments: asked.arguments ?? {} }
      : undefined;
  } catch (error) {
    if (isCultivarError(error, "parse")) return undefined;
    throw error;
  }
}
