import type { Capabilities, LanguageModel, Request, ResilientOptions, Response } from "@cultivar/core";
import { CultivarError, resilient } from "@cultivar/core";
import { priceOf } from "../prices/prices.ts";
import type { Asked, HttpFailure } from "../shared/http-failure.ts";
import { httpError } from "../shared/http-failure.ts";
import type { CommonOptions } from "../shared/model-settings.ts";
import { clockOf, settingsMark } from "../shared/model-settings.ts";
import { openAiDialect } from "../shared/strict-schema.ts";
import { schemaCompiler } from "../shared/structured-reply.ts";
import type { AiSdkCall, AiSdkModel } from "./ai-sdk-types.ts";
import type { AiSdkTarget } from "./call-options.ts";
import { callOptions } from "./call-options.ts";
import { generateResult } from "./generate-result.ts";
import { aiSdkFailure } from "./map-error.ts";

export interface FromAiSdkOptions extends Omit<CommonOptions, "extra"> {
  /** Which server answers, when it is not the provider's own: the AI SDK does not say. Part of a reply's identity. */
  readonly endpoint?: string;
  /**
   * Tells this model from another of the same provider and model id that is set up in another way, which the AI SDK does
   * not say either: `"thinking"` for one that middleware gives a reasoning effort. Part of a reply's identity; models that
   * answer differently under one identity would be given each other's recorded replies. Not a secret: it is stored.
   */
  readonly name?: string;
  /** Retries, deadlines and rates; false for none at all. */
  readonly resilience?: ResilientOptions | false;
}

const usualCapabilities: Capabilities = {
  structuredOutput: true,
  tools: true,
  sampling: ["temperature", "topP"],
  maxOutputTokens: 16_384,
};

/**
 * Any language model of the Vercel AI SDK (specification v2, v3 or v4), without depending on it: only its `doGenerate` is
 * called, which does not retry by itself. Which sampling settings a model takes is for its provider package to know:
 * it drops what it must, and its warnings are passed on. Give wrapped models a `name` each. Without `endpoint` the price comes from the table. Throws
 * `config` for anything that is no such model (a model id as a string needs the `ai` package's gateway).
 */
export function fromAiSdk(model: AiSdkModel, options: FromAiSdkOptions = {}): LanguageModel {
  const version: unknown = (model as Partial<AiSdkModel> | undefined)?.specificationVersion;
  if (typeof model !== "object" || typeof model.doGenerate !== "function" || !/^v[234]$/.test(String(version))) {
    throw new CultivarError(
      "config",
      `fromAiSdk: expected a language model of the AI SDK (specificationVersion v2, v3 or v4), got ${typeof model === "object" ? `specificationVersion ${JSON.stringify(version)}` : typeof model}; pass the model object, say openai("...") of @ai-sdk/openai`,
    );
  }
  // "openai.responses" and "openai.chat" are one provider with two APIs.
  const vendor = model.provider.split(".")[0] ?? model.provider;
  const where = `${model.provider}/${model.modelId}`;
  const endpoint = endpointOf(model, options);
  const asked: Asked = {
    where,
    endpoint,
    keyName: "the key given to the AI SDK provider",
    secrets: [],
  };
  const target: AiSdkTarget = {
    modelId: model.modelId,
    version: String(version),
    capabilities: { ...usualCapabilities, ...options.capabilities },
    compile: schemaCompiler(openAiDialect),
  };
  const price = options.price ?? (options.endpoint === undefined ? priceOf(vendor, model.modelId) : undefined);

  const clock = clockOf(options.resilience);

  const attempt = async (request: Request, signal: AbortSignal | undefined): Promise<Response> => {
    const sent = callOptions(request, target);
    let reply: Response | HttpFailure;
    try {
      const call: AiSdkCall = {
        ...sent.call,
        ...(signal !== undefined && { abortSignal: signal }),
        ...(options.sampleHeader === true && { headers: { "x-sample-index": String(request.sample ?? 0) } }),
      };
      reply = generateResult(await model.doGenerate(call as never), sent);
    } catch (thrown) {
      reply = aiSdkFailure(thrown);
    }
    if ("kind" in reply) throw httpError(reply, asked, clock.wall());
    return reply;
  };

  const lm: LanguageModel = {
    provider: model.provider,
    modelId: model.modelId,
    capabilities: target.capabilities,
    ...(endpoint !== undefined && { endpoint }),
    ...(price !== undefined && { price }),
    generate: (request, call) => attempt(request, call?.signal),
  };
  return options.resilience === false ? lm : resilient(lm, options.resilience);
}

/** The server as far as it is known, the name, and a mark of overrides; undefined when nothing was said. */
function endpointOf(model: AiSdkModel, { endpoint, name, capabilities }: FromAiSdkOptions): string | undefined {
  const mark = settingsMark({ capabilities: { usual: usualCapabilities, said: capabilities } });
  const called = `${name === undefined ? "" : `#${name}`}${mark}`;
  return called === "" ? endpoint : `${endpoint ?? model.provider}${called}`;
}
