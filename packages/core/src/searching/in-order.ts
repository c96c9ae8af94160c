import { CultivarError } from "../ground/errors.ts";
import type { Chain, ChainHost } from "./chain.ts";
import { chains } from "./chain.ts";
import type { Study } from "./optimizer.ts";
import type { EndReason } from "./result.ts";

export interface InOrderOptions<S, P> {
  /** Proposals in flight at most, at least 1. Belongs to the optimizer and changes results; 1 is the serial search. */
  readonly width: number;
  readonly state: S;
  /** The most evaluations that one proposal can use: reserved at its start in step order, refunded at its commit. */
  readonly cost: number;
  /** Steps at most; without it the search goes on until the run ends or `until` says so. */
  readonly steps?: number;
  /** Makes one proposal with a Study of its own; `state` holds exactly the commits up to step - width, frozen. */
  readonly start: (step: number, state: S, study: Study) => Promise<P>;
  /**
   * Takes a proposal into the state, in step order, whichever was done first. Must not wait. `left` is how many
   * evaluations there are after it, those of proposals in flight not taken off.
   */
  readonly commit: (state: S, proposal: P, step: number, left: number) => S;
  /** Asked after each commit; true ends the search, and what is still in flight is dropped. */
  readonly until?: (state: S) => boolean;
}

interface Flight<P> {
  readonly chain: Chain;
  readonly landed: Promise<{ readonly proposal: P } | { readonly error: unknown }>;
}

/**
 * Parallel search without barriers, still deterministic: up to `width` proposals in flight, committed in step order.
 * The result depends on `width` and on nothing that timing decides: so a step asks the Study that it was given, and one
 * search runs at a time (`config` errors otherwise). Rejects with `run-ended` when the run is over, once every chain in
 * flight has settled; with a chain's own error likewise.
 */
export async function inOrder<S, P>(study: Study, options: InOrderOptions<S, P>): Promise<S> {
  const { width, cost, steps = Number.POSITIVE_INFINITY } = options;
  checkOptions(width, cost);
  const host = hostOf(study);
  const instance = await host.enter();
  const flights = new Map<number, Flight<P>>();
  /** The states that a step to come may start from: after `first` commits, after one more, and so on. */
  const states: S[] = [frozen(options.state)];
  let first = 0;
  let next = 0;
  let reason: EndReason = "evaluations";

  const launch = (committed: number): void => {
    while (next < steps && next - committed < width) {
      const chain = host.open(instance, next, cost);
      if (typeof chain === "string") {
        reason = chain;
        return;
      }
      const state = states[Math.max(0, next - width + 1) - first]!;
      flights.set(next, { chain, landed: land(chain, options.start, next, state, study) });
      next += 1;
    }
  };
  const settle = async (): Promise<void> => {
    for (const { chain, landed } of flights.values()) {
      await landed;
      chain.drop();
    }
    flights.clear();
  };
  try {
    for (let step = 0; ; step++) {
      launch(step);
      const flight = flights.get(step);
      if (flight === undefined) {
        if (step >= steps) return states.at(-1)!;
        host.end(reason);
      } else {
        const result = await flight.landed;
        if (flight.chain.ending() !== undefined) flight.chain.end();
        else if ("error" in result) throw result.error;
        else {
          flights.delete(step);
          flight.chain.commit();
          states.push(frozen(options.commit(states.at(-1)!, result.proposal, step, host.left())));
          for (; first < next - width + 1 && states.length > 1; first++) states.shift();
        }
      }
      if (host.ended() !== undefined) return await host.refuse();
      if (options.until?.(states.at(-1)!) === true) return states.at(-1)!;
    }
  } finally {
    // Whatever ends the search: nothing is left in flight, and nothing uncommitted counts.
    await settle();
    host.leave();
  }
}

function hostOf(study: Study): ChainHost {
  const host = (study as Study & { readonly [chains]?: ChainHost })[chains];
  if (host !== undefined) return host;
  throw new CultivarError(
    "config",
    "inOrder: this study was not made by compile, start or open; pass on the one given",
  );
}

function checkOptions(width: number, cost: number): void {
  if (!Number.isInteger(width) || width < 1)
    throw new CultivarError("config", `inOrder: width must be a whole number of at least 1, got ${width}`);
  if (!Number.isInteger(cost) || cost < 0)
    throw new CultivarError("config", `inOrder: cost must be a whole number of evaluations, got ${cost}`);
}

/** Frozen where it is plain data: a proposal that wrote into the state would be seen by others, by chance. */
function frozen<S>(state: S): S {
  const prototype: unknown = typeof state === "object" && state !== null ? Object.getPrototypeOf(state) : undefined;
  return prototype === Object.prototype || Array.isArray(state) ? Object.freeze(state) : state;
}

/** Runs one proposal to its end, its last ask included. */
async function land<S, P>(
  chain: Chain,
  start: InOrderOptions<S, P>["start"],
  step: number,
  state: S,
  study: Study,
): Promise<{ readonly proposal: P } | { readonly error: unknown }> {
  try {
    const proposal = await start(step, state, { ...study, ...chain.methods });
    return { proposal };
  } catch (error) {
    return { error };
  } finally {
    await chain.settled();
  }
}
