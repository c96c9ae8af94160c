import { CultivarError } from "../../ground/errors.ts";
import { canonicalJson, sha256Hex } from "../../ground/hash.ts";
import type { Embedder, LanguageModel, Usage } from "../../values/language-model.ts";
import { costUsd } from "../../values/language-model.ts";
import { asLmError } from "../lm-error.ts";
import type { Till } from "./attempts.ts";
import { openAttempts } from "./attempts.ts";
import type { CallRecord } from "./call-record.ts";

/** One vector per text. */
export type Vectors = readonly (readonly number[])[];

/** Vectors by embedder and texts: made once, paid for once, journaled. Starts from what was journaled `earlier`. */
export function vectorSource(
  till: Till,
  earlier: readonly CallRecord[],
): (embedder: Embedder, texts: readonly string[]) => Promise<Vectors> {
  const vectors = new Map<string, Promise<Vectors>>();
  for (const record of earlier) if (record.type === "vectors") vectors.set(record.key, Promise.resolve(record.vectors));
  return async (embedder, texts) => {
    const key = sha256Hex(canonicalJson([embedder.provider, embedder.modelId, embedder.endpoint ?? "", texts]));
    let known = vectors.get(key);
    if (known === undefined) {
      known = embedAndPay(till, embedder, texts, key);
      vectors.set(key, known);
      known.catch(() => vectors.delete(key));
    }
    return known;
  };
}

async function embedAndPay(till: Till, embedder: Embedder, texts: readonly string[], key: string): Promise<Vectors> {
  const { append, signal } = till;
  const content = texts.map((text) => ({ type: "text" as const, text }));
  const attempt = openAttempts(till, key, asPayee(embedder), { messages: [{ role: "user", content }] });
  try {
    await attempt.begin();
    const { vectors, usage } = await till.meter.wait(
      embedder.embed(texts, signal === undefined ? {} : { signal }),
      signal,
      embedder.modelId,
    );
    const used: Usage = { ...usage, outputTokens: usage?.outputTokens ?? 0 };
    attempt.settle(used);
    const usd = costUsd(used, embedder.price);
    await append({ type: "vectors", key, vectors, usage: used, ...(usd !== undefined && { usd }) });
    return vectors;
  } catch (thrown) {
    const error = asLmError(thrown, `${embedder.provider}/${embedder.modelId}`, signal);
    await attempt.fail(error);
    throw error;
  }
}

/** An embedder as the meter sees it: a model that answers with no tokens. */
export function asPayee(embedder: Embedder): LanguageModel {
  return {
    provider: embedder.provider,
    modelId: embedder.modelId,
    capabilities: { structuredOutput: false, tools: false, sampling: [], maxOutputTokens: 0 },
    ...(embedder.price !== undefined && { price: embedder.price }),
    generate: () => Promise.reject(new CultivarError("bad-request", `${embedder.modelId} is an embedder`)),
  };
}
