import type { JsonSchema, Message, Response, ToolSpec } from "@cultivar/core";
import { openaiError } from "./openai-error.ts";
import type { Body, ServerEvent, Wire, WireCall } from "./wire.ts";
import {
  argumentsOf,
  BadRequest,
  bodiesOf,
  created,
  isBody,
  modelOf,
  partsOf,
  piecesOf,
  requestOf,
  stringOr,
  textOfParts,
  tokensOf,
} from "./wire.ts";

function messageOf(item: Body): readonly Message[] {
  if (item["type"] === "function_call") {
    const call = { id: String(item["call_id"]), name: String(item["name"]), arguments: argumentsOf(item["arguments"]) };
    return [{ role: "assistant", content: [], toolCalls: [call] }];
  }
  if (item["type"] === "function_call_output") {
    const text = typeof item["output"] === "string" ? item["output"] : textOfParts(item["output"], "input.output");
    return [{ role: "tool", content: [{ type: "text", text }], toolCallId: String(item["call_id"]) }];
  }
  if (item["type"] !== undefined && item["type"] !== "message") return [];
  const role = item["role"] === "developer" ? "system" : item["role"];
  if (role !== "system" && role !== "user" && role !== "assistant")
    throw new BadRequest(`input.role: got ${JSON.stringify(role)}`);
  return [{ role, content: partsOf(item["content"], "input.content") }];
}

function messagesOf(body: Body): readonly Message[] {
  const system = typeof body["instructions"] === "string" ? body["instructions"] : "";
  const head: readonly Message[] = system === "" ? [] : [{ role: "system", content: [{ type: "text", text: system }] }];
  const input = body["input"];
  if (typeof input === "string") return [...head, { role: "user", content: [{ type: "text", text: input }] }];
  return [...head, ...bodiesOf(input, "input").flatMap(messageOf)];
}

function toolsOf(body: Body): readonly ToolSpec[] {
  return bodiesOf(body["tools"] ?? [], "tools")
    .filter((tool) => tool["type"] === "function")
    .map((tool) => ({
      name: String(tool["name"]),
      description: stringOr(tool["description"], ""),
      parameters: (isBody(tool["parameters"]) ? tool["parameters"] : {}) as JsonSchema,
    }));
}

function outputOf(text: unknown): { name: string; schema: JsonSchema } | undefined {
  const format = isBody(text) ? text["format"] : undefined;
  if (!isBody(format) || format["type"] !== "json_schema") return undefined;
  if (!isBody(format["schema"])) throw new BadRequest("text.format.schema: expected an object");
  return { name: stringOr(format["name"], "output"), schema: format["schema"] };
}

function itemOf(id: string, call: WireCall, text: string): Readonly<Record<string, unknown>> {
  if (call.forcedTool !== undefined)
    return {
      id: `fc_${id}`,
      type: "function_call",
      call_id: `call_${id}`,
      name: call.forcedTool,
      arguments: text,
      status: "completed",
    };
  const content = [{ type: "output_text", text, annotations: [], logprobs: [] }];
  return { id: `msg_${id}`, type: "message", role: "assistant", status: "completed", content };
}

function whole(id: string, call: WireCall, responses: readonly Response[]): Readonly<Record<string, unknown>> {
  const response = responses[0]!;
  const { input, output } = tokensOf(responses);
  const cut = response.finishReason === "length";
  return {
    id: `resp_${id}`,
    object: "response",
    created_at: created,
    status: cut ? "incomplete" : "completed",
    incomplete_details: cut ? { reason: "max_output_tokens" } : null,
    error: null,
    instructions: null,
    metadata: {},
    model: call.model,
    output: [itemOf(id, call, response.text)],
    parallel_tool_calls: false,
    temperature: null,
    tool_choice: "auto",
    tools: [],
    top_p: null,
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + output,
    },
  };
}

/** OpenAI responses. */
export const openaiResponses: Wire = {
  path: "/v1/responses",
  read(body) {
    const tools = toolsOf(body);
    const choice = body["tool_choice"];
    const named = isBody(choice) && choice["type"] === "function" ? String(choice["name"]) : undefined;
    return {
      model: modelOf(body),
      stream: body["stream"] === true,
      streamsUsage: true,
      count: 1,
      ...requestOf({
        messages: messagesOf(body),
        tools,
        forced: choice === "required" && tools.length === 1 ? tools[0]!.name : named,
        output: outputOf(body["text"]),
        maxTokens: body["max_output_tokens"],
      }),
    };
  },
  reply: whole,
  events(id, call, responses) {
    const done = whole(id, call, responses);
    const item = itemOf(id, call, responses[0]!.text);
    const at = { output_index: 0, item_id: item["id"] };
    const isTool = call.forcedTool !== undefined;
    const started = isTool
      ? { ...item, arguments: "", status: "in_progress" }
      : { ...item, content: [], status: "in_progress" };
    const name = isTool ? "response.function_call_arguments" : "response.output_text";
    const inPart = isTool ? at : { ...at, content_index: 0, logprobs: [] };
    const text = responses[0]!.text;
    const part = { type: "output_text", text, annotations: [], logprobs: [] };
    const events: readonly Readonly<Record<string, unknown>>[] = [
      { type: "response.created", response: { ...done, status: "in_progress", output: [], usage: null } },
      { type: "response.output_item.added", output_index: 0, item: started },
      ...(isTool
        ? []
        : [{ type: "response.content_part.added", ...at, content_index: 0, part: { ...part, text: "" } }]),
      ...piecesOf(text).map((delta) => ({ type: `${name}.delta`, ...inPart, delta })),
      { type: `${name}.done`, ...inPart, ...(isTool ? { arguments: text } : { text }) },
      ...(isTool ? [] : [{ type: "response.content_part.done", ...at, content_index: 0, part }]),
      { type: "response.output_item.done", output_index: 0, item },
      { type: done["status"] === "incomplete" ? "response.incomplete" : "response.completed", response: done },
    ];
    return events.map((data, i): ServerEvent => ({
      event: String(data["type"]),
      data: { ...data, sequence_number: i },
    }));
  },
  error: openaiError,
};
