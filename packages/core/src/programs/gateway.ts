import type { Embedder, LanguageModel, Request, Response, Retry } from "../values/language-model.ts";
import type { ResponseCache } from "./cache.ts";
import type { LogicalCalls } from "./gateway/call-ledger.ts";
import { createLedger } from "./gateway/call-ledger.ts";
import type { CallRecord } from "./gateway/call-record.ts";
import type { Reuse } from "./gateway/replies.ts";
import { replySource } from "./gateway/replies.ts";
import { toolResults } from "./gateway/tool-results.ts";
import type { Vectors } from "./gateway/vectors.ts";
import { vectorSource } from "./gateway/vectors.ts";
import type { Meter } from "./meter.ts";

export type { LogicalCalls } from "./gateway/call-ledger.ts";
export type { CallRecord } from "./gateway/call-record.ts";
export { requestKey } from "./gateway/replies.ts";

/** The one door through which a run reaches models, embedders and tools: deduplicated, cached, metered, journaled. */
export interface Gateway {
  /** `note` is told the key of the call, for whoever attributes calls. */
  generate(lm: LanguageModel, request: Request, note?: (key: string) => void): Promise<Response>;
  embed(embedder: Embedder, texts: readonly string[]): Promise<Vectors>;
  /** A tool's result at this address: the journaled one when there is one. Rejects with the tool's own error. */
  tool(address: readonly string[], run: () => Promise<unknown>): Promise<unknown>;
  /**
   * `work`, for as long as the run may wait for it: see {@link Meter.wait}. Whatever it comes to after that is ignored.
   */
  wait<T>(work: Promise<T>, where: string): Promise<T>;
  /** The figures of these calls, each counted once, in this order. */
  logical(keys: Iterable<string>): LogicalCalls;
  /** Distinct calls answered so far, by earlier processes too. */
  answered(): number;
  readonly reused: Readonly<Reuse>;
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

/** Opens a gateway over a meter, with what earlier processes of the run already have. */
export function createGateway(options: GatewayOptions): Gateway {
  const { meter, cache, signal, onRetry, earlier = [] } = options;
  const append = options.append ?? (() => Promise.resolve());
  const elapsedMs = options.elapsedMs ?? (() => 0);
  const ledger = createLedger();
  const reused: Reuse = { journaled: 0, cached: 0 };
  const till = { meter, append, signal, cache, elapsedMs, onRetry };
  return {
    generate: replySource(till, earlier, ledger, reused),
    embed: vectorSource(till, earlier),
    tool: toolResults(till, earlier),
    wait: (work, where) => meter.wait(work, signal, where),
    logical: (keys) => ledger.total(keys),
    answered: () => ledger.size(),
    reused,
  };
}

/** The same gateway, with the keys of the calls made through it kept in `keys`. */
export function recording(gateway: Gateway, keys: Set<string>): Gateway {
  return { ...gateway, generate: (lm, request) => gateway.generate(lm, request, (key) => keys.add(key)) };
}
