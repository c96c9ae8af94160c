import { isCultivarError } from "../../ground/errors.ts";
import type { LanguageModel, Message, Request, Response, ToolSpec } from "../../values/language-model.ts";
import { textMessage } from "../../values/language-model.ts";
import { lenientObject } from "../codec/lenient-json.ts";
import { reactNative, reactStructured } from "../prompts.ts";

/** One tool call that a step asked for. */
export interface Call {
  readonly id: string;
  readonly name: string;
  readonly arguments: unknown;
}

/** How steps are put to a model and read from its replies. */
export interface Speech {
  /** What the system message adds to the instructions. */
  readonly manual: string;
  readonly request: Partial<Request>;
  read(response: Response): readonly Call[];
  write(response: Response, calls: readonly Call[], observations: readonly string[]): readonly Message[];
}

/** Steps by native tool calls. */
export function nativeSteps(specs: readonly ToolSpec[]): Speech {
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

/** Steps as JSON objects in the text, for models without native tools. */
export function structuredSteps(name: string, specs: readonly ToolSpec[], lm: LanguageModel): Speech {
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
