import type { Message, Part, Request } from "@cultivar/core";
import { textOf } from "@cultivar/core";
import type {
  ResponseCreateParamsNonStreaming,
  ResponseInputContent,
  ResponseInputItem,
} from "openai/resources/responses/responses";
import { takenSettings } from "../shared/model-settings.ts";
import { argumentsText, dataUrl } from "./chat-request.ts";
import type { WireModel, WireRequest } from "./wire-model.ts";
import { wireOutput, wireTools } from "./wire-schemas.ts";

/** A request as a Responses API body; nothing is stored at the provider. Fixed member order, as in chat completions. */
export function responsesRequest(request: Request, model: WireModel): WireRequest<ResponseCreateParamsNonStreaming> {
  const settings = takenSettings(request, model);
  const output = wireOutput(request, model);
  const tools = wireTools(request, model);
  const stop = request.stop ?? [];
  const body: ResponseCreateParamsNonStreaming = {
    model: model.modelId,
    ...(tools.list.length > 0 && {
      tools: tools.list.map((tool) => ({ type: "function" as const, ...tool, strict: tool.strict ?? false })),
      tool_choice: request.toolChoice ?? "auto",
    }),
    input: request.messages.flatMap(inputItems),
    ...(output.format !== undefined && { text: { format: { type: "json_schema", ...output.format } } }),
    ...(settings.temperature !== undefined && { temperature: settings.temperature }),
    ...(settings.topP !== undefined && { top_p: settings.topP }),
    max_output_tokens: request.maxTokens ?? model.capabilities.maxOutputTokens,
    store: false,
    ...model.extra,
  };
  const stopWarning = stop.length > 0 ? ["stop was dropped: the Responses API takes no stop sequences"] : [];
  return {
    body,
    warnings: [...settings.warnings, ...stopWarning, ...output.warnings, ...tools.warnings],
    output: output.schema,
    tools: tools.schemas,
  };
}

/** One message as input items: an assistant's tool calls and a tool's answer are items of their own. */
function inputItems(message: Message): readonly ResponseInputItem[] {
  switch (message.role) {
    case "system":
      return [{ role: "system", content: textOf(message) }];
    case "tool":
      return [{ type: "function_call_output", call_id: message.toolCallId ?? "", output: textOf(message) }];
    case "assistant": {
      const text = textOf(message);
      return [
        ...(text === "" ? [] : [{ role: "assistant" as const, content: text }]),
        ...(message.toolCalls ?? []).map((call) => ({
          type: "function_call" as const,
          call_id: call.id,
          name: call.name,
          arguments: argumentsText(call.arguments),
        })),
      ];
    }
    case "user":
      return [
        {
          role: "user",
          content: message.content.every((part) => part.type === "text")
            ? textOf(message)
            : message.content.map(inputPart),
        },
      ];
  }
}

function inputPart(part: Part): ResponseInputContent {
  switch (part.type) {
    case "text":
      return { type: "input_text", text: part.text };
    case "image":
      return { type: "input_image", detail: "auto", image_url: part.url ?? dataUrl(part.mediaType, part.data) };
    case "file":
      return { type: "input_file", filename: part.name ?? "file", file_data: dataUrl(part.mediaType, part.data) };
  }
}
