import type { Capabilities, Message, Part, Request } from "@cultivar/core";
import { textOf } from "@cultivar/core";
import { takenSettings } from "../shared/model-settings.ts";
import type { StrictSchema } from "../shared/strict-schema.ts";
import type { AiSdkCall, AiSdkMessage, AiSdkPart } from "./ai-sdk-types.ts";

export interface AiSdkTarget {
  readonly modelId: string;
  /** `v2`, `v3` or `v4`: they differ in how file data is written. */
  readonly version: string;
  readonly capabilities: Capabilities;
  readonly compile: (schema: Readonly<Record<string, unknown>>) => StrictSchema;
}

export interface SentCall {
  readonly call: AiSdkCall;
  readonly warnings: readonly string[];
  readonly output: StrictSchema | undefined;
}

/** A request as the options of `doGenerate`. Schemas go out in the form that strict providers take. */
export function callOptions(request: Request, target: AiSdkTarget): SentCall {
  const settings = takenSettings(request, target);
  const warnings = [...settings.warnings];
  const { capabilities, modelId } = target;
  const output = capabilities.structuredOutput && request.output ? target.compile(request.output.schema) : undefined;
  if (request.output !== undefined && output === undefined) {
    warnings.push(`output schema was dropped: ${modelId} has no structured output`);
  }
  const tools = capabilities.tools ? (request.tools ?? []) : [];
  if (tools.length < (request.tools?.length ?? 0)) warnings.push(`tools were dropped: ${modelId} has no tool calls`);
  const call: AiSdkCall = {
    prompt: promptOf(request.messages, target.version),
    maxOutputTokens: request.maxTokens ?? capabilities.maxOutputTokens,
    ...(settings.temperature !== undefined && { temperature: settings.temperature }),
    ...(settings.topP !== undefined && { topP: settings.topP }),
    ...(request.stop !== undefined && request.stop.length > 0 && { stopSequences: [...request.stop] }),
    ...(output !== undefined &&
      request.output !== undefined && {
        responseFormat: { type: "json", schema: output.schema, name: request.output.name },
        // That provider holds every schema to strict mode unless told otherwise, and then refuses this one.
        ...(!output.strict && { providerOptions: { openai: { strictJsonSchema: false } } }),
      }),
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, parameters }) => ({
        type: "function",
        name,
        description,
        inputSchema: parameters,
      })),
      toolChoice: { type: request.toolChoice ?? "auto" },
    }),
  };
  return { call, warnings, output };
}

/** The messages as a prompt. A tool's answer must name its tool, which stands in the call it answers. */
export function promptOf(messages: readonly Message[], version: string): AiSdkMessage[] {
  const toolNames = new Map<string, string>();
  return messages.map((message) => {
    for (const call of message.toolCalls ?? []) toolNames.set(call.id, call.name);
    const cache = message.cacheBreakpoint === true && {
      providerOptions: { anthropic: { cacheControl: { type: "ephemeral" } } },
    };
    switch (message.role) {
      case "system":
        return { role: "system", content: textOf(message), ...cache };
      case "tool": {
        const toolCallId = message.toolCallId ?? "";
        const output = { type: "text" as const, value: textOf(message) };
        const toolName = toolNames.get(toolCallId) ?? "";
        return { role: "tool", content: [{ type: "tool-result", toolCallId, toolName, output }], ...cache };
      }
      case "user":
      case "assistant":
        return {
          role: message.role,
          content: [
            ...message.content.map((part) => promptPart(part, version)),
            ...(message.toolCalls ?? []).map((call): AiSdkPart => ({
              type: "tool-call",
              toolCallId: call.id,
              toolName: call.name,
              input: call.arguments,
            })),
          ],
          ...cache,
        };
    }
  });
}

function promptPart(part: Part, version: string): AiSdkPart {
  if (part.type === "text") return { type: "text", text: part.text };
  const url = part.type === "image" && part.url !== undefined ? new URL(part.url) : undefined;
  const data = part.data ?? "";
  const tagged = url === undefined ? { type: "data", data } : { type: "url", url };
  const name = part.type === "file" ? part.name : undefined;
  return {
    type: "file",
    mediaType: part.mediaType,
    data: version === "v4" ? tagged : (url ?? data),
    ...(name !== undefined && { filename: name }),
  };
}
