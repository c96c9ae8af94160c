import type { Message, Part, Request } from "@cultivar/core";
import { textOf } from "@cultivar/core";
import type {
  ChatCompletionContentPart,
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import { takenSettings } from "../shared/model-settings.ts";
import type { WireModel, WireRequest } from "./wire-model.ts";
import { wireOutput, wireTools } from "./wire-schemas.ts";

/**
 * A request as a chat completions body. Members stand in a fixed order and messages in the given one, so equal prefixes
 * are equal bytes and provider prompt caches hit.
 */
export function chatRequest(request: Request, model: WireModel): WireRequest<ChatCompletionCreateParamsNonStreaming> {
  const settings = takenSettings(request, model);
  const output = wireOutput(request, model);
  const tools = wireTools(request, model);
  const stop = request.stop !== undefined && request.stop.length > 0 ? request.stop : undefined;
  const body: ChatCompletionCreateParamsNonStreaming = {
    model: model.modelId,
    ...(tools.list.length > 0 && {
      tools: tools.list.map((tool) => ({ type: "function" as const, function: tool })),
      tool_choice: request.toolChoice ?? "auto",
    }),
    messages: request.messages.map(chatMessage),
    ...(output.format !== undefined && { response_format: { type: "json_schema", json_schema: output.format } }),
    ...(settings.temperature !== undefined && { temperature: settings.temperature }),
    ...(settings.topP !== undefined && { top_p: settings.topP }),
    ...(stop !== undefined && model.takesStop && { stop: [...stop] }),
    [model.maxTokensField]: request.maxTokens ?? model.capabilities.maxOutputTokens,
    ...model.extra,
  };
  const stopWarning =
    stop !== undefined && !model.takesStop ? [`stop was dropped: ${model.modelId} takes no stop sequences`] : [];
  return {
    body,
    warnings: [...settings.warnings, ...stopWarning, ...output.warnings, ...tools.warnings],
    output: output.schema,
    tools: tools.schemas,
  };
}

/** One message as chat completions take it. Text alone goes as a string: many servers know nothing else. */
function chatMessage(message: Message): ChatCompletionMessageParam {
  switch (message.role) {
    case "system":
      return { role: "system", content: textOf(message) };
    case "tool":
      return { role: "tool", tool_call_id: message.toolCallId ?? "", content: textOf(message) };
    case "assistant": {
      const text = textOf(message);
      const calls = message.toolCalls?.map((call) => ({
        id: call.id,
        type: "function" as const,
        function: { name: call.name, arguments: argumentsText(call.arguments) },
      }));
      if (calls === undefined || calls.length === 0) return { role: "assistant", content: text };
      return { role: "assistant", content: text === "" ? null : text, tool_calls: calls };
    }
    case "user":
      return {
        role: "user",
        content: message.content.every((part) => part.type === "text")
          ? textOf(message)
          : message.content.map(chatPart),
      };
  }
}

function chatPart(part: Part): ChatCompletionContentPart {
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text };
    case "image":
      return { type: "image_url", image_url: { url: part.url ?? dataUrl(part.mediaType, part.data) } };
    case "file":
      return {
        type: "file",
        file: { filename: part.name ?? "file", file_data: dataUrl(part.mediaType, part.data) },
      };
  }
}

/** A data URL of base64 data. */
export function dataUrl(mediaType: string, data: string | undefined): string {
  return `data:${mediaType};base64,${data ?? ""}`;
}

/** Tool arguments as the JSON text that went over the wire; a text that never parsed is sent as it was. */
export function argumentsText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? {});
}
