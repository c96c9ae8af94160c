import type { Capabilities, LanguageModel, ResilientOptions } from "@cultivar/core";
import { priceOf } from "../prices/prices.ts";
import type { CommonOptions } from "../shared/model-settings.ts";
import { environment, requireKey } from "../shared/model-settings.ts";
import { openAiModel } from "./openai-model.ts";

export interface OpenAiOptions extends CommonOptions {
  /** Default: the environment's OPENAI_API_KEY, read at the first call. */
  readonly apiKey?: string;
  /** Default: the environment's OPENAI_BASE_URL, else https://api.openai.com/v1. */
  readonly baseURL?: string;
  /** Default: `responses` at api.openai.com, `chat` elsewhere. Another than that is part of a reply's identity. */
  readonly api?: "responses" | "chat";
  /** Retries, deadlines and rates; false for none at all. */
  readonly resilience?: ResilientOptions | false;
}

const home = "https://api.openai.com/v1";

/**
 * A model of OpenAI, over the `openai` SDK (an optional peer, loaded at the first call). Structured output is held to
 * its schema in strict mode where the schema allows it. The key is looked for at the first call, which rejects with
 * `auth` when there is none. Price: from the table, for OpenAI's own host only. Throws `config` for a bad base URL.
 */
export function openai(modelId: string, options: OpenAiOptions = {}): LanguageModel {
  const baseURL = options.baseURL ?? environment("OPENAI_BASE_URL") ?? home;
  const atHome = URL.canParse(baseURL) && new URL(baseURL).host === new URL(home).host;
  const reasons = isReasoningModel(modelId);
  const usualApi = atHome ? "responses" : "chat";
  return openAiModel({
    provider: "openai",
    modelId,
    baseURL,
    api: options.api ?? usualApi,
    usualApi,
    apiKey: () => requireKey(options.apiKey, "OPENAI_API_KEY", `openai/${modelId}`),
    keyName: "OPENAI_API_KEY or the apiKey option",
    capabilities: { usual: capabilitiesOf(reasons), said: options.capabilities },
    price: options.price ?? (atHome ? priceOf("openai", modelId) : undefined),
    wire: { maxTokensField: "max_completion_tokens", takesStop: !reasons, strictTools: true },
    account: atHome,
    extra: options.extra,
    sampleHeader: options.sampleHeader ?? false,
    resilience: options.resilience,
  });
}

/** The o-series and GPT from 5 on reason before they answer; they refuse sampling settings and stop sequences. */
export function isReasoningModel(modelId: string): boolean {
  const name = modelId.replace(/^ft:/, "");
  return /^o\d/.test(name) || (/^gpt-(?:[5-9]|\d\d)/.test(name) && !name.includes("-chat"));
}

function capabilitiesOf(reasons: boolean): Capabilities {
  return {
    structuredOutput: true,
    tools: true,
    sampling: reasons ? [] : ["temperature", "topP"],
    // Reasoning tokens count as output, so those models need room beyond the answer.
    maxOutputTokens: reasons ? 16_384 : 4096,
  };
}
