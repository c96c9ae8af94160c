import type { FinishReason, Response, ToolCall, Usage } from "@cultivar/core";
import type { HttpFailure } from "../shared/http-failure.ts";
import { asCount, asRecord, asText, unreadable } from "../shared/http-failure.ts";
import { structuredReply, toolArguments } from "../shared/structured-reply.ts";
import type { SentCall } from "./call-options.ts";

/** Reads what `doGenerate` of any version returned. */
export function generateResult(result: unknown, sent: Pick<SentCall, "output" | "warnings">): Response | HttpFailure {
  const record = asRecord(result);
  const content: unknown = record?.["content"];
  if (record === undefined || !Array.isArray(content)) return unreadable("doGenerate returned no content");
  let text: string | undefined;
  const toolCalls: ToolCall[] = [];
  for (const part of content.map(asRecord)) {
    if (part?.["type"] === "text") text = (text ?? "") + (asText(part["text"]) ?? "");
    if (part?.["type"] === "tool-call") {
      toolCalls.push({
        id: asText(part["toolCallId"]) || `call_${toolCalls.length}`,
        name: asText(part["toolName"]) ?? "",
        arguments: toolArguments(part["input"], undefined),
      });
    }
  }
  text = asText(record["structuredOutputText"]) ?? text;
  const finishReason = aiSdkFinishReason(record["finishReason"], toolCalls.length > 0);
  if (finishReason === undefined) return unreadable("the reply stopped with an error or broke off");
  if (text === undefined && toolCalls.length === 0 && finishReason === "stop") {
    return unreadable("the reply holds neither text nor tool calls");
  }
  const modelId = asText(asRecord(record["response"])?.["modelId"]);
  return {
    ...structuredReply(text ?? "", finishReason === "stop" ? sent.output : undefined),
    ...(toolCalls.length > 0 && { toolCalls }),
    usage: aiSdkUsage(record["usage"]),
    finishReason,
    warnings: [...sent.warnings, ...aiSdkWarnings(record["warnings"])],
    ...(modelId !== undefined && { modelId }),
  };
}

const unified: ReadonlyMap<string, FinishReason> = new Map(
  Object.entries({
    stop: "stop",
    length: "length",
    "content-filter": "content-filter",
    "tool-calls": "tool-calls",
  }),
);

const raw: ReadonlyMap<string, FinishReason> = new Map(
  Object.entries({
    refusal: "refusal",
    pause_turn: "pause",
    model_context_window_exceeded: "context-overflow",
  }),
);

/** Why it stopped: a string in version 2, `{ unified, raw }` since. Undefined for an error, which is no reply. */
export function aiSdkFinishReason(reason: unknown, sawToolCalls: boolean): FinishReason | undefined {
  const record = asRecord(reason);
  const said = asText(reason) ?? asText(record?.["unified"]);
  if (said === "error" || said === "interrupted") return undefined;
  const provider = asText(record?.["raw"]);
  const exact = provider === undefined ? undefined : raw.get(provider);
  if (exact !== undefined) return exact;
  if (sawToolCalls && (said === "stop" || said === "other" || said === "unknown")) return "tool-calls";
  return (said === undefined ? undefined : unified.get(said)) ?? "other";
}

/** Tokens: flat counts in version 2, nested since. */
export function aiSdkUsage(usage: unknown): Usage {
  const counts = asRecord(usage);
  const input = asRecord(counts?.["inputTokens"]);
  const output = asRecord(counts?.["outputTokens"]);
  const told = {
    inputTokens: asCount(input?.["total"] ?? counts?.["inputTokens"]),
    outputTokens: asCount(output?.["total"] ?? counts?.["outputTokens"]),
    cachedInputTokens: asCount(input?.["cacheRead"] ?? counts?.["cachedInputTokens"]),
    cacheWriteTokens: asCount(input?.["cacheWrite"]),
    reasoningTokens: asCount(output?.["reasoning"] ?? counts?.["reasoningTokens"]),
  };
  return Object.fromEntries(Object.entries(told).filter(([, count]) => count !== undefined)) as Usage;
}

/** The provider's warnings in words; `unsupported-setting` is version 2's name for `unsupported`. */
export function aiSdkWarnings(warnings: unknown): readonly string[] {
  if (!Array.isArray(warnings)) return [];
  return warnings.map((warning: unknown) => {
    const told = asRecord(warning);
    const subject = asText(told?.["feature"]) ?? asText(told?.["setting"]) ?? "";
    const detail = asText(told?.["details"]) ?? asText(told?.["message"]) ?? "";
    const type = asText(told?.["type"]) ?? "warning";
    const head = type.startsWith("unsupported") ? `${subject} was dropped` : `${type} ${subject}`.trim();
    return detail === "" ? head : `${head}: ${detail}`;
  });
}
