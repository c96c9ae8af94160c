import type { LanguageModel, ResilientOptions } from "@cultivar/core";
import { openAiModel } from "../openai/openai-model.ts";
import type { CommonOptions } from "../shared/model-settings.ts";
import { cleanKey } from "../shared/model-settings.ts";

export interface OpenAiCompatibleOptions extends CommonOptions {
  /** Up to and including `/v1`: `http://localhost:11434/v1`. */
  readonly baseURL: string;
  readonly modelId: string;
  /** Sent as a bearer token; without one no Authorization header is sent. */
  readonly apiKey?: string;
  /** The provider's name in reports and fingerprints. Default `openai-compatible`. */
  readonly name?: string;
  /** Retries, deadlines and rates; false for none at all. */
  readonly resilience?: ResilientOptions | false;
}

/**
 * A model behind any server of the chat completions format (Ollama, vLLM, llama.cpp, Together, OpenRouter, ...), over
 * the `openai` SDK. Assumed to take structured output, tools and sampling settings; say otherwise with `capabilities`.
 * The price is unknown unless given. Throws `config` for a bad base URL.
 */
export function openaiCompatible(options: OpenAiCompatibleOptions): LanguageModel {
  const provider = options.name ?? "openai-compatible";
  return openAiModel({
    provider,
    modelId: options.modelId,
    baseURL: options.baseURL,
    api: "chat",
    usualApi: "chat",
    apiKey: () => cleanKey(options.apiKey, `${provider}/${options.modelId}`),
    keyName: "the apiKey option",
    capabilities: {
      usual: { structuredOutput: true, tools: true, sampling: ["temperature", "topP"], maxOutputTokens: 4096 },
      said: options.capabilities,
    },
    price: options.price,
    wire: { maxTokensField: "max_tokens", takesStop: true, strictTools: false },
    account: false,
    extra: options.extra,
    sampleHeader: options.sampleHeader ?? false,
    resilience: options.resilience,
  });
}
