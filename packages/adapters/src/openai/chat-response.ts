import type { Response, ToolCall } from "@cultivar/core";
import type { HttpFailure } from "../shared/http-failure.ts";
import { asRecord, asText, unreadable } from "../shared/http-failure.ts";
import { structuredReply, toolArguments } from "../shared/structured-reply.ts";
import { chatFinishReason } from "./map-finish-reason.ts";
import { errorInBody } from "./map-error.ts";
import { chatUsage } from "./map-usage.ts";
import type { WireRequest } from "./wire-model.ts";

/**
 * Reads a chat completion that arrived with status 200. Gateways commit that status before the model behind them has
 * run, so everything short of a reply is told as a failure: an error in the body or the choice, no choices, no content.
 */
export function chatResponse(
  body: unknown,
  sent: Pick<WireRequest<unknown>, "output" | "tools" | "warnings">,
): Response | HttpFailure {
  const record = asRecord(body);
  if (record === undefined) return unreadable(`the body is no JSON object: ${excerpt(body)}`);
  const inBody = errorInBody(record["error"]);
  if (inBody !== undefined) return inBody;
  const choices: unknown = record["choices"];
  const choice = Array.isArray(choices) ? asRecord(choices[0]) : undefined;
  if (choice === undefined) return unreadable("the reply holds no choices");
  const reason: unknown = choice["finish_reason"];
  if (reason === "error" || asRecord(choice["error"]) !== undefined) {
    return errorInBody(choice["error"]) ?? unreadable(`the reply stopped with finish_reason "error"`);
  }
  const message = asRecord(choice["message"]);
  if (message === undefined) return unreadable("the reply holds no message");
  const toolCalls = toolCallsOf(message["tool_calls"], sent);
  const refusal = asText(message["refusal"]) || undefined;
  const content = contentText(message["content"]);
  const cut = reason === "length" || reason === "content_filter" || reason === "max_tokens";
  if (content === undefined && toolCalls === undefined && refusal === undefined && !cut) {
    return unreadable("the reply's content is null, without tool calls or a refusal");
  }
  const finishReason = chatFinishReason(reason, { toolCalls: toolCalls !== undefined, refusal: refusal !== undefined });
  const modelId = asText(record["model"]);
  return {
    ...structuredReply(refusal ?? content ?? "", finishReason === "stop" ? sent.output : undefined),
    ...(toolCalls !== undefined && { toolCalls }),
    usage: chatUsage(record["usage"]),
    finishReason,
    warnings: sent.warnings,
    ...(modelId !== undefined && { modelId }),
  };
}

/** Content is a string, or (at some servers) a list of text parts. */
function contentText(content: unknown): string | undefined {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return undefined;
  const texts = content.map((part) => asText(asRecord(part)?.["text"])).filter((text) => text !== undefined);
  return texts.length > 0 ? texts.join("") : undefined;
}

function toolCallsOf(calls: unknown, sent: Pick<WireRequest<unknown>, "tools">): readonly ToolCall[] | undefined {
  if (!Array.isArray(calls) || calls.length === 0) return undefined;
  return calls.map((call: unknown, at) => {
    const told = asRecord(asRecord(call)?.["function"]);
    const name = asText(told?.["name"]) ?? "";
    return {
      id: asText(asRecord(call)?.["id"]) || `call_${at}`,
      name,
      arguments: toolArguments(told?.["arguments"], sent.tools.get(name)),
    };
  });
}

/** The beginning of a body that is no reply, for a message. */
export function excerpt(body: unknown): string {
  if (body === undefined || body === null || body === "") return "it is empty";
  return JSON.stringify(body).slice(0, 120);
}
