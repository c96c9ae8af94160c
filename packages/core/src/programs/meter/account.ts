import type { LanguageModel, Usage } from "../../values/language-model.ts";
import { costUsd } from "../../values/language-model.ts";
import type { Budget, EarlierSpend, PhysicalLimit, Spend } from "./budget.ts";
import type { Worst } from "./worst-case.ts";

/** A reservation for one attempt at one call. Settle it exactly once. */
export interface Ticket {
  readonly worst: Worst;
  settle(usage: Usage): void;
  /** The call failed. `billed` says that the provider may have charged for it: the worst case is then kept as spent. */
  fail(billed: boolean): void;
  /** The call was never sent: nothing is counted. */
  cancel(): void;
}

/** `provider/modelId`. */
export function nameOf(lm: LanguageModel): string {
  return `${lm.provider}/${lm.modelId}`;
}

/** What was spent and what is reserved: sums only. Who may go on, and who waits, is the meter's to say. */
export class Account {
  readonly #released: () => void;
  readonly #unpriced = new Set<string>();
  readonly #spent = { calls: 0, tokens: 0, usd: 0, inputTokens: 0 };
  readonly #held = { calls: 0, tokens: 0, usd: 0 };
  readonly #largest = { tokens: 0, usd: 0 };
  #inFlight = 0;

  /** `released` is called each time a reservation was given back. */
  constructor(released: () => void) {
    this.#released = released;
  }

  /** Reservations that are open. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** The limit of `budget` that `worst` would break, if one, with `aside` out of reach. Time is not looked at. */
  limitBroken(budget: Budget, worst: Worst, aside: Worst): PhysicalLimit | undefined {
    const spent = this.#spent;
    const held = this.#held;
    if (budget.calls !== undefined && spent.calls + held.calls + aside.calls + worst.calls > budget.calls)
      return "calls";
    if (budget.tokens !== undefined && spent.tokens + held.tokens + aside.tokens + worst.tokens > budget.tokens)
      return "tokens";
    if (budget.usd !== undefined && spent.usd + held.usd + (aside.usd ?? 0) + (worst.usd ?? 0) > budget.usd)
      return "usd";
    return undefined;
  }

  reserve(lm: LanguageModel, worst: Worst): Ticket {
    this.#held.calls += worst.calls;
    this.#held.tokens += worst.tokens;
    this.#held.usd += worst.usd ?? 0;
    this.#inFlight += 1;
    return new Reservation(this, lm, worst);
  }

  /** Gives a reservation back. */
  release(worst: Worst): void {
    this.#inFlight -= 1;
    this.#held.calls -= worst.calls;
    this.#held.tokens -= worst.tokens;
    // Sums of doubles leave crumbs, which would keep out a call that fits exactly.
    this.#held.usd = this.#inFlight === 0 ? 0 : this.#held.usd - (worst.usd ?? 0);
    this.#released();
  }

  /** Counts an answered call. What the provider did not report (or reported as no number) counts as the worst case. */
  settle(lm: LanguageModel, worst: Worst, usage: Usage): void {
    const { inputTokens = Number.NaN, outputTokens = Number.NaN } = usage;
    const known = inputTokens >= 0 && outputTokens >= 0;
    const cost = known ? costUsd(usage, lm.price) : undefined;
    if (cost === undefined) this.#unpriced.add(nameOf(lm));
    const tokens = known ? inputTokens + outputTokens : worst.tokens;
    const usd = cost ?? worst.usd ?? 0;
    this.#add(1, tokens, known ? inputTokens : 0, usd);
    this.#largest.tokens = Math.max(this.#largest.tokens, tokens);
    this.#largest.usd = Math.max(this.#largest.usd, usd);
  }

  /** Counts a failed call: at its worst case when the provider may have charged for it. */
  lose(worst: Worst, billed: boolean): void {
    this.#add(1, billed ? worst.tokens : 0, 0, billed ? (worst.usd ?? 0) : 0);
  }

  restore({ calls, tokens, inputTokens, usd, unpriced }: EarlierSpend): void {
    this.#add(calls, tokens, inputTokens, usd);
    for (const model of unpriced ?? []) this.#unpriced.add(model);
  }

  spend(): Spend {
    const { calls, tokens, inputTokens, usd } = this.#spent;
    return {
      calls,
      inputTokens,
      outputTokens: tokens - inputTokens,
      usd: this.#unpriced.size > 0 ? undefined : usd,
      pricedUsd: usd,
      unpriced: [...this.#unpriced],
    };
  }

  /** The most that one call turned out to use so far. */
  largest(): Worst {
    return { calls: 1, ...this.#largest };
  }

  #add(calls: number, tokens: number, inputTokens: number, usd: number): void {
    this.#spent.calls += calls;
    this.#spent.tokens += tokens;
    this.#spent.inputTokens += inputTokens;
    this.#spent.usd += usd;
  }
}

/** A class, since one is made for every call. */
class Reservation implements Ticket {
  readonly worst: Worst;
  readonly #account: Account;
  readonly #lm: LanguageModel;
  #open = true;

  constructor(account: Account, lm: LanguageModel, worst: Worst) {
    this.worst = worst;
    this.#account = account;
    this.#lm = lm;
  }

  settle(usage: Usage): void {
    if (!this.#close()) return;
    this.#account.settle(this.#lm, this.worst, usage);
    this.#account.release(this.worst);
  }

  fail(billed: boolean): void {
    if (!this.#close()) return;
    this.#account.lose(this.worst, billed);
    this.#account.release(this.worst);
  }

  cancel(): void {
    if (this.#close()) this.#account.release(this.worst);
  }

  #close(): boolean {
    const first = this.#open;
    this.#open = false;
    return first;
  }
}
