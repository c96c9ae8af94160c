import { CultivarError } from "../ground/errors.ts";
import type { Request, Response } from "../values/language-model.ts";
import type { Admission, Admitted } from "./admission.ts";
import type { Ask, Note, Role, Row, Scored, Study, Tell } from "./optimizer.ts";
import type { EndReason } from "./result.ts";
import type { RunEnd } from "./run-end.ts";
import { endError, quiet } from "./run-end.ts";
import { shown } from "./shown.ts";

/** Where a Study keeps what `inOrder` needs; a copy of the Study by spread keeps it too. */
export const chains: unique symbol = Symbol.for("cultivar.chains");

/** One proposal in flight: a Study of its own, charged to what was reserved for it, folded when it is committed. */
export interface Chain {
  /** The methods of the chain's Study, to lay over the optimizer's own. */
  readonly methods: Pick<Study, "evaluate" | "generate" | "remaining" | "best" | "note">;
  /** Resolves once none of its asks is in flight. */
  settled(): Promise<void>;
  /** The physical end that it ran into, whether or not it says so: it then cannot be committed. */
  ending(): EndReason | undefined;
  /** Ends the run at this chain's place in the order, for the reason that it ran into. */
  end(): void;
  /** Charges, folds and notes what the chain did, in the order in which it did it. */
  commit(): void;
  /** Gives the reservation back; nothing the chain did counts. */
  drop(): void;
}

export interface ChainHost extends Omit<RunEnd, "over"> {
  /** A number that differs between the `inOrder` calls of one run. */
  nextInstance(): number;
  /** Opens a chain, or says why none may begin now; the run goes on until the chains before it are through. */
  open(instance: number, step: number, cost: number): Chain | EndReason;
}

/** What drive does for a chain. */
export interface ChainDrive extends Omit<RunEnd, "over"> {
  readonly admission: Admission;
  /** The number of a new step of the run. */
  nextStep(): number;
  late(step: number, fresh: boolean): EndReason | undefined;
  /** Ends the run at a step, for a physical reason. */
  endAt(reason: EndReason, step: number): void;
  /** The physical end that an error stands for. */
  endingOf(error: unknown): EndReason | undefined;
  needsWork(admitted: Admitted): boolean;
  get(ask: Ask, admitted: Admitted): Promise<Row[]>;
  announce(ask: Ask, rows: readonly Row[]): void;
  fold(ask: Ask, admitted: Admitted, rows: readonly Row[], at: number): void;
  /** After a commit: counts what was new, and looks whether the run has reached its goal. */
  committed(fresh: number, calls: number): void;
  best(): Scored;
  /** `base` is the first sample index, `seen` counts equal requests, `made` is told the call's key. */
  generate(
    base: number,
    seen: Map<string, number>,
    made: (key: string) => void,
    role: Role,
    request: Request,
  ): Promise<Response>;
  countCall(key: string): void;
  note(note: Note): void;
}

/** Steps of one `inOrder` call at most, before its sample indexes could meet the next call's. */
const stepsPerInstance = 100_000;
/** Equal proposer requests within one step at most, likewise. */
const samplesPerStep = 1000;
/** Asks of one chain at most; and proposer calls of one: a proposal that needs more is going in circles. */
const maxStepsOfChain = 10_000;

/**
 * Makes chains over a drive. What a chain sees (charged rows, incumbent, evaluations left) is a snapshot of the commits
 * before it started; what it does is charged and folded at its commit. So nothing depends on who is faster.
 */
export function chainHost(host: ChainDrive): ChainHost {
  let ticks = 0;
  let instances = 0;
  return {
    nextInstance: () => instances++,
    open(instance, step, cost) {
      const at = host.nextStep();
      const late = host.late(at, false);
      if (late !== undefined) return late;
      const left = host.admission.remaining();
      if (!host.admission.reserve(cost)) return "evaluations";
      const base = (instance * stepsPerInstance + step + 1) * samplesPerStep;
      return openChain(host, { at, step, cost, left, base, since: ticks, tick: () => (ticks += 1) });
    },
    end: host.end,
    ended: host.ended,
    refuse: host.refuse,
  };
}

interface Place {
  /** The chain's step of the run, and of its `inOrder`. */
  readonly at: number;
  readonly step: number;
  readonly cost: number;
  readonly left: number;
  readonly base: number;
  readonly since: number;
  readonly tick: () => number;
}

function openChain(host: ChainDrive, { at, step, cost, left, base, since, tick }: Place): Chain {
  const { admission } = host;
  const best = host.best();
  const own = new Set<string>();
  const seen = new Map<string, number>();
  const log: (() => void)[] = [];
  let ending: EndReason | undefined;
  const pending = new Set<Promise<unknown>>();
  let over = false;
  let asks = 0;
  let calls = 0;
  const isNew = (key: string): boolean =>
    !own.has(key) && !((admission.charged.get(key) ?? Number.POSITIVE_INFINITY) <= since);
  const bound = (count: number): void => {
    if (count > maxStepsOfChain)
      throw new CultivarError("config", `inOrder: step ${step} has no end: ${count} asks; make smaller steps`);
  };
  const meet = (reason: EndReason): CultivarError => {
    ending ??= reason;
    return endError(ending);
  };
  const physical = (error: unknown): never => {
    const reason = host.endingOf(error);
    throw reason === undefined ? error : meet(reason);
  };
  const requireOpen = (): void => {
    if (ending !== undefined) throw endError(ending);
    if (over) throw new CultivarError("config", `inOrder: step ${step} asked after it was over; await its asks`);
  };
  const track = <T>(work: Promise<T>): Promise<T> => {
    pending.add(work);
    void quiet(work.finally(() => pending.delete(work)));
    return quiet(work);
  };
  const evaluate = async (ask: Ask): Promise<Tell> => {
    if (host.ended() !== undefined) return host.refuse();
    requireOpen();
    const admitted = admission.inspect(ask, isNew);
    bound((asks += 1));
    if (own.size + admitted.fresh.length > cost) {
      throw new CultivarError(
        "config",
        `inOrder: step ${step} asked for ${own.size + admitted.fresh.length} evaluations but reserved ${cost}; raise cost to the most one proposal can use`,
      );
    }
    const late = host.late(at, host.needsWork(admitted));
    if (late !== undefined) throw meet(late);
    for (const key of admitted.fresh) own.add(key);
    const slot = log.push(() => {}) - 1;
    const rows = await host.get(ask, admitted).catch(physical);
    log[slot] = () => host.fold(ask, admitted, rows, admission.charged.size);
    host.announce(ask, rows);
    return { rows: shown(ask, rows) };
  };
  const generate = async (role: Role, request: Request): Promise<Response> => {
    if (host.ended() !== undefined) return host.refuse();
    requireOpen();
    bound((calls += 1));
    const made = (key: string): void => void log.push(() => host.countCall(key));
    return host.generate(base, seen, made, role, request).catch(physical);
  };
  return {
    methods: {
      evaluate: (ask) => track(evaluate(ask)),
      generate: (role, request) => track(generate(role, request)),
      remaining: () => left - own.size,
      best: () => best,
      note: (note) => void log.push(() => host.note(note)),
    },
    async settled() {
      while (pending.size > 0) await Promise.allSettled(pending);
    },
    ending: () => ending,
    end: () => host.endAt(ending!, at),
    commit() {
      over = true;
      admission.refund(cost);
      const fresh = [...own].filter((key) => !admission.charged.has(key));
      admission.charge(fresh, tick());
      for (const act of log) act();
      host.committed(fresh.length, calls);
    },
    drop() {
      over = true;
      admission.refund(cost);
    },
  };
}
