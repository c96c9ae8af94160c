import type { Capabilities, JsonSchema, Message, Part, Request } from "@cultivar/core";
import { textOf } from "@cultivar/core";
import type {
  ContentBlockParam,
  MessageCreateParamsNonStreaming,
  MessageParam,
  TextBlockParam,
  Tool,
} from "@anthropic-ai/sdk/resources/messages";
import { takenSettings } from "../shared/model-settings.ts";
import type { StrictSchema } from "../shared/strict-schema.ts";

export interface MessagesModel {
  readonly modelId: string;
  readonly capabilities: Capabilities;
  readonly compile: (schema: JsonSchema) => StrictSchema;
  readonly extra: Readonly<Record<string, unknown>>;
}

export interface SentMessages {
  readonly body: MessageCreateParamsNonStreaming;
  readonly warnings: readonly string[];
  readonly output: StrictSchema | undefined;
}

/**
 * A request as a Messages API body. System messages at the start become `system`; later ones go as user text, since the
 * API has no place for them in between. The message flagged `cacheBreakpoint` ends the cached prefix.
 */
export function messagesRequest(request: Request, model: MessagesModel): SentMessages {
  const warnings = [...takenSettings(request, model).warnings];
  const firstTurn = request.messages.findIndex((message) => message.role !== "system");
  const lead = firstTurn === -1 ? request.messages : request.messages.slice(0, firstTurn);
  const system = lead.flatMap((message) => marked(textBlocks(message), message));
  const tools = model.capabilities.tools ? (request.tools ?? []) : [];
  if (tools.length < (request.tools?.length ?? 0))
    warnings.push(`tools were dropped: ${model.modelId} has no tool calls`);
  const output = outputOf(request, model, warnings);
  const { output_config: config, ...extra } = model.extra;
  const outputConfig = {
    ...(output !== undefined && {
      format: { type: "json_schema" as const, schema: output.schema as Record<string, unknown> },
    }),
    ...(config as object | undefined),
  };
  const body: MessageCreateParamsNonStreaming = {
    model: model.modelId,
    max_tokens: request.maxTokens ?? model.capabilities.maxOutputTokens,
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, parameters }) => ({
        name,
        description,
        input_schema: parameters as Tool.InputSchema,
      })),
      tool_choice: { type: request.toolChoice === "required" ? "any" : (request.toolChoice ?? "auto") },
    }),
    ...(system.length > 0 && { system }),
    messages: turns(firstTurn === -1 ? [] : request.messages.slice(firstTurn)),
    ...(request.stop !== undefined && request.stop.length > 0 && { stop_sequences: [...request.stop] }),
    ...(Object.keys(outputConfig).length > 0 && { output_config: outputConfig }),
    ...extra,
  };
  return { body, warnings, output };
}

/** The API refuses schemas that it cannot hold a reply to, so such a one is dropped, and said. */
function outputOf(request: Request, model: MessagesModel, warnings: string[]): StrictSchema | undefined {
  if (request.output === undefined) return undefined;
  if (!model.capabilities.structuredOutput) {
    warnings.push(`output schema was dropped: ${model.modelId} has no structured output`);
    return undefined;
  }
  const schema = model.compile(request.output.schema);
  if (schema.strict) return schema;
  warnings.push(
    "output schema was dropped: it has parts (a record, a tuple, allOf or any) that this API cannot hold a reply to",
  );
  return undefined;
}

/** The API wants turns to alternate, and the answers to parallel tool calls together in one: neighbours are merged. */
function turns(messages: readonly Message[]): MessageParam[] {
  const merged: { role: "user" | "assistant"; content: ContentBlockParam[] }[] = [];
  for (const message of messages) {
    const role = message.role === "assistant" ? "assistant" : "user";
    const content = marked(blocks(message), message);
    const last = merged.at(-1);
    if (last?.role === role) last.content.push(...content);
    else merged.push({ role, content });
  }
  return merged;
}

function blocks(message: Message): ContentBlockParam[] {
  if (message.role === "tool") {
    return [{ type: "tool_result", tool_use_id: message.toolCallId ?? "", content: textOf(message) }];
  }
  const calls = (message.toolCalls ?? []).map((call) => ({
    type: "tool_use" as const,
    id: call.id,
    name: call.name,
    // Arguments that never parsed cannot be sent as they were: the API takes objects only.
    input: typeof call.arguments === "object" && call.arguments !== null ? call.arguments : { text: call.arguments },
  }));
  return [...message.content.filter((part) => part.type !== "text" || part.text !== "").map(block), ...calls];
}

function textBlocks(message: Message): TextBlockParam[] {
  const text = textOf(message);
  return text === "" ? [] : [{ type: "text", text }];
}

function block(part: Part): ContentBlockParam {
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text };
    case "image":
      return {
        type: "image",
        source:
          part.url === undefined
            ? { type: "base64", media_type: part.mediaType as "image/png", data: part.data ?? "" }
            : { type: "url", url: part.url },
      };
    case "file":
      return {
        type: "document",
        source: { type: "base64", media_type: part.mediaType as "application/pdf", data: part.data },
        ...(part.name !== undefined && { title: part.name }),
      };
  }
}

/** Puts the cache breakpoint on the last block of a flagged message. */
function marked<B extends ContentBlockParam>(content: B[], message: Message): B[] {
  const last = content.at(-1);
  if (message.cacheBreakpoint !== true || last === undefined) return content;
  return [...content.slice(0, -1), { ...last, cache_control: { type: "ephemeral" } }];
}
