import { CultivarError } from "../ground/errors.ts";
import { contentHash } from "../ground/hash.ts";
import type { JsonSchema } from "../ground/json.ts";
import type { Space } from "../values/component.ts";
import type { ToolSpec } from "../values/language-model.ts";
import { textMessage } from "../values/language-model.ts";
import type { InferInput, InferOutput, Schema } from "../values/schema.ts";
import type { Signature } from "../values/signature.ts";
import { namePattern } from "../values/signature.ts";
import { modelOf } from "./ask-model.ts";
import { moduleFrom } from "./bind.ts";
import { defaultInstructions } from "./codec/prompts.ts";
import { renderInputs } from "./codec/render-value.ts";
import type { Frame, Leaf, Module, ModuleDefinition } from "./module.ts";
import { checkInput, rejectInput } from "./predict/check-input.ts";
import { shapeOf } from "./predict/prompt.ts";
import { nativeSteps, structuredSteps } from "./react/speech.ts";
import { takeSteps } from "./react/steps.ts";
import type { ModuleSettings } from "./settings.ts";
import { choicesOf, samplingOf } from "./settings.ts";
import type { Tool } from "./tool.ts";
import { parametersOf } from "./tool.ts";

export interface ReactOptions extends ModuleSettings {
  /** By name; `finish` is taken. */
  readonly tools: Readonly<Record<string, Tool>>;
  /** Model calls at most, at least 1; default 10. Reaching it is a `step-limit` failure. */
  readonly maxSteps?: number;
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
  const { tools, maxSteps = 10, ...settings } = options;
  checkOptions(signature.name, tools, maxSteps);
  const parameters = Object.fromEntries(
    Object.entries(tools).map(([name, declared]) => [name, parametersOf(name, declared)]),
  );
  const descriptions = descriptionsOf(signature.name, tools);
  const own: ModuleDefinition = {
    rootPrefix: `${signature.name}.`,
    space: {
      instructions: {
        kind: "text",
        initial: signature.instructions,
        role: `the instructions of module ${signature.name}`,
      },
      ...descriptions,
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
      Object.entries(descriptions),
      // Left out where there are none, so that what was compiled without any is not stale.
      ...(Object.keys(settings).length > 0 ? [settings] : []),
    ]),
    source: Object.values(tools)
      .map(({ run }) => run.toString())
      .join("\n"),
    demoOf: () => undefined,
    rejectInput: (input) => rejectInput(signature, input),
    run: runner(signature, options, maxSteps, parameters),
  };
  return moduleFrom(signature.name, own, {}) as unknown as Module<
    InferInput<I>,
    InferOutput<O>,
    Leaf<InferInput<I>, InferOutput<O>>
  >;
}

function checkOptions(name: string, tools: ReactOptions["tools"], maxSteps: number): void {
  if (!Number.isInteger(maxSteps) || maxSteps < 1)
    throw new CultivarError("config", `react(${name}): maxSteps must be a whole number of at least 1, got ${maxSteps}`);
  for (const tool of Object.keys(tools)) {
    if (!namePattern.test(tool) || tool === "finish")
      throw new CultivarError(
        "signature",
        `react(${name}): ${JSON.stringify(tool)} cannot name a tool; finish is taken`,
      );
  }
}

/** The tools' descriptions as components, by relative id. */
function descriptionsOf(name: string, tools: ReactOptions["tools"]): Space {
  return Object.fromEntries(
    Object.entries(tools).map(([tool, { description }]) => [
      `tools.${tool}.description`,
      { kind: "text", initial: description, role: `what module ${name} is told about its tool ${tool}` },
    ]),
  );
}

function runner(
  signature: Signature,
  options: ReactOptions,
  maxSteps: number,
  parameters: Readonly<Record<string, JsonSchema>>,
): ModuleDefinition["run"] {
  const { tools } = options;
  const shape = shapeOf(signature);
  const specsFor = (frame: Frame): readonly ToolSpec[] => [
    ...Object.keys(tools).map((name) => ({
      name,
      description: frame.candidate[`${frame.prefix}tools.${name}.description`]!,
      parameters: parameters[name]!,
    })),
    { name: "finish", description: "Give the final answer.", parameters: signature.outputFields.jsonSchema },
  ];
  return async (frame, input) => {
    const checked = (await checkInput(signature, input)) as Record<string, unknown>;
    const lm = modelOf(frame);
    const specs = specsFor(frame);
    const speech = lm.capabilities.tools ? nativeSteps(specs) : structuredSteps(signature.name, specs, lm);
    const instructions = frame.candidate[`${frame.prefix}instructions`]!.trim();
    const told = instructions === "" ? defaultInstructions(shape) : instructions;
    const opening = [
      textMessage("system", `${told}\n\n${speech.manual}`, { cacheBreakpoint: true }),
      textMessage("user", renderInputs(shape.inputs, checked)),
    ];
    const sampling = samplingOf(frame, options);
    return takeSteps({ signature, shape, tools, prefix: frame.prefix, lm, speech, maxSteps, sampling }, opening);
  };
}
