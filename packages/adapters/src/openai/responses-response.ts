import type { Response, ToolCall } from "@cultivar/core";
import type { HttpFailure } from "../shared/http-failure.ts";
import { asRecord, asText, unreadable } from "../shared/http-failure.ts";
import { structuredReply, toolArguments } from "../shared/structured-reply.ts";
import { excerpt } from "./chat-response.ts";
import { errorInBody } from "./map-error.ts";
import { responsesFinishReason } from "./map-finish-reason.ts";
import { responsesUsage } from "./map-usage.ts";
import type { WireRequest } from "./wire-model.ts";

/** Reads a reply of the Responses API that arrived with status 200; a failed or empty one is told as a failure. */
export function responsesResponse(
  body: unknown,
  sent: Pick<WireRequest<unknown>, "output" | "tools" | "warnings">,
): Response | HttpFailure {
  const record = asRecord(body);
  if (record === undefined) return unreadable(`the body is no JSON object: ${excerpt(body)}`);
  const status: unknown = record["status"];
  const failed = failureOf(record["error"], status);
  if (failed !== undefined) return failed;
  const items: unknown = record["output"];
  if (!Array.isArray(items)) return unreadable("the reply holds no output");
  let text: string | undefined;
  let refusal: string | undefined;
  const toolCalls: ToolCall[] = [];
  for (const item of items.map(asRecord)) {
    if (item?.["type"] === "function_call") {
      const name = asText(item["name"]) ?? "";
      toolCalls.push({
        id: asText(item["call_id"]) || `call_${toolCalls.length}`,
        name,
        arguments: toolArguments(item["arguments"], sent.tools.get(name)),
      });
    }
    const parts: unknown = item?.["type"] === "message" ? item["content"] : undefined;
    for (const part of Array.isArray(parts) ? parts.map(asRecord) : []) {
      if (part?.["type"] === "output_text") text = (text ?? "") + (asText(part["text"]) ?? "");
      if (part?.["type"] === "refusal") refusal = (refusal ?? "") + (asText(part["refusal"]) ?? "");
    }
  }
  if (text === undefined && refusal === undefined && toolCalls.length === 0 && status !== "incomplete") {
    return unreadable("the reply holds neither text, nor tool calls, nor a refusal");
  }
  const saw = { toolCalls: toolCalls.length > 0, refusal: refusal !== undefined };
  const finishReason = responsesFinishReason(status, asRecord(record["incomplete_details"])?.["reason"], saw);
  const modelId = asText(record["model"]);
  return {
    ...structuredReply(refusal ?? text ?? "", finishReason === "stop" ? sent.output : undefined),
    ...(toolCalls.length > 0 && { toolCalls }),
    usage: responsesUsage(record["usage"]),
    finishReason,
    warnings: sent.warnings,
    ...(modelId !== undefined && { modelId }),
  };
}

/** Error codes of a failed response that will fail again: the prompt or an attachment is to blame. */
const lasting: ReadonlySet<string> = new Set([
  "invalid_prompt",
  "bio_policy",
  "misalignment_policy_violation",
  "image_content_policy_violation",
]);

function failureOf(error: unknown, status: unknown): HttpFailure | undefined {
  const told = asRecord(error);
  const code = asText(told?.["code"]);
  if (told !== undefined && code !== undefined) {
    const message = asText(told["message"]) ?? code;
    if (lasting.has(code)) return { kind: "status", status: 400, message, type: "content_policy", code };
    if (/image|base64/.test(code)) return { kind: "status", status: 400, message, code };
  }
  if (error !== undefined && error !== null) return errorInBody(error);
  return status === undefined || status === "completed" || status === "incomplete"
    ? undefined
    : unreadable(`the response has status ${JSON.stringify(status)}`);
}
