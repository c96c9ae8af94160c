import type { JsonSchema, Message, Response, ToolCall, ToolSpec } from "@cultivar/core";
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
  tokensOf,
} from "./wire.ts";

function messageOf(message: Body): Message {
  const role = message["role"];
  const content = partsOf(message["content"], "messages.content");
  if (role === "system" || role === "developer") return { role: "system", content };
  if (role === "user") return { role, content };
  if (role === "tool") return { role, content, toolCallId: String(message["tool_call_id"]) };
  if (role !== "assistant") throw new BadRequest(`messages.role: got ${JSON.stringify(role)}`);
  const calls = bodiesOf(message["tool_calls"] ?? [], "messages.tool_calls").map((call): ToolCall => {
    const fn = isBody(call["function"]) ? call["function"] : {};
    return { id: String(call["id"]), name: String(fn["name"]), arguments: argumentsOf(fn["arguments"]) };
  });
  return { role, content, ...(calls.length > 0 && { toolCalls: calls }) };
}

function toolsOf(body: Body): readonly ToolSpec[] {
  return bodiesOf(body["tools"] ?? [], "tools").flatMap((tool) => {
    const fn = tool["function"];
    if (!isBody(fn)) return [];
    const parameters = (isBody(fn["parameters"]) ? fn["parameters"] : {}) as JsonSchema;
    return [{ name: String(fn["name"]), description: stringOr(fn["description"], ""), parameters }];
  });
}

function forcedOf(choice: unknown, tools: readonly ToolSpec[]): string | undefined {
  if (choice === "required" && tools.length === 1) return tools[0]!.name;
  return isBody(choice) && isBody(choice["function"]) ? String(choice["function"]["name"]) : undefined;
}

function outputOf(format: unknown): { name: string; schema: JsonSchema } | undefined {
  if (!isBody(format) || format["type"] !== "json_schema") return undefined;
  const given = format["json_schema"];
  if (!isBody(given) || !isBody(given["schema"]))
    throw new BadRequest("response_format.json_schema.schema: expected an object");
  return { name: stringOr(given["name"], "output"), schema: given["schema"] };
}

const finish = (response: Response): string => (response.finishReason === "length" ? "length" : "stop");

function usage(responses: readonly Response[]): unknown {
  const { input, output } = tokensOf(responses);
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

function toolCalls(id: string, call: WireCall, text: string): readonly unknown[] {
  return [{ id: `call_${id}`, type: "function", function: { name: call.forcedTool, arguments: text } }];
}

/** OpenAI chat completions. */
export const openaiChat: Wire = {
  path: "/v1/chat/completions",
  read(body) {
    const tools = toolsOf(body);
    const count = body["n"] ?? 1;
    if (typeof count !== "number" || !Number.isInteger(count) || count < 1)
      throw new BadRequest(`n: expected a whole number from 1`);
    const options = body["stream_options"];
    return {
      model: modelOf(body),
      stream: body["stream"] === true,
      streamsUsage: isBody(options) && options["include_usage"] === true,
      count,
      ...requestOf({
        messages: bodiesOf(body["messages"], "messages").map(messageOf),
        tools,
        forced: forcedOf(body["tool_choice"], tools),
        output: outputOf(body["response_format"]),
        maxTokens: body["max_completion_tokens"] ?? body["max_tokens"],
      }),
    };
  },
  reply: (id, call, responses) => ({
    id: `chatcmpl-${id}`,
    object: "chat.completion",
    created,
    model: call.model,
    choices: responses.map((response, index) => ({
      index,
      message:
        call.forcedTool === undefined
          ? { role: "assistant", content: response.text, refusal: null }
          : {
              role: "assistant",
              content: null,
              refusal: null,
              tool_calls: toolCalls(`${id}${index}`, call, response.text),
            },
      logprobs: null,
      finish_reason: finish(response),
    })),
    usage: usage(responses),
  }),
  events(id, call, responses) {
    const chunk = (choices: readonly unknown[], more: object = {}): ServerEvent => ({
      data: { id: `chatcmpl-${id}`, object: "chat.completion.chunk", created, model: call.model, choices, ...more },
    });
    const parts = responses.flatMap((response, index) => [
      chunk([{ index, delta: { role: "assistant", content: "" }, finish_reason: null }]),
      ...(call.forcedTool === undefined
        ? piecesOf(response.text).map((content) => chunk([{ index, delta: { content }, finish_reason: null }]))
        : [
            chunk([
              {
                index,
                delta: {
                  tool_calls: [{ index: 0, ...(toolCalls(`${id}${index}`, call, response.text)[0] as object) }],
                },
                finish_reason: null,
              },
            ]),
          ]),
      chunk([{ index, delta: {}, finish_reason: finish(response) }]),
    ]);
    return [...parts, ...(call.streamsUsage ? [chunk([], { usage: usage(responses) })] : []), { data: "[DONE]" }];
  },
  error: openaiError,
};
