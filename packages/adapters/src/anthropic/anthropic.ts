import type { Capabilities, LanguageModel, Request, ResilientOptions, Response } from "@cultivar/core";
import { resilient } from "@cultivar/core";
import { priceOf } from "../prices/prices.ts";
import type { Asked, HttpFailure } from "../shared/http-failure.ts";
import { httpError } from "../shared/http-failure.ts";
import { loadPackage, once } from "../shared/load-package.ts";
import type { CommonOptions } from "../shared/model-settings.ts";
import { clockOf, endpointOf, environment, requireKey, sdkTimeoutMs } from "../shared/model-settings.ts";
import { anthropicDialect } from "../shared/strict-schema.ts";
import { schemaCompiler } from "../shared/structured-reply.ts";
import { anthropicFailure } from "./map-error.ts";
import type { MessagesModel } from "./messages-request.ts";
import { messagesRequest } from "./messages-request.ts";
import { messagesResponse } from "./messages-response.ts";

export interface AnthropicOptions extends CommonOptions {
  /** Default: the environment's ANTHROPIC_API_KEY, read at the first call. */
  readonly apiKey?: string;
  /** Default: the environment's ANTHROPIC_BASE_URL, else https://api.anthropic.com. */
  readonly baseURL?: string;
  /** Retries, deadlines and rates; false for none at all. */
  readonly resilience?: ResilientOptions | false;
}

const home = "https://api.anthropic.com";

// Thinking counts as output, so there must be room beyond the answer.
const usualCapabilities: Capabilities = { structuredOutput: true, tools: true, sampling: [], maxOutputTokens: 16_384 };

/**
 * A model of Anthropic, over `@anthropic-ai/sdk` (an optional peer, loaded at the first call). The API takes no sampling
 * settings: they are dropped with a warning. The key is looked for at the first call, which rejects with `auth` when
 * there is none. Price: from the table, for Anthropic's own host only. Throws `config` for a bad base URL.
 */
export function anthropic(modelId: string, options: AnthropicOptions = {}): LanguageModel {
  const where = `anthropic/${modelId}`;
  const baseURL = options.baseURL ?? environment("ANTHROPIC_BASE_URL") ?? home;
  const endpoint = endpointOf(baseURL, where, {
    extra: options.extra,
    capabilities: { usual: usualCapabilities, said: options.capabilities },
  });
  const price =
    options.price ?? (new URL(baseURL).host === new URL(home).host ? priceOf("anthropic", modelId) : undefined);
  const model: MessagesModel = {
    modelId,
    capabilities: { ...usualCapabilities, ...options.capabilities },
    compile: schemaCompiler(anthropicDialect),
    extra: options.extra ?? {},
  };
  const client = once(async () => {
    const apiKey = requireKey(options.apiKey, "ANTHROPIC_API_KEY", where);
    const { default: Anthropic } = await loadPackage("@anthropic-ai/sdk", where, () => import("@anthropic-ai/sdk"));
    const sdk = new Anthropic({
      apiKey,
      baseURL,
      maxRetries: 0,
      timeout: sdkTimeoutMs(options.resilience),
      logLevel: "off",
    });
    const keyName = "ANTHROPIC_API_KEY or the apiKey option";
    return { sdk, asked: { where, endpoint, keyName, secrets: [apiKey] } satisfies Asked };
  });

  const clock = clockOf(options.resilience);

  const attempt = async (request: Request, signal: AbortSignal | undefined): Promise<Response> => {
    const { sdk, asked } = await client();
    const sent = messagesRequest(request, model);
    let reply: Response | HttpFailure;
    try {
      const body: unknown = await sdk.messages.create(sent.body, {
        ...(signal !== undefined && { signal }),
        ...(options.sampleHeader === true && { headers: { "x-sample-index": String(request.sample ?? 0) } }),
      });
      reply = messagesResponse(body, sent);
    } catch (thrown) {
      reply = anthropicFailure(thrown);
    }
    if ("kind" in reply) throw httpError(reply, asked, clock.wall());
    return reply;
  };

  const lm: LanguageModel = {
    provider: "anthropic",
    modelId,
    capabilities: model.capabilities,
    endpoint,
    ...(price !== undefined && { price }),
    generate: (request, call) => attempt(request, call?.signal),
  };
  return options.resilience === false ? lm : resilient(lm, options.resilience);
}
