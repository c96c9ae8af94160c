import type { Price } from "@cultivar/core";

/** Prices by `provider/modelId`, to extend or override the table. */
export type PriceTable = Readonly<Record<string, Price>>;

const row = (
  asOf: string,
  inputUsd: number,
  outputUsd: number,
  cachedInputUsd: number,
  cacheWriteUsd?: number,
): Price => ({
  inputUsd,
  outputUsd,
  cachedInputUsd,
  ...(cacheWriteUsd !== undefined && { cacheWriteUsd }),
  asOf,
});

/** The same row, dearer by these factors when the input has more than `aboveTokens` tokens. */
const longer = (price: Price, aboveTokens: number, input: number, output: number): Price => ({
  ...price,
  longPrompt: {
    aboveTokens,
    inputUsd: price.inputUsd * input,
    outputUsd: price.outputUsd * output,
    ...(price.cachedInputUsd !== undefined && { cachedInputUsd: price.cachedInputUsd * input }),
    ...(price.cacheWriteUsd !== undefined && { cacheWriteUsd: price.cacheWriteUsd * input }),
  },
});

/** GPT-5.4 and later: from 272,000 input tokens on, twice the input and one and a half times the output price. */
const gpt = (...of: Parameters<typeof row>): Price => longer(row(...of), 272_000, 2, 1.5);

/**
 * List prices of the first-party APIs: US dollars per million tokens, standard tier, five-minute cache writes. Each row
 * has the day on which its source gave it, so that a stale one can be seen; models whose sources disagreed are left out.
 * Long prompts have their own price where the provider has one; where it is not known for a small model of a family, the
 * family's rule is taken, so that a budget errs on the safe side.
 */
export const listPrices: PriceTable = {
  "anthropic/claude-fable-5-1": row("2026-10-10", 10, 50, 0.25, 12.5),
  "anthropic/claude-fable-5": row("2026-10-10", 10, 50, 1, 12.5),
  "anthropic/claude-opus-5-5": row("2026-10-10", 4, 20, 0.2, 5),
  "anthropic/claude-opus-5": row("2026-10-10", 5, 25, 0.5, 6.25),
  "anthropic/claude-opus-4-8": row("2026-10-10", 5, 25, 0.5, 6.25),
  "anthropic/claude-opus-4-7": row("2026-10-10", 5, 25, 0.5, 6.25),
  "anthropic/claude-opus-4-6": row("2026-10-10", 5, 25, 0.5, 6.25),
  "anthropic/claude-opus-4-5": row("2026-10-10", 5, 25, 0.5, 6.25),
  "anthropic/claude-sonnet-5-5": row("2026-10-24", 2, 10, 0.1, 2.5),
  "anthropic/claude-sonnet-5": row("2026-10-10", 2, 10, 0.2, 2.5),
  "anthropic/claude-sonnet-4-6": row("2026-10-10", 3, 15, 0.3, 3.75),
  "anthropic/claude-sonnet-4-5": row("2026-10-10", 3, 15, 0.3, 3.75),
  "anthropic/claude-haiku-5-5": longer(row("2026-10-24", 0.1, 0.5, 0.01, 0.125), 100_000, 5, 5),
  "anthropic/claude-haiku-4-5": row("2026-10-10", 1, 5, 0.1, 1.25),
  "openai/gpt-6-sol": gpt("2026-09-23", 2, 10, 0.2, 2.5),
  "openai/gpt-6-luna": gpt("2026-09-23", 0.1, 0.5, 0.01, 0.125),
  "openai/gpt-6-astra": gpt("2026-09-07", 10, 50, 1),
  "openai/gpt-5.6-terra": gpt("2026-09-07", 2, 12, 0.2),
  "openai/gpt-5.6-luna": gpt("2026-09-07", 0.2, 1.2, 0.02),
  "openai/gpt-5.5": gpt("2026-06-30", 5, 30, 0.5),
  "openai/gpt-5.4": gpt("2026-06-30", 2.5, 15, 0.25),
  "openai/gpt-5.4-mini": gpt("2026-06-30", 0.75, 4.5, 0.075),
  "openai/gpt-5.4-nano": gpt("2026-06-30", 0.2, 1.25, 0.02),
  "openai/gpt-4o-mini": row("2026-05-15", 0.15, 0.6, 0.075),
};

/**
 * The list price of a model, undefined when unknown: unknown is never free. `extra` goes before the table. A dated
 * snapshot (`gpt-5.4-mini-2026-03-17`, `claude-haiku-4-5-20251001`) has its model's price unless a row names it; no other
 * id is guessed, since `-pro` or `-fast` of a model costs several times as much.
 */
export function priceOf(provider: string, modelId: string, extra: PriceTable = {}): Price | undefined {
  for (const id of [modelId, modelId.replace(/-(?:\d{8}|\d{4}-\d\d-\d\d)$/, "")]) {
    const key = `${provider}/${id}`;
    for (const table of [extra, listPrices]) if (Object.hasOwn(table, key)) return table[key];
  }
  return undefined;
}
