import type { Clock } from "../ground/clock.ts";
import { systemClock } from "../ground/clock.ts";
import { CultivarError } from "../ground/errors.ts";
import type { LanguageModel, Request, Usage } from "../values/language-model.ts";
import { costUsd } from "../values/language-model.ts";

/** Limits of a run. `evaluations` is logical; the others are physical and cover every call by anyone. Undefined: no limit. */
export interface Budget {
  readonly evaluations?: number;
  readonly calls?: number;
  /** Input plus output tokens. */
  readonly tokens?: number;
  readonly usd?: number;
  readonly seconds?: number;
}

export type PhysicalLimit = "calls" | "tokens" | "usd" | "seconds";

/** What was spent so far. `usd` is undefined while a call of unknown price is in it; `pricedUsd` is the known part. */
export interface Spend {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly usd: number | undefined;
  readonly pricedUsd: number;
  /** Models whose price is unknown, `provider/modelId`. */
  readonly unpriced: readonly string[];
}

/** The most that one call, or one report, can use. */
export interface Worst {
  readonly calls: number;
  readonly tokens: number;
  /** Undefined: the price is unknown. */
  readonly usd: number | undefined;
}

/** A reservation for one attempt at one call. Settle it exactly once. */
export interface Ticket {
  readonly worst: Worst;
  settle(usage: Usage): void;
  /** The call failed. `billed` says that the provider may have charged for it: the worst case is then kept as spent. */
  fail(billed: boolean): void;
  /** The call was never sent: nothing is counted. */
  cancel(): void;
}

/** Counts and caps physical spend: the worst case is reserved before a call and settled after, so that a cap holds. */
export interface Meter {
  /** Waits while the call does not fit but others in flight may free some; rejects `run-ended` when none are. */
  reserve(lm: LanguageModel, request: Request): Promise<Ticket>;
  /** Adds what an earlier process spent. */
  restore(spent: {
    readonly calls: number;
    readonly tokens: number;
    readonly inputTokens: number;
    readonly usd: number;
    /** Models of unknown price among them. */
    readonly unpriced?: readonly string[];
  }): void;
  /**
   * Keeps this much out of reach, for the final report, until the returned function releases it. From then on the
   * seconds limit is off: a report is short, and a run that found something must be able to say so. Replaces an
   * earlier set-aside.
   */
  setAside(worst: Worst): () => void;
  spend(): Spend;
  /** The most that one call turned out to use so far. */
  largest(): Worst;
  /** The limit that a reservation ran into, once one has. */
  exhausted(): PhysicalLimit | undefined;
}

const encoder = new TextEncoder();

/**
 * The most tokens and dollars one request can use. A token is at least one UTF-8 byte; providers wrap each message
 * (some 10 tokens) and add their own text for tools and schemas (some 350 tokens); an image by URL is taken as 2,000.
 */
export function worstOf(lm: LanguageModel, request: Request): Worst {
  let inputTokens = encoder.encode(JSON.stringify([request.messages, request.tools, request.output])).length;
  inputTokens += 16 * request.messages.length;
  if (request.tools !== undefined || request.output !== undefined) inputTokens += 512;
  for (const { content } of request.messages) {
    for (const part of content) if (part.type === "image" && part.url !== undefined) inputTokens += 2000;
  }
  const outputTokens = request.maxTokens ?? lm.capabilities.maxOutputTokens;
  return { calls: 1, tokens: inputTokens + outputTokens, usd: costUsd({ inputTokens, outputTokens }, dearest(lm)) };
}

/** A price at which caching cannot make input dearer than reserved (a cache write may cost more than plain input). */
function dearest(lm: LanguageModel): LanguageModel["price"] {
  const { price } = lm;
  if (price === undefined) return undefined;
  const { longPrompt } = price;
  const inputUsd = Math.max(price.inputUsd, price.cacheWriteUsd ?? 0);
  if (longPrompt === undefined) return { ...price, inputUsd };
  return {
    ...price,
    inputUsd,
    longPrompt: { ...longPrompt, inputUsd: Math.max(longPrompt.inputUsd, longPrompt.cacheWriteUsd ?? 0) },
  };
}

interface Waiter {
  readonly worst: Worst;
  readonly lm: LanguageModel;
  readonly resolve: (ticket: Ticket) => void;
  readonly reject: (error: unknown) => void;
}

function nameOf(lm: LanguageModel): string {
  return `${lm.provider}/${lm.modelId}`;
}

function unmeasured(lm: LanguageModel): Worst {
  return { calls: 1, tokens: 0, usd: lm.price === undefined ? undefined : 0 };
}

/** A meter over `budget`. `elapsedMs` is what earlier processes of this run took. */
export function createMeter(
  budget: Budget,
  options: { readonly clock?: Clock; readonly elapsedMs?: number } = {},
): Meter {
  const clock = options.clock ?? systemClock;
  const started = clock.now() - (options.elapsedMs ?? 0);
  // Without a cap on size there is nothing to reserve, and measuring every prompt would be waste.
  const capped = budget.tokens !== undefined || budget.usd !== undefined;
  const spent = { calls: 0, tokens: 0, usd: 0, inputTokens: 0 };
  const held = { calls: 0, tokens: 0, usd: 0 };
  const unpriced = new Set<string>();
  const waiting: Waiter[] = [];
  let aside: Worst = { calls: 0, tokens: 0, usd: 0 };
  let inFlight = 0;
  let exhausted: PhysicalLimit | undefined;
  let reporting = false;
  const largest = { tokens: 0, usd: 0 };

  const blocked = (worst: Worst): PhysicalLimit | undefined => {
    if (budget.calls !== undefined && spent.calls + held.calls + aside.calls + worst.calls > budget.calls)
      return "calls";
    if (budget.tokens !== undefined && spent.tokens + held.tokens + aside.tokens + worst.tokens > budget.tokens)
      return "tokens";
    if (budget.usd !== undefined && spent.usd + held.usd + (aside.usd ?? 0) + (worst.usd ?? 0) > budget.usd)
      return "usd";
    if (budget.seconds !== undefined && !reporting && (clock.now() - started) / 1000 >= budget.seconds)
      return "seconds";
    return undefined;
  };
  const release = (worst: Worst): void => {
    held.calls -= worst.calls;
    held.tokens -= worst.tokens;
    held.usd -= worst.usd ?? 0;
    inFlight -= 1;
    pump();
  };
  const admit = (worst: Worst, lm: LanguageModel): Ticket => {
    held.calls += worst.calls;
    held.tokens += worst.tokens;
    held.usd += worst.usd ?? 0;
    inFlight += 1;
    let open = true;
    const close = (): boolean => {
      const first = open;
      open = false;
      if (first) spent.calls += 1;
      return first;
    };
    const charge = (tokens: number, inputTokens: number, usd: number): void => {
      spent.tokens += tokens;
      spent.inputTokens += inputTokens;
      spent.usd += usd;
    };
    return {
      worst,
      settle(usage) {
        if (!close()) return;
        // What the provider did not report (or reported as no number) counts as the worst case against the cap.
        const { inputTokens = Number.NaN, outputTokens = Number.NaN } = usage;
        const known = inputTokens >= 0 && outputTokens >= 0;
        const usd = known ? costUsd(usage, lm.price) : undefined;
        if (usd === undefined) unpriced.add(nameOf(lm));
        const tokens = known ? inputTokens + outputTokens : worst.tokens;
        charge(tokens, known ? inputTokens : 0, usd ?? worst.usd ?? 0);
        largest.tokens = Math.max(largest.tokens, tokens);
        largest.usd = Math.max(largest.usd, usd ?? worst.usd ?? 0);
        release(worst);
      },
      fail(billed) {
        if (!close()) return;
        if (billed) charge(worst.tokens, 0, worst.usd ?? 0);
        release(worst);
      },
      cancel() {
        if (!open) return;
        open = false;
        release(worst);
      },
    };
  };
  const refuse = (limit: PhysicalLimit): CultivarError => {
    exhausted ??= limit;
    return new CultivarError("run-ended", `budget.${limit} (${budget[limit]}) is used up`, { fields: { limit } });
  };
  function pump(): void {
    while (waiting.length > 0) {
      const limit = blocked(waiting[0]!.worst);
      if (limit === undefined) {
        const { worst, lm, resolve } = waiting.shift()!;
        resolve(admit(worst, lm));
      } else if (inFlight === 0) {
        for (const waiter of waiting.splice(0)) waiter.reject(refuse(limit));
      } else {
        return;
      }
    }
  }
  return {
    async reserve(lm, request) {
      const worst = capped ? worstOf(lm, request) : unmeasured(lm);
      if (worst.usd === undefined && budget.usd !== undefined) {
        throw new CultivarError(
          "price-unknown",
          `budget.usd is ${budget.usd} but the price of ${nameOf(lm)} is unknown; give the model a price, or limit budget.calls or budget.tokens instead`,
        );
      }
      if (exhausted !== undefined) throw refuse(exhausted);
      const limit = blocked(worst);
      if (limit === undefined && waiting.length === 0) return admit(worst, lm);
      if (limit !== undefined && inFlight === 0) throw refuse(limit);
      return new Promise<Ticket>((resolve, reject) => {
        waiting.push({ worst, lm, resolve, reject });
      });
    },
    restore(earlier) {
      spent.calls += earlier.calls;
      spent.tokens += earlier.tokens;
      spent.inputTokens += earlier.inputTokens;
      spent.usd += earlier.usd;
      for (const model of earlier.unpriced ?? []) unpriced.add(model);
    },
    setAside(worst) {
      aside = worst;
      return () => {
        aside = { calls: 0, tokens: 0, usd: 0 };
        exhausted = undefined;
        reporting = true;
      };
    },
    spend: () => ({
      calls: spent.calls,
      inputTokens: spent.inputTokens,
      outputTokens: spent.tokens - spent.inputTokens,
      usd: unpriced.size > 0 ? undefined : spent.usd,
      pricedUsd: spent.usd,
      unpriced: [...unpriced],
    }),
    exhausted: () => exhausted,
    largest: () => ({ calls: 1, ...largest }),
  };
}
