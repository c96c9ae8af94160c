import { blame, CultivarError, isCultivarError, messageOf } from "../ground/errors.ts";
import { canonicalJson, sha256Hex } from "../ground/hash.ts";
import type { Embedder, LanguageModel, Request, Response, Retry, Usage } from "../values/language-model.ts";
import { costUsd } from "../values/language-model.ts";
import type { ResponseCache } from "./cache.ts";
import { asLmError, mayBeBilled, refuseAborted } from "./lm-error.ts";
import type { Meter, Ticket } from "./meter.ts";

/** What the gateway writes. An `intent` is a call about to be paid for: one without a result is an orphan after a crash. Each attempt has its own intent, and a `fault` when it failed. */
export type CallRecord =
  | {
      readonly type: "intent";
      readonly key: string;
      readonly model: string;
      readonly worstUsd?: number;
      /** Given where a budget of tokens or dollars measures requests. */
      readonly worstTokens?: number;
    }
  | {
      readonly type: "reply";
      readonly key: string;
      readonly response: Response;
      readonly usd?: number;
      readonly cached?: true;
      readonly elapsedMs: number;
    }
  | {
      readonly type: "fault";
      readonly key: string;
      readonly code: string;
      readonly message: string;
      /** The provider may have charged for it: it counts at the worst case of its intent. */
      readonly billed?: true;
    }
  | {
      readonly type: "vectors";
      readonly key: string;
      readonly vectors: readonly (readonly number[])[];
      readonly usage?: Usage;
      readonly usd?: number;
    }
  | { readonly type: "tool"; readonly address: string; readonly output?: unknown; readonly error?: string };

/** Calls as the result of a run counts them: distinct requests with their tokens at list price, cached or paid. */
export interface LogicalCalls {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Undefined when a price or a usage is unknown. */
  readonly listUsd: number | undefined;
}

/** The one door through which a run reaches models, embedders and tools: deduplicated, cached, metered, journaled. */
export interface Gateway {
  /** `note` is told the key of the call, for whoever attributes calls. */
  generate(lm: LanguageModel, request: Request, note?: (key: string) => void): Promise<Response>;
  embed(embedder: Embedder, texts: readonly string[]): Promise<readonly (readonly number[])[]>;
  /** A tool's result at this address: the journaled one when there is one. Rejects with the tool's own error. */
  tool(address: readonly string[], run: () => Promise<unknown>): Promise<unknown>;
  /** The figures of these calls, each counted once, in this order. */
  logical(keys: Iterable<string>): LogicalCalls;
  /** Distinct calls answered so far, by earlier processes too. */
  answered(): number;
  /** Replies that were asked for again and not paid for again, and replies that came from the shared cache. */
  readonly reused: { journaled: number; cached: number };
}

export interface GatewayOptions {
  readonly meter: Meter;
  readonly cache?: ResponseCache | undefined;
  readonly append?: ((record: CallRecord) => Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How long the run has taken so far, over all its processes. */
  readonly elapsedMs?: (() => number) | undefined;
  /** What earlier processes of this run journaled. */
  readonly earlier?: readonly CallRecord[] | undefined;
  readonly onRetry?: ((retry: Retry & { readonly model: string }) => void) | undefined;
}

/** The identity of a call: who answers, what is asked, and which sample of it. */
export function requestKey(lm: LanguageModel, request: Request): string {
  return sha256Hex(canonicalJson([lm.provider, lm.modelId, lm.endpoint ?? "", request]));
}

/** Whole replies may be shared between runs; anything cut off, refused or filtered may not. */
function mayKeep(response: Response): boolean {
  return response.finishReason === "stop" || response.finishReason === "tool-calls";
}

interface ToolResult {
  readonly output?: unknown;
  readonly error?: string;
}

/** Opens a gateway over a meter, with what earlier processes of the run already have. */
export function createGateway(options: GatewayOptions): Gateway {
  const { meter, cache, signal } = options;
  const elapsedMs = options.elapsedMs ?? (() => 0);
  const append = options.append ?? (() => Promise.resolve());
  const replies = new Map<string, Promise<Response>>();
  const journaled = new Set<string>();
  const vectors = new Map<string, Promise<readonly (readonly number[])[]>>();
  const tools = new Map<string, Promise<ToolResult>>();
  const ledger = createLedger();
  const reused = { journaled: 0, cached: 0 };

  for (const record of options.earlier ?? []) {
    if (record.type === "reply") {
      replies.set(record.key, Promise.resolve(record.response));
      journaled.add(record.key);
      ledger.add(record.key, record.response.usage, record.usd);
    } else if (record.type === "vectors") vectors.set(record.key, Promise.resolve(record.vectors));
    else if (record.type === "tool") tools.set(record.address, Promise.resolve(record));
  }

  const attempts = (key: string, lm: LanguageModel, request: Request): Attempts =>
    openAttempts(meter, append, signal, key, lm, request);
  const pay = async (key: string, lm: LanguageModel, request: Request): Promise<Response> => {
    const model = `${lm.provider}/${lm.modelId}`;
    const attempt = attempts(key, lm, request);
    try {
      await attempt.begin();
      const response = await lm.generate(request, {
        ...(signal !== undefined && { signal }),
        onRetry: async (retry) => {
          await attempt.fail(retry.error);
          options.onRetry?.({ ...retry, model });
          await attempt.begin();
        },
      });
      attempt.settle(response.usage);
      const usd = costUsd(response.usage, lm.price);
      await append({ type: "reply", key, response, ...(usd !== undefined && { usd }), elapsedMs: elapsedMs() });
      return response;
    } catch (thrown) {
      const error = asLmError(thrown, model, signal);
      await attempt.fail(error);
      throw error;
    }
  };
  const fetch = async (key: string, lm: LanguageModel, request: Request): Promise<Response> => {
    if (cache === undefined) return pay(key, lm, request);
    const make = async (): Promise<{ response: Response; keep: boolean }> => {
      const response = await pay(key, lm, request);
      return { response, keep: mayKeep(response) };
    };
    const { response, hit } = await cache.once(key, make, signal);
    if (hit) {
      reused.cached += 1;
      const usd = costUsd(response.usage, lm.price);
      await append({
        type: "reply",
        key,
        response,
        ...(usd !== undefined && { usd }),
        cached: true,
        elapsedMs: elapsedMs(),
      });
    }
    return response;
  };
  return {
    async generate(lm, request, note) {
      refuseAborted(signal, `${lm.provider}/${lm.modelId}`);
      const key = requestKey(lm, request);
      note?.(key);
      let reply = replies.get(key);
      if (reply === undefined) {
        reply = fetch(key, lm, request);
        replies.set(key, reply);
        reply.catch(() => replies.delete(key));
      } else if (journaled.delete(key)) reused.journaled += 1;
      const response = await reply;
      ledger.add(key, response.usage, costUsd(response.usage, lm.price));
      return response;
    },
    async embed(embedder, texts) {
      const key = sha256Hex(canonicalJson([embedder.provider, embedder.modelId, embedder.endpoint ?? "", texts]));
      let known = vectors.get(key);
      if (known === undefined) {
        known = embedAndPay(embedder, texts, key);
        vectors.set(key, known);
        known.catch(() => vectors.delete(key));
      }
      return known;
    },
    async tool(address, run) {
      const name = address.join("/");
      let result = tools.get(name);
      if (result === undefined) {
        result = runTool(name, run);
        tools.set(name, result);
        result.catch(() => tools.delete(name));
      }
      const { output, error } = await result;
      if (error !== undefined) throw new Error(error);
      return output;
    },
    logical: (keys) => ledger.total(keys),
    answered: () => ledger.size(),
    reused,
  };

  async function embedAndPay(
    embedder: Embedder,
    texts: readonly string[],
    key: string,
  ): Promise<readonly (readonly number[])[]> {
    const content = texts.map((text) => ({ type: "text" as const, text }));
    const attempt = attempts(key, asPayee(embedder), { messages: [{ role: "user", content }] });
    try {
      await attempt.begin();
      const { vectors: made, usage } = await embedder.embed(texts, signal === undefined ? {} : { signal });
      const used: Usage = { ...usage, outputTokens: usage?.outputTokens ?? 0 };
      attempt.settle(used);
      const usd = costUsd(used, embedder.price);
      await append({ type: "vectors", key, vectors: made, usage: used, ...(usd !== undefined && { usd }) });
      return made;
    } catch (thrown) {
      const error = asLmError(thrown, `${embedder.provider}/${embedder.modelId}`, signal);
      await attempt.fail(error);
      throw error;
    }
  }

  async function runTool(address: string, run: () => Promise<unknown>): Promise<ToolResult> {
    let result: ToolResult;
    try {
      const output = await run();
      // A replayed result is JSON: so is a fresh one, or a resumed run would see other observations.
      result = { output: JSON.parse(JSON.stringify(output) ?? "null") as unknown };
    } catch (error) {
      refuseAborted(signal, address);
      // What the world did to a module that the tool called is no result of the tool: a resumed run tries again.
      if (isCultivarError(error) && blame(error) !== "candidate") throw error;
      result = { error: messageOf(error, 2000) };
    }
    await append({ type: "tool", address, ...result });
    return result;
  }
}

/** The attempts at one call, one after another: each is reserved and has an intent, and a result or a fault. */
interface Attempts {
  begin(): Promise<void>;
  settle(usage: Usage): void;
  fail(error: unknown): Promise<void>;
}

function openAttempts(
  meter: Meter,
  append: (record: CallRecord) => Promise<void>,
  signal: AbortSignal | undefined,
  key: string,
  lm: LanguageModel,
  request: Request,
): Attempts {
  const model = `${lm.provider}/${lm.modelId}`;
  let ticket: Ticket | undefined;
  let sent = false;
  return {
    async begin() {
      ticket = await meter.reserve(lm, request);
      refuseAborted(signal, model);
      const { tokens, usd } = ticket.worst;
      await append({
        type: "intent",
        key,
        model,
        ...(usd !== undefined && { worstUsd: usd }),
        ...(tokens > 0 && { worstTokens: tokens }),
      });
      sent = true;
    },
    settle(usage) {
      ticket?.settle(usage);
      sent = false;
    },
    async fail(error) {
      const billed = mayBeBilled(error);
      if (sent) ticket?.fail(billed);
      else ticket?.cancel();
      // A failed write is the journal's own trouble: nothing more can be written.
      if (!sent || isCultivarError(error, "storage")) return;
      sent = false;
      const code = isCultivarError(error) ? error.code : "transport";
      await append({ type: "fault", key, code, message: messageOf(error), ...(billed && { billed }) });
    },
  };
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

interface CallLedger {
  add(key: string, usage: Usage, usd: number | undefined): void;
  total(keys: Iterable<string>): LogicalCalls;
  size(): number;
}

/** What each distinct call used. */
export function createLedger(): CallLedger {
  const calls = new Map<string, { readonly usage: Usage; readonly usd: number | undefined }>();
  return {
    add: (key, usage, usd) => void calls.set(key, { usage, usd }),
    size: () => calls.size,
    total(keys) {
      const counted = new Set<string>();
      let inputTokens = 0;
      let outputTokens = 0;
      let listUsd: number | undefined = 0;
      for (const key of keys) {
        const call = calls.get(key);
        if (call === undefined || counted.has(key)) continue;
        counted.add(key);
        inputTokens += call.usage.inputTokens ?? 0;
        outputTokens += call.usage.outputTokens ?? 0;
        listUsd = listUsd === undefined || call.usd === undefined ? undefined : listUsd + call.usd;
      }
      return { calls: counted.size, inputTokens, outputTokens, listUsd };
    },
  };
}

/** The same gateway, with the keys of the calls made through it kept in `keys`. */
export function recording(gateway: Gateway, keys: Set<string>): Gateway {
  return { ...gateway, generate: (lm, request) => gateway.generate(lm, request, (key) => keys.add(key)) };
}
