import type { JsonSchema, Message, Response, ToolCall, ToolSpec } from "@cultivar/core";
import type { Body, ServerEvent, Wire, WireCall } from "./wire.ts";
import {
  argumentsOf,
  BadRequest,
  bodiesOf,
  isBody,
  modelOf,
  partsOf,
  piecesOf,
  requestOf,
  stringOr,
  textOfParts,
  tokensOf,
} from "./wire.ts";

/** One message may hold text, tool calls and tool results; results become messages of their own. */
function messagesOf(message: Body): readonly Message[] {
  const role = message["role"];
  if (role === "system") return [{ role, content: partsOf(message["content"], "messages.content") }];
  if (role !== "user" && role !== "assistant") throw new BadRequest(`messages.role: got ${JSON.stringify(role)}`);
  const content = message["content"];
  if (!Array.isArray(content)) return [{ role, content: partsOf(content, "messages.content") }];
  const blocks = bodiesOf(content, "messages.content");
  const results = blocks
    .filter((block) => block["type"] === "tool_result")
    .map((block): Message => ({
      role: "tool",
      content: [{ type: "text", text: textOfParts(block["content"], "messages.content.content") }],
      toolCallId: String(block["tool_use_id"]),
    }));
  const calls = blocks
    .filter((block) => block["type"] === "tool_use")
    .map((block): ToolCall => ({ id: String(block["id"]), name: String(block["name"]), arguments: block["input"] }));
  const texts = partsOf(content, "messages.content");
  const own: Message = { role, content: texts, ...(calls.length > 0 && { toolCalls: calls }) };
  return [...results, ...(texts.length > 0 || calls.length > 0 ? [own] : [])];
}

function toolsOf(body: Body): readonly ToolSpec[] {
  return bodiesOf(body["tools"] ?? [], "tools").map((tool) => ({
    name: String(tool["name"]),
    description: stringOr(tool["description"], ""),
    parameters: (isBody(tool["input_schema"]) ? tool["input_schema"] : {}) as JsonSchema,
  }));
}

function outputOf(body: Body): { name: string; schema: JsonSchema } | undefined {
  const config = body["output_config"];
  const format = isBody(config) ? config["format"] : body["output_format"];
  if (!isBody(format) || format["type"] !== "json_schema") return undefined;
  if (!isBody(format["schema"])) throw new BadRequest("output_config.format.schema: expected an object");
  return { name: "output", schema: format["schema"] };
}

function forcedOf(choice: unknown, tools: readonly ToolSpec[]): string | undefined {
  if (!isBody(choice)) return undefined;
  if (choice["type"] === "tool") return String(choice["name"]);
  return choice["type"] === "any" && tools.length === 1 ? tools[0]!.name : undefined;
}

function blockOf(id: string, call: WireCall, text: string): Readonly<Record<string, unknown>> {
  if (call.forcedTool === undefined) return { type: "text", text, citations: null };
  return { type: "tool_use", id: `toolu_${id}`, name: call.forcedTool, input: argumentsOf(text) };
}

function stopOf(call: WireCall, response: Response): string {
  if (response.finishReason === "length") return "max_tokens";
  return call.forcedTool === undefined ? "end_turn" : "tool_use";
}

function whole(id: string, call: WireCall, responses: readonly Response[]): Readonly<Record<string, unknown>> {
  const response = responses[0]!;
  const { input, output } = tokensOf(responses);
  return {
    id: `msg_${id}`,
    type: "message",
    role: "assistant",
    model: call.model,
    content: [blockOf(id, call, response.text)],
    stop_reason: stopOf(call, response),
    stop_sequence: null,
    usage: { input_tokens: input, output_tokens: output, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
  };
}

const errorTypes: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  529: "overloaded_error",
};

/** Anthropic messages. */
export const anthropicMessages: Wire = {
  path: "/v1/messages",
  read(body) {
    const system = textOfParts(body["system"], "system");
    const head: readonly Message[] =
      system === "" ? [] : [{ role: "system", content: [{ type: "text", text: system }] }];
    const tools = toolsOf(body);
    return {
      model: modelOf(body),
      stream: body["stream"] === true,
      streamsUsage: true,
      count: 1,
      ...requestOf({
        messages: [...head, ...bodiesOf(body["messages"], "messages").flatMap(messagesOf)],
        tools,
        forced: forcedOf(body["tool_choice"], tools),
        output: outputOf(body),
        maxTokens: body["max_tokens"],
      }),
    };
  },
  reply: whole,
  events(id, call, responses) {
    const done = whole(id, call, responses);
    const text = responses[0]!.text;
    const block = blockOf(id, call, text);
    const isTool = call.forcedTool !== undefined;
    const events: readonly Readonly<Record<string, unknown>>[] = [
      { type: "message_start", message: { ...done, content: [], stop_reason: null } },
      {
        type: "content_block_start",
        index: 0,
        content_block: isTool ? { ...block, input: {} } : { ...block, text: "" },
      },
      ...piecesOf(text).map((piece) => ({
        type: "content_block_delta",
        index: 0,
        delta: isTool ? { type: "input_json_delta", partial_json: piece } : { type: "text_delta", text: piece },
      })),
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: done["stop_reason"], stop_sequence: null }, usage: done["usage"] },
      { type: "message_stop" },
    ];
    return events.map((data): ServerEvent => ({ event: String(data["type"]), data }));
  },
  error: (status, message) => ({
    type: "error",
    error: { type: errorTypes[status] ?? "api_error", message },
    request_id: null,
  }),
};
