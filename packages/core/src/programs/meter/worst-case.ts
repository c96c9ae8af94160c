import type { LanguageModel, Request } from "../../values/language-model.ts";
import { costUsd } from "../../values/language-model.ts";

/** The most that one call, or one report, can use. */
export interface Worst {
  readonly calls: number;
  readonly tokens: number;
  /** Undefined: the price is unknown. */
  readonly usd: number | undefined;
}

export const nothing: Worst = Object.freeze({ calls: 0, tokens: 0, usd: 0 });

const encoder = new TextEncoder();

/**
 * The most tokens and dollars one request can use. A token is at least one UTF-8 byte; providers wrap each message
 * (some 10 tokens) and add their own text for tools and schemas (some 350 tokens); an image by URL is taken as 2,000.
 */
export function worstOf(lm: LanguageModel, request: Request): Worst {
  let inputTokens = encoder.encode(JSON.stringify([request.messages, request.tools, request.output])).length;
  inputTokens += 16 * request.messages.length;
  if (request.tools !== undefined || request.output !== undefined) inputTokens += 512;
  for (const { content } of request.messages) {
    for (const part of content) if (part.type === "image" && part.url !== undefined) inputTokens += 2000;
  }
  const outputTokens = request.maxTokens ?? lm.capabilities.maxOutputTokens;
  return { calls: 1, tokens: inputTokens + outputTokens, usd: costUsd({ inputTokens, outputTokens }, dearest(lm)) };
}

/** A price at which caching cannot make input dearer than reserved (a cache write may cost more than plain input). */
function dearest(lm: LanguageModel): LanguageModel["price"] {
  const { price } = lm;
  if (price === undefined) return undefined;
  const { longPrompt } = price;
  const inputUsd = Math.max(price.inputUsd, price.cacheWriteUsd ?? 0);
  if (longPrompt === undefined) return { ...price, inputUsd };
  return {
    ...price,
    inputUsd,
    longPrompt: { ...longPrompt, inputUsd: Math.max(longPrompt.inputUsd, longPrompt.cacheWriteUsd ?? 0) },
  };
}

const pricedCall: Worst = Object.freeze({ calls: 1, tokens: 0, usd: 0 });
const unpricedCall: Worst = Object.freeze({ calls: 1, tokens: 0, usd: undefined });

/** One call, where no cap makes its size matter: measuring every prompt would be waste. */
export function unmeasured(lm: LanguageModel): Worst {
  return lm.price === undefined ? unpricedCall : pricedCall;
}
