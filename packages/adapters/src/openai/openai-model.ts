import type { LanguageModel, Price, Request, ResilientOptions, Response } from "@cultivar/core";
import { resilient } from "@cultivar/core";
import type { Asked, HttpFailure } from "../shared/http-failure.ts";
import { httpError } from "../shared/http-failure.ts";
import { loadPackage, once } from "../shared/load-package.ts";
import type { ReplySettings } from "../shared/model-settings.ts";
import { clockOf, endpointOf, sdkTimeoutMs } from "../shared/model-settings.ts";
import { openAiDialect } from "../shared/strict-schema.ts";
import { schemaCompiler } from "../shared/structured-reply.ts";
import { chatRequest } from "./chat-request.ts";
import { chatResponse } from "./chat-response.ts";
import { openAiFailure } from "./map-error.ts";
import { responsesRequest } from "./responses-request.ts";
import { responsesResponse } from "./responses-response.ts";
import type { WireModel } from "./wire-model.ts";

/** Everything that tells one server of the OpenAI wire formats from another. */
export interface OpenAiModelConfig {
  readonly provider: string;
  readonly modelId: string;
  readonly baseURL: string;
  readonly api: "responses" | "chat";
  /** The API that this server is asked by when its user does not say. */
  readonly usualApi: "responses" | "chat";
  /** The key, undefined where the server takes none. Called at first use; throws `auth` when one is needed. */
  readonly apiKey: () => string | undefined;
  readonly keyName: string;
  readonly capabilities: NonNullable<ReplySettings["capabilities"]>;
  readonly price: Price | undefined;
  readonly wire: Pick<WireModel, "maxTokensField" | "takesStop" | "strictTools">;
  /** OpenAI's own organization and project headers, from the environment; never sent to other servers. */
  readonly account: boolean;
  readonly extra: Readonly<Record<string, unknown>> | undefined;
  readonly sampleHeader: boolean;
  readonly resilience: ResilientOptions | false | undefined;
}

/** A language model over the `openai` SDK: pure mappers on both sides, and this one place that does I/O. */
export function openAiModel(config: OpenAiModelConfig): LanguageModel {
  const where = `${config.provider}/${config.modelId}`;
  const endpoint = endpointOf(config.baseURL, where, {
    extra: config.extra,
    capabilities: config.capabilities,
    ...(config.api !== config.usualApi && { api: config.api }),
  });
  const capabilities = { ...config.capabilities.usual, ...config.capabilities.said };
  const timeoutMs = sdkTimeoutMs(config.resilience);
  const client = once(async () => {
    const apiKey = config.apiKey();
    const { default: OpenAI } = await loadPackage("openai", where, () => import("openai"));
    const sdk = new OpenAI({
      apiKey: apiKey ?? "none",
      baseURL: config.baseURL,
      maxRetries: 0,
      timeout: timeoutMs,
      logLevel: "off",
      ...(!config.account && { organization: null, project: null }),
      ...(apiKey === undefined && { defaultHeaders: { Authorization: null } }),
    });
    return { sdk, asked: { where, endpoint, keyName: config.keyName, secrets: [apiKey] } satisfies Asked };
  });
  const wire: WireModel = {
    where,
    modelId: config.modelId,
    capabilities,
    ...config.wire,
    compile: schemaCompiler(openAiDialect),
    extra: config.extra ?? {},
  };

  const clock = clockOf(config.resilience);

  const attempt = async (request: Request, signal: AbortSignal | undefined): Promise<Response> => {
    const { sdk, asked } = await client();
    const options = {
      ...(signal !== undefined && { signal }),
      ...(config.sampleHeader && { headers: { "x-sample-index": String(request.sample ?? 0) } }),
    };
    let reply: Response | HttpFailure;
    try {
      if (config.api === "chat") {
        const sent = chatRequest(request, wire);
        reply = chatResponse(await sdk.chat.completions.create(sent.body, options), sent);
      } else {
        const sent = responsesRequest(request, wire);
        reply = responsesResponse(await sdk.responses.create(sent.body, options), sent);
      }
    } catch (thrown) {
      reply = openAiFailure(thrown);
    }
    if ("kind" in reply) throw httpError(reply, asked, clock.wall());
    return reply;
  };

  const lm: LanguageModel = {
    provider: config.provider,
    modelId: config.modelId,
    capabilities,
    endpoint,
    ...(config.price !== undefined && { price: config.price }),
    generate: (request, options) => attempt(request, options?.signal),
  };
  if (config.resilience === false) return lm;
  // The SDK's own timeout covers headers and body.
  return resilient(lm, { ...config.resilience, timeoutMs }, { selfTimed: true });
}
