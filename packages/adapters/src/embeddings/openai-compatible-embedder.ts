import type { Embedder, Price, ResilientOptions } from "@cultivar/core";
import { CultivarError, contentHash, resilience } from "@cultivar/core";
import type { Asked, HttpFailure } from "../shared/http-failure.ts";
import { asCount, asRecord, asText, httpError, unreadable } from "../shared/http-failure.ts";
import { limitDetails } from "../shared/limit-details.ts";
import { clockOf, endpointOf } from "../shared/model-settings.ts";
import { sdkFailure } from "../shared/sdk-failure.ts";

export interface EmbedderOptions {
  /** Up to and including `/v1`. */
  readonly baseURL: string;
  readonly modelId: string;
  /** Sent as a bearer token; without one no Authorization header is sent. */
  readonly apiKey?: string;
  /** The provider's name in reports. Default `openai-compatible`. */
  readonly name?: string;
  /** Shorter vectors, where the server can. */
  readonly dimensions?: number;
  readonly price?: Price;
  /** Texts per request. Default 128. */
  readonly batchSize?: number;
  readonly resilience?: ResilientOptions;
}

interface Batch {
  readonly vectors: readonly (readonly number[])[];
  readonly tokens: number | undefined;
}

/**
 * An embedder behind any server with the OpenAI embeddings endpoint, over plain fetch; no SDK is needed. Texts go in
 * batches, with the same retries and limits as language models. Rejects with their error codes. Throws `config` for a bad
 * base URL or batch size.
 */
export function openaiCompatibleEmbedder(options: EmbedderOptions): Embedder {
  const provider = options.name ?? "openai-compatible";
  const where = `${provider}/${options.modelId}`;
  const { dimensions } = options;
  const endpoint = endpointOf(options.baseURL, where, dimensions === undefined ? {} : { extra: { dimensions } });
  const asked: Asked = { where, endpoint, keyName: "the apiKey option", secrets: [options.apiKey] };
  const run = resilience(where, options.resilience);
  const url = `${options.baseURL.replace(/\/+$/, "")}/embeddings`;
  const size = options.batchSize ?? 128;
  if (!Number.isInteger(size) || size < 1) {
    throw new CultivarError("config", `${where}: batchSize must be a whole number of at least 1, got ${size}`);
  }

  const clock = clockOf(options.resilience);

  const attempt = async (texts: readonly string[], signal: AbortSignal | undefined): Promise<Batch> => {
    let reply: Batch | HttpFailure;
    try {
      const response = await fetch(url, {
        method: "POST",
        ...(signal !== undefined && { signal }),
        headers: {
          "content-type": "application/json",
          ...(options.apiKey !== undefined && { authorization: `Bearer ${options.apiKey}` }),
        },
        body: JSON.stringify({
          model: options.modelId,
          input: texts,
          encoding_format: "float",
          ...(dimensions !== undefined && { dimensions }),
        }),
      });
      const text = await response.text();
      reply = response.ok ? embeddingBatch(JSON.parse(text), texts.length) : failedFetch(response, text);
    } catch (thrown) {
      reply = sdkFailure(thrown, () => undefined);
    }
    if ("kind" in reply) throw httpError(reply, asked, clock.wall());
    return reply;
  };

  return {
    provider,
    modelId: options.modelId,
    endpoint,
    ...(options.price !== undefined && { price: options.price }),
    async embed(texts, call) {
      const slices = Array.from({ length: Math.ceil(texts.length / size) }, (_, i) =>
        texts.slice(i * size, (i + 1) * size),
      );
      const batches = await Promise.all(
        slices.map((slice) =>
          run(
            {
              attempt: (signal) => attempt(slice, signal),
              hash: () => contentHash(slice),
              estimatedTokens: () => Math.ceil(slice.join("").length / 4),
              usedTokens: (batch) => batch.tokens,
            },
            call,
          ),
        ),
      );
      const tokens = batches.every((batch) => batch.tokens !== undefined)
        ? batches.reduce((sum, batch) => sum + (batch.tokens ?? 0), 0)
        : undefined;
      return {
        vectors: batches.flatMap((batch) => batch.vectors),
        ...(tokens !== undefined && { usage: { inputTokens: tokens, outputTokens: 0 } }),
      };
    },
  };
}

/** Reads an embeddings body: vectors in the order of `index`, one per text, all of one length; else a failure. */
export function embeddingBatch(body: unknown, expected: number): Batch | HttpFailure {
  const record = asRecord(body);
  const data: unknown = record?.["data"];
  if (!Array.isArray(data)) return unreadable(`the reply holds no data: ${JSON.stringify(body).slice(0, 120)}`);
  const vectors: (readonly number[])[] = [];
  for (const [at, item] of data.map(asRecord).entries()) {
    const vector: unknown = item?.["embedding"];
    if (!Array.isArray(vector) || !vector.every((value) => Number.isFinite(value))) {
      return unreadable(`embedding ${at} is no list of finite numbers`);
    }
    vectors[asCount(item?.["index"]) ?? at] = vector as number[];
  }
  const length = vectors[0]?.length;
  if (vectors.length !== expected || !Array.from(vectors).every((vector) => vector?.length === length)) {
    return unreadable(`expected ${expected} vectors of one length, got ${vectors.length}`);
  }
  return { vectors, tokens: asCount(asRecord(record?.["usage"])?.["prompt_tokens"]) };
}

function failedFetch(response: globalThis.Response, text: string): HttpFailure {
  let told: Readonly<Record<string, unknown>> | undefined;
  try {
    const body = asRecord(JSON.parse(text));
    told = asRecord(body?.["error"]) ?? body;
  } catch {
    told = undefined;
  }
  return {
    kind: "status",
    status: response.status,
    message: asText(told?.["message"]) ?? text,
    type: asText(told?.["type"]),
    code: asText(told?.["code"]),
    limit: limitDetails(told),
    header: (name) => response.headers.get(name),
  };
}
