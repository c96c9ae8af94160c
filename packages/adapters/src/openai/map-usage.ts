import type { Usage } from "@cultivar/core";
import { asCount, asRecord } from "../shared/http-failure.ts";

/** Tokens of a chat completion; cached and reasoning tokens are parts of the input and output counts. */
export function chatUsage(usage: unknown): Usage {
  const counts = asRecord(usage);
  const input = asRecord(counts?.["prompt_tokens_details"]);
  return defined({
    inputTokens: asCount(counts?.["prompt_tokens"]),
    outputTokens: asCount(counts?.["completion_tokens"]),
    cachedInputTokens: asCount(input?.["cached_tokens"]),
    cacheWriteTokens: asCount(input?.["cache_write_tokens"]),
    reasoningTokens: asCount(asRecord(counts?.["completion_tokens_details"])?.["reasoning_tokens"]),
  });
}

/** Tokens of a response of the Responses API. */
export function responsesUsage(usage: unknown): Usage {
  const counts = asRecord(usage);
  const input = asRecord(counts?.["input_tokens_details"]);
  return defined({
    inputTokens: asCount(counts?.["input_tokens"]),
    outputTokens: asCount(counts?.["output_tokens"]),
    cachedInputTokens: asCount(input?.["cached_tokens"]),
    cacheWriteTokens: asCount(input?.["cache_write_tokens"]),
    reasoningTokens: asCount(asRecord(counts?.["output_tokens_details"])?.["reasoning_tokens"]),
  });
}

function defined(counts: { readonly [K in keyof Usage]: Usage[K] | undefined }): Usage {
  const known: { -readonly [K in keyof Usage]: Usage[K] } = {};
  for (const name in counts) {
    const count = counts[name as keyof Usage];
    if (count !== undefined) known[name as keyof Usage] = count;
  }
  return known;
}
