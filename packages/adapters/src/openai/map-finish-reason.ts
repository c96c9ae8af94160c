import type { FinishReason } from "@cultivar/core";

const chatReasons: ReadonlyMap<string, FinishReason> = new Map(
  Object.entries({
    stop: "stop",
    // Names that other servers use for the same thing.
    eos: "stop",
    eos_token: "stop",
    end_turn: "stop",
    stop_sequence: "stop",
    length: "length",
    max_tokens: "length",
    tool_calls: "tool-calls",
    function_call: "tool-calls",
    content_filter: "content-filter",
    safety: "content-filter",
    refusal: "refusal",
    model_context_window_exceeded: "context-overflow",
  }),
);

/** Why a chat completion stopped. Some servers say `stop` beside tool calls: the calls win. */
export function chatFinishReason(
  reason: unknown,
  saw: { readonly toolCalls: boolean; readonly refusal: boolean },
): FinishReason {
  if (saw.refusal) return "refusal";
  const mapped = typeof reason === "string" ? chatReasons.get(reason.toLowerCase()) : undefined;
  if (saw.toolCalls && (mapped === "stop" || mapped === undefined)) return "tool-calls";
  // A reply with content and no reason at all is whole as far as anyone can tell.
  return mapped ?? (reason === null || reason === undefined ? "stop" : "other");
}

const incompleteReasons: ReadonlyMap<string, FinishReason> = new Map([
  ["max_output_tokens", "length"],
  ["content_filter", "content-filter"],
]);

/** Why a response of the Responses API stopped, from its status and `incomplete_details.reason`. */
export function responsesFinishReason(
  status: unknown,
  incomplete: unknown,
  saw: { readonly toolCalls: boolean; readonly refusal: boolean },
): FinishReason {
  if (saw.refusal) return "refusal";
  if (status === "incomplete") {
    return (typeof incomplete === "string" ? incompleteReasons.get(incomplete) : undefined) ?? "other";
  }
  return saw.toolCalls ? "tool-calls" : "stop";
}
