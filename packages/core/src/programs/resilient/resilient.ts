import { contentHash } from "../../ground/hash.ts";
import type { LanguageModel, Request, Response } from "../../values/language-model.ts";
import { textOf } from "../../values/language-model.ts";
import type { Attempts, ResilientOptions } from "./resilience.ts";
import { resilience } from "./resilience.ts";

/**
 * Wraps a model with retries, per-attempt deadlines, an adaptive limit on calls in flight and optional rates per minute
 * (see {@link resilience}). The state belongs to the returned object: share that object to share the limits. The
 * wrapped model itself must not retry; `attempts` says what else is known of it. Throws `config` errors for options out of range.
 */
export function resilient(lm: LanguageModel, options: ResilientOptions = {}, attempts: Attempts = {}): LanguageModel {
  const run = resilience(`${lm.provider}/${lm.modelId}`, options, attempts);
  return {
    provider: lm.provider,
    modelId: lm.modelId,
    capabilities: lm.capabilities,
    ...(lm.price !== undefined && { price: lm.price }),
    ...(lm.endpoint !== undefined && { endpoint: lm.endpoint }),
    generate: (request, call) =>
      run(
        {
          attempt: (signal) => lm.generate(request, signal === undefined ? undefined : { signal }),
          hash: () => contentHash(request),
          estimatedTokens: () => estimateTokens(request, lm.capabilities.maxOutputTokens),
          usedTokens,
        },
        call,
      ),
  };
}

/** A rough count before sending: four characters a token, plus the most that the reply may take. */
function estimateTokens(request: Request, maxOutputTokens: number): number {
  let characters = 0;
  for (const message of request.messages) characters += textOf(message).length;
  return Math.ceil(characters / 4) + (request.maxTokens ?? maxOutputTokens);
}

function usedTokens({ usage }: Response): number | undefined {
  return usage.inputTokens === undefined || usage.outputTokens === undefined
    ? undefined
    : usage.inputTokens + usage.outputTokens;
}
