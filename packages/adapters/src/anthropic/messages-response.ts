import type { FinishReason, Response, ToolCall, Usage } from "@cultivar/core";
import type { HttpFailure } from "../shared/http-failure.ts";
import { asCount, asRecord, asText, unreadable } from "../shared/http-failure.ts";
import { structuredReply, toolArguments } from "../shared/structured-reply.ts";
import type { SentMessages } from "./messages-request.ts";

/** Reads a message that arrived with status 200; what is no message is told as a failure. Thinking is left out. */
export function messagesResponse(
  body: unknown,
  sent: Pick<SentMessages, "output" | "warnings">,
): Response | HttpFailure {
  const record = asRecord(body);
  if (record === undefined) {
    return unreadable(`the body is no JSON object: ${JSON.stringify(body)?.slice(0, 120) ?? "it is empty"}`);
  }
  if (record["type"] === "error" || asRecord(record["error"]) !== undefined) return errorInMessage(record["error"]);
  const content: unknown = record["content"];
  if (!Array.isArray(content)) return unreadable("the reply holds no content");
  const reason = asText(record["stop_reason"]);
  if (reason === undefined) return unreadable("the reply has no stop_reason");
  let text: string | undefined;
  const toolCalls: ToolCall[] = [];
  for (const part of content.map(asRecord)) {
    if (part?.["type"] === "text") text = (text ?? "") + (asText(part["text"]) ?? "");
    if (part?.["type"] === "tool_use") {
      toolCalls.push({
        id: asText(part["id"]) || `call_${toolCalls.length}`,
        name: asText(part["name"]) ?? "",
        arguments: toolArguments(part["input"], undefined),
      });
    }
  }
  // A stop sequence may come first of all; a turn that ended by itself without a word is a fault of the model's server.
  if (reason === "end_turn" && text === undefined && toolCalls.length === 0) {
    return unreadable("the reply holds neither text nor tool calls");
  }
  const finishReason = messagesFinishReason(reason);
  const modelId = asText(record["model"]);
  return {
    ...structuredReply(text ?? "", finishReason === "stop" ? sent.output : undefined),
    ...(toolCalls.length > 0 && { toolCalls }),
    usage: messagesUsage(record["usage"]),
    finishReason,
    warnings: sent.warnings,
    ...(modelId !== undefined && { modelId }),
  };
}

const reasons: ReadonlyMap<string, FinishReason> = new Map(
  Object.entries({
    end_turn: "stop",
    stop_sequence: "stop",
    tool_use: "tool-calls",
    max_tokens: "length",
    refusal: "refusal",
    pause_turn: "pause",
    model_context_window_exceeded: "context-overflow",
  }),
);

/** Why a message stopped. */
export function messagesFinishReason(reason: string): FinishReason {
  return reasons.get(reason) ?? "other";
}

/** Tokens of a message. The API counts cached tokens beside `input_tokens`; here they are part of the input. */
export function messagesUsage(usage: unknown): Usage {
  const counts = asRecord(usage);
  const fresh = asCount(counts?.["input_tokens"]);
  const cached = asCount(counts?.["cache_read_input_tokens"]);
  const written = asCount(counts?.["cache_creation_input_tokens"]);
  const output = asCount(counts?.["output_tokens"]);
  const thinking = asCount(asRecord(counts?.["output_tokens_details"])?.["thinking_tokens"]);
  return {
    ...(fresh !== undefined && { inputTokens: fresh + (cached ?? 0) + (written ?? 0) }),
    ...(output !== undefined && { outputTokens: output }),
    ...(cached !== undefined && { cachedInputTokens: cached }),
    ...(written !== undefined && { cacheWriteTokens: written }),
    ...(thinking !== undefined && { reasoningTokens: thinking }),
  };
}

function errorInMessage(error: unknown): HttpFailure {
  const told = asRecord(error);
  const type = asText(told?.["type"]);
  const message = asText(told?.["message"]) ?? "no message";
  if (type === "rate_limit_error") return { kind: "status", status: 429, type, message };
  return unreadable(`the server sent an error inside a 200: ${message}`);
}
