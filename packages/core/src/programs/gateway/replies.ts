import { canonicalJson, sha256Hex } from "../../ground/hash.ts";
import type { LanguageModel, Request, Response, Retry } from "../../values/language-model.ts";
import { costUsd } from "../../values/language-model.ts";
import type { ResponseCache } from "../cache.ts";
import { modelIdentity } from "../model-identity.ts";
import { asLmError, refuseAborted } from "../lm-error.ts";
import type { Till } from "./attempts.ts";
import { openAttempts } from "./attempts.ts";
import type { CallLedger } from "./call-ledger.ts";
import type { CallRecord } from "./call-record.ts";

/** Replies that were asked for again and not paid for again, and replies that came from the shared cache. */
export interface Reuse {
  journaled: number;
  cached: number;
}

/** A till that also knows a shared cache, the run's time, and who wants to hear of retries. */
export interface ReplyTill extends Till {
  readonly cache: ResponseCache | undefined;
  readonly elapsedMs: () => number;
  readonly onRetry: ((retry: Retry & { readonly model: string }) => void) | undefined;
}

/** The identity of a call: who answers, what is asked, and which sample of it. */
export function requestKey(lm: LanguageModel, request: Request): string {
  return sha256Hex(canonicalJson([...modelIdentity(lm), request]));
}

/**
 * Replies by the identity of their calls: each made once in a run, from the journal, the shared cache or the model, and
 * journaled before it is used. Keeps `ledger` and `reused` up to date.
 */
export function replySource(
  till: ReplyTill,
  earlier: readonly CallRecord[],
  ledger: CallLedger,
  reused: Reuse,
): (lm: LanguageModel, request: Request, note?: (key: string) => void) => Promise<Response> {
  const replies = new Map<string, Promise<Response>>();
  const journaled = new Set<string>();
  for (const record of earlier) {
    if (record.type !== "reply") continue;
    replies.set(record.key, Promise.resolve(record.response));
    journaled.add(record.key);
    ledger.add(record.key, record.response.usage, record.usd);
  }
  return async (lm, request, note) => {
    refuseAborted(till.signal, `${lm.provider}/${lm.modelId}`);
    const key = requestKey(lm, request);
    note?.(key);
    let reply = replies.get(key);
    if (reply === undefined) {
      reply = fetch(till, reused, key, lm, request);
      replies.set(key, reply);
      reply.catch(() => replies.delete(key));
    } else if (journaled.delete(key)) reused.journaled += 1;
    const response = await reply;
    ledger.add(key, response.usage, costUsd(response.usage, lm.price));
    return response;
  };
}

/** A reply from the shared cache, if there is one, else from the model. */
async function fetch(
  till: ReplyTill,
  reused: Reuse,
  key: string,
  lm: LanguageModel,
  request: Request,
): Promise<Response> {
  const { cache, signal } = till;
  if (cache === undefined) return pay(till, key, lm, request);
  const make = async (): Promise<{ response: Response; keep: boolean }> => {
    const response = await pay(till, key, lm, request);
    return { response, keep: mayKeep(response) };
  };
  const { response, hit } = await cache.once(key, make, signal);
  if (hit) {
    reused.cached += 1;
    await till.append(replyRecord(till, key, lm, response, true));
  }
  return response;
}

/** A reply from the model: metered, and journaled. */
async function pay(till: ReplyTill, key: string, lm: LanguageModel, request: Request): Promise<Response> {
  const { signal } = till;
  const model = `${lm.provider}/${lm.modelId}`;
  const attempt = openAttempts(till, key, lm, request);
  try {
    await attempt.begin();
    const generated = lm.generate(request, {
      ...(signal !== undefined && { signal }),
      onRetry: async (retry) => {
        await attempt.fail(retry.error);
        till.onRetry?.({ ...retry, model });
        await attempt.begin();
      },
    });
    const response = await till.meter.wait(generated, signal, model);
    attempt.settle(response.usage);
    await till.append(replyRecord(till, key, lm, response, false));
    return response;
  } catch (thrown) {
    const error = asLmError(thrown, model, signal);
    await attempt.fail(error);
    throw error;
  }
}

function replyRecord(
  { elapsedMs }: ReplyTill,
  key: string,
  lm: LanguageModel,
  response: Response,
  cached: boolean,
): CallRecord {
  const usd = costUsd(response.usage, lm.price);
  return {
    type: "reply",
    key,
    response,
    ...(usd !== undefined && { usd }),
    ...(cached && { cached: true as const }),
    elapsedMs: elapsedMs(),
  };
}

/** Whole replies may be shared between runs; anything cut off, refused or filtered may not, nor one that says nothing. */
function mayKeep({ finishReason, text, toolCalls = [], parsed }: Response): boolean {
  if (finishReason !== "stop" && finishReason !== "tool-calls") return false;
  return text.trim() !== "" || toolCalls.length > 0 || parsed !== undefined;
}
