import { CultivarError } from "../ground/errors.ts";
import type { Candidate } from "../values/component.ts";
import type { Request, Response } from "../values/language-model.ts";
import type { Ask, Note, Role, Row, Scored, Study, Tell } from "./optimizer.ts";
import type { EndReason } from "./result.ts";

/** Where a Study keeps what `inOrder` needs; a copy of the Study by spread keeps it too. */
export const chains: unique symbol = Symbol.for("cultivar.chains");

/** One ask as it was admitted. */
export interface Admitted {
  readonly candidate: Candidate;
  readonly hash: string;
  readonly sample: number;
  /** Keys of the observations that are new to whoever asks. */
  readonly fresh: readonly string[];
}

/** One proposal in flight: a Study of its own, charged to what was reserved for it, folded when it is committed. */
export interface Chain {
  /** The methods of the chain's Study, to lay over the optimizer's own. */
  readonly methods: Pick<Study, "evaluate" | "generate" | "remaining" | "best" | "note">;
  /** Charges, folds and notes what the chain did, in the order in which it did it. */
  commit(): void;
  /** Gives the reservation back; nothing the chain did counts. */
  drop(): void;
}

export interface ChainHost {
  /** A number that differs between the `inOrder` calls of one run. */
  nextInstance(): number;
  /** Undefined when `cost` evaluations do not fit. */
  open(instance: number, step: number, cost: number): Chain | undefined;
  end(reason: EndReason): void;
  ended(): EndReason | undefined;
  refuse(): Promise<never>;
}

/** The parts of drive that chains share. */
export interface ChainDrive {
  /** Observation -> the tick of the commit that charged it. */
  readonly charged: ReadonlyMap<string, number>;
  reserve(cost: number): boolean;
  refund(cost: number): void;
  remaining(): number;
  outOfTime(): EndReason | undefined;
  inspect(ask: Ask, isNew: (key: string) => boolean): Admitted;
  get(ask: Ask, admitted: Admitted): Promise<Row[]>;
  tell(ask: Ask, rows: readonly Row[]): Tell;
  fold(ask: Ask, admitted: Admitted, rows: readonly Row[]): void;
  commitDone(fresh: number): void;
  charge(keys: readonly string[], tick: number): void;
  best(): Scored;
  generateAt(
    base: number,
    seen: Map<string, number>,
    made: (key: string) => void,
    role: Role,
    request: Request,
  ): Promise<Response>;
  countCall(key: string): void;
  note(note: Note): void;
  end(reason: EndReason): void;
  ended(): EndReason | undefined;
  refuse(): Promise<never>;
}

/** Steps of one `inOrder` call at most, before its sample indexes could meet the next call's. */
const stepsPerInstance = 100_000;
/** Equal proposer requests within one step at most, likewise. */
const samplesPerStep = 1000;

/**
 * Makes chains over a drive. What a chain sees (charged rows, incumbent, evaluations left) is a snapshot of the commits
 * before it started; what it does is charged and folded at its commit. So nothing depends on who is faster.
 */
export function chainHost(host: ChainDrive): ChainHost {
  let tick = 0;
  let instances = 0;
  const open = (instance: number, step: number, cost: number): Chain | undefined => {
    const left = host.remaining();
    if (!host.reserve(cost)) return undefined;
    const since = tick;
    const best = host.best();
    const own = new Set<string>();
    const seen = new Map<string, number>();
    const log: (() => void)[] = [];
    const base = (instance * stepsPerInstance + step + 1) * samplesPerStep;
    const isNew = (key: string): boolean =>
      !own.has(key) && !((host.charged.get(key) ?? Number.POSITIVE_INFINITY) <= since);
    const evaluate = async (ask: Ask): Promise<Tell> => {
      if (host.ended() !== undefined) return host.refuse();
      const admitted = host.inspect(ask, isNew);
      if (own.size + admitted.fresh.length > cost) {
        throw new CultivarError(
          "config",
          `inOrder: step ${step} asked for ${own.size + admitted.fresh.length} evaluations but reserved ${cost}; raise cost to the most one proposal can use`,
        );
      }
      for (const key of admitted.fresh) own.add(key);
      const slot = log.push(() => {}) - 1;
      const rows = await host.get(ask, admitted);
      log[slot] = () => host.fold(ask, admitted, rows);
      return host.tell(ask, rows);
    };
    return {
      methods: {
        evaluate,
        generate: (role, request) =>
          host.generateAt(base, seen, (key) => void log.push(() => host.countCall(key)), role, request),
        remaining: () => left - own.size,
        best: () => best,
        note: (note) => void log.push(() => host.note(note)),
      },
      commit() {
        tick += 1;
        host.refund(cost);
        const fresh = [...own].filter((key) => !host.charged.has(key));
        host.charge(fresh, tick);
        for (const act of log) act();
        host.commitDone(fresh.length);
      },
      drop: () => host.refund(cost),
    };
  };
  return {
    nextInstance: () => instances++,
    open: (instance, step, cost) => {
      const late = host.outOfTime();
      if (late !== undefined) host.end(late);
      return host.ended() === undefined ? open(instance, step, cost) : undefined;
    },
    end: host.end,
    ended: host.ended,
    refuse: host.refuse,
  };
}
