import type { Clock } from "../ground/clock.ts";
import { systemClock } from "../ground/clock.ts";
import { CultivarError } from "../ground/errors.ts";
import type { LanguageModel, Request } from "../values/language-model.ts";
import type { Ticket } from "./meter/account.ts";
import { Account, nameOf } from "./meter/account.ts";
import type { Budget, EarlierSpend, PhysicalLimit, Spend } from "./meter/budget.ts";
import type { Worst } from "./meter/worst-case.ts";
import { nothing, unmeasured, worstOf } from "./meter/worst-case.ts";
import { waitPatiently } from "./wait.ts";

export type { Ticket } from "./meter/account.ts";
export type { Budget, PhysicalLimit, Spend } from "./meter/budget.ts";
export type { Worst } from "./meter/worst-case.ts";

/** Counts and caps physical spend: the worst case is reserved before a call and settled after, so that a cap holds. */
export interface Meter {
  /**
   * A reservation when the call fits and nobody waits before it, else undefined: {@link reserve} then says what is
   * to come. Throws `price-unknown` when a `usd` budget meets a model without a price.
   */
  admit(lm: LanguageModel, request: Request): Ticket | undefined;
  /** Waits while the call does not fit but others in flight may free some; rejects `run-ended` when none are. */
  reserve(lm: LanguageModel, request: Request): Promise<Ticket>;
  /** Adds what an earlier process spent. */
  restore(spent: EarlierSpend): void;
  /**
   * Keeps this much out of reach, for the final report, until the returned function releases it. From then on the
   * seconds limit is off: a report is short, and a run that found something must be able to say so. Replaces an
   * earlier set-aside.
   */
  setAside(worst: Worst): () => void;
  /**
   * `work`, for as long as a run may wait for it. Given up as `aborted` a second after `signal` aborts, and as
   * `run-ended` when it is still not done a tenth of `budget.seconds` (at least 1 s, at most 30 s) after their end:
   * calls that were paid for may come in, and one that never answers holds nothing up. What it comes to later is
   * ignored. The seconds bind no report, as in {@link setAside}.
   */
  wait<T>(work: Promise<T>, signal: AbortSignal | undefined, where: string): Promise<T>;
  spend(): Spend;
  /** The most that one call turned out to use so far. */
  largest(): Worst;
  /** The limit that a reservation ran into, once one has. */
  exhausted(): PhysicalLimit | undefined;
}

interface Waiter {
  readonly worst: Worst;
  readonly lm: LanguageModel;
  readonly resolve: (ticket: Ticket) => void;
  readonly reject: (error: unknown) => void;
}

/** What a meter tells time by. */
export interface MeterOptions {
  readonly clock?: Clock;
  /** What earlier processes of this run took; default 0. */
  readonly elapsedMs?: number;
}

/** A meter over `budget`. */
export function createMeter(budget: Budget, options: MeterOptions = {}): Meter {
  const { clock = systemClock } = options;
  const leftMs = stopwatch(budget, options);
  const late = (): boolean => leftMs() <= 0;
  const measure = measureFor(budget);
  const account = new Account(pump);
  const waiting: Waiter[] = [];
  let aside = nothing;
  let exhausted: PhysicalLimit | undefined;
  let reporting = false;

  const blocked = (worst: Worst): PhysicalLimit | undefined =>
    account.limitBroken(budget, worst, aside) ?? (!reporting && late() ? "seconds" : undefined);
  const refuse = (limit: PhysicalLimit): CultivarError => {
    exhausted ??= limit;
    return new CultivarError("run-ended", `budget.${limit} (${budget[limit]}) is used up`, { fields: { limit } });
  };
  /** Lets those who wait go on, first come first served; a declaration, since the account calls it back. */
  function pump(): void {
    while (waiting.length > 0) {
      const limit = blocked(waiting[0]!.worst);
      if (limit === undefined) {
        const { worst, lm, resolve } = waiting.shift()!;
        resolve(account.reserve(lm, worst));
      } else if (account.inFlight === 0) {
        for (const waiter of waiting.splice(0)) waiter.reject(refuse(limit));
      } else {
        return;
      }
    }
  }
  const admit = (lm: LanguageModel, worst: Worst): Ticket | undefined =>
    exhausted === undefined && waiting.length === 0 && blocked(worst) === undefined
      ? account.reserve(lm, worst)
      : undefined;
  return {
    admit: (lm, request) => admit(lm, measure(lm, request)),
    async reserve(lm, request) {
      const worst = measure(lm, request);
      const ticket = admit(lm, worst);
      if (ticket !== undefined) return ticket;
      const limit = exhausted ?? blocked(worst);
      if (limit !== undefined && (exhausted !== undefined || account.inFlight === 0)) throw refuse(limit);
      return new Promise<Ticket>((resolve, reject) => {
        waiting.push({ worst, lm, resolve, reject });
      });
    },
    wait(work, signal, where) {
      const { seconds } = budget;
      const lateMs = seconds === undefined || reporting ? undefined : leftMs() + overtimeMs(seconds);
      // Most evaluations have neither, and every row and call passes here.
      if (signal === undefined && lateMs === undefined) return work;
      return waitPatiently(work, { signal, lateMs, late: () => refuse("seconds"), clock, where });
    },
    restore: (earlier) => account.restore(earlier),
    setAside(worst) {
      aside = worst;
      return () => {
        aside = nothing;
        exhausted = undefined;
        reporting = true;
      };
    },
    spend: () => account.spend(),
    exhausted: () => exhausted,
    largest: () => account.largest(),
  };
}

/** Says how many milliseconds of `budget.seconds` are left. */
function stopwatch(budget: Budget, { clock = systemClock, elapsedMs = 0 }: MeterOptions): () => number {
  const started = clock.now() - elapsedMs;
  const limitMs = (budget.seconds ?? Number.POSITIVE_INFINITY) * 1000;
  return () => (limitMs === Number.POSITIVE_INFINITY ? limitMs : limitMs - (clock.now() - started));
}

/** How long calls in flight may still take once the seconds are over. */
function overtimeMs(seconds: number): number {
  return Math.min(Math.max(seconds * 100, 1000), 30_000);
}

/** The worst case of a call under `budget`. Throws `price-unknown` when dollars are capped and the price is unknown. */
function measureFor(budget: Budget): (lm: LanguageModel, request: Request) => Worst {
  if (budget.tokens === undefined && budget.usd === undefined) return unmeasured;
  return (lm, request) => {
    const worst = worstOf(lm, request);
    if (worst.usd === undefined && budget.usd !== undefined)
      throw new CultivarError(
        "price-unknown",
        `budget.usd is ${budget.usd} but the price of ${nameOf(lm)} is unknown; give the model a price, or limit budget.calls or budget.tokens instead`,
      );
    return worst;
  };
}
