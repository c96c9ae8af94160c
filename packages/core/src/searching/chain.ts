import { CultivarError } from "../ground/errors.ts";
import type { Request, Response } from "../values/language-model.ts";
import type { Admitted } from "./admission.ts";
import type { Ask, Role, Row, Scored, Study, Tell } from "./optimizer.ts";
import type { EndReason } from "./result.ts";
import type { RunEnd } from "./run-end.ts";
import { endError, quiet } from "./run-end.ts";
import type { SerialAsks } from "./serial-asks.ts";
import type { SharedParts } from "./shared-parts.ts";
import { shown } from "./shown.ts";

/** Where a Study keeps what `inOrder` needs; a copy of the Study by spread keeps it too. */
export const chains: unique symbol = Symbol.for("cultivar.chains");

/** One proposal in flight: a Study of its own, charged to what was reserved for it, folded when it is committed. */
export interface Chain {
  /** The methods of the chain's Study, to lay over the optimizer's own. */
  readonly methods: Pick<Study, "evaluate" | "generate" | "embed" | "remaining" | "best" | "note">;
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
  /**
   * Begins an `inOrder` once what was asked before has been taken into account; gives its number. Rejects while another
   * one runs: which of the two came first would be a matter of time.
   */
  enter(): Promise<number>;
  leave(): void;
  /** Opens a chain, or says why none may begin now; the run goes on until the chains before it are through. */
  open(instance: number, step: number, cost: number): Chain | EndReason;
  /** Evaluations left after the commits so far, whatever is in flight. */
  left(): number;
}

/** Steps of one `inOrder` call at most, before its sample indexes could meet the next call's. */
const stepsPerInstance = 100_000;
/**
 * Calls of proposers and embedders of one step at most, likewise: they may all be equal. A proposal that needs more goes
 * in circles.
 */
const samplesPerStep = 1000;
/** Asks of one step at most. */
const asksPerStep = 10_000;

/**
 * Makes chains over a drive. What a chain sees (charged rows, incumbent, evaluations left) is a snapshot of the commits
 * before it started; what it does is charged and folded at its commit. So nothing depends on who is faster.
 */
export function chainHost(shared: SharedParts, serial: Pick<SerialAsks, "settled">): ChainHost {
  const { admission, steps } = shared;
  let ticks = 0;
  let instances = 0;
  return {
    async enter() {
      steps.setInOrder(true);
      await serial.settled();
      return instances++;
    },
    leave: () => steps.setInOrder(false),
    open(instance, step, cost) {
      const at = steps.next();
      const late = steps.late(at, false);
      if (late !== undefined) return late;
      const left = admission.remaining();
      if (!admission.reserve(cost)) return "evaluations";
      const base = (instance * stepsPerInstance + step + 1) * samplesPerStep;
      return new OpenChain(shared, { at, step, cost, left, base, since: ticks, tick: () => (ticks += 1) });
    },
    left: () => admission.uncharged(),
    end: steps.end,
    ended: steps.ended,
    refuse: steps.refuse,
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

class OpenChain implements Chain {
  readonly methods: Chain["methods"];
  readonly #shared: SharedParts;
  readonly #place: Place;
  readonly #best: Scored;
  /** Keys of the observations that it asked for first. */
  readonly #own = new Set<string>();
  /** Equal proposer requests so far. */
  readonly #seen = new Map<string, number>();
  /** What its commit does, in the order in which it was asked. */
  readonly #log: (() => void)[] = [];
  readonly #pending = new Set<Promise<unknown>>();
  #ending: EndReason | undefined;
  #over = false;
  #asks = 0;
  #calls = 0;

  constructor(shared: SharedParts, place: Place) {
    this.#shared = shared;
    this.#place = place;
    this.#best = shared.found.best();
    this.methods = {
      evaluate: (ask) => this.#track(this.#evaluate(ask)),
      generate: (role, request) => this.#track(this.#generate(role, request)),
      embed: (embedder, texts) => this.#track(this.#call(() => shared.vectors.embed(embedder, texts))),
      remaining: () => place.left - this.#own.size,
      best: () => this.#best,
      note: (note) => void this.#log.push(() => shared.found.note(note)),
    };
  }

  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }

  ending(): EndReason | undefined {
    return this.#ending;
  }

  end(): void {
    this.#shared.steps.endAt(this.#ending!, this.#place.at);
  }

  commit(): void {
    const { admission, found } = this.#shared;
    this.drop();
    const fresh = [...this.#own].filter((key) => !admission.charged.has(key));
    admission.charge(fresh, this.#place.tick());
    for (const act of this.#log) act();
    found.step(fresh.length, this.#calls);
    found.check(admission.charged.size);
  }

  drop(): void {
    this.#over = true;
    this.#shared.admission.refund(this.#place.cost);
  }

  async #evaluate(ask: Ask): Promise<Tell> {
    const { admission, asked, found, steps } = this.#shared;
    if (steps.ended() !== undefined) return steps.refuse();
    this.#requireOpen();
    const admitted = admission.inspect(ask, (key) => this.#isNew(key));
    this.#bound("asks", (this.#asks += 1), asksPerStep);
    this.#requireCost(admitted);
    const late = steps.late(this.#place.at, asked.needsWork(admitted));
    if (late !== undefined) throw this.#meet(late);
    for (const key of admitted.fresh) this.#own.add(key);
    let rows: Row[] | undefined;
    this.#log.push(() => {
      found.remarkCopies(admitted);
      if (rows !== undefined) found.fold(ask, admitted, rows, admission.charged.size);
    });
    rows = await asked.get(ask, admitted).catch((error: unknown) => this.#physical(error));
    found.announce(ask, rows);
    return { rows: shown(ask, rows) };
  }

  #generate(role: Role, request: Request): Promise<Response> {
    const { talk } = this.#shared;
    const made = (key: string): void => void this.#log.push(() => talk.count(key));
    const caller = { base: this.#place.base, seen: this.#seen, made };
    return this.#call(() => talk.generate(role, request, caller));
  }

  /** A call of a model that is the optimizer's own. */
  async #call<T>(make: () => Promise<T>): Promise<T> {
    const { steps } = this.#shared;
    if (steps.ended() !== undefined) return steps.refuse();
    this.#requireOpen();
    this.#bound("calls of proposers and embedders", (this.#calls += 1), samplesPerStep);
    return make().catch((error: unknown) => this.#physical(error));
  }

  /** To this chain: neither asked for by itself, nor charged by a commit before it started. */
  #isNew(key: string): boolean {
    const tick = this.#shared.admission.charged.get(key) ?? Number.POSITIVE_INFINITY;
    return !this.#own.has(key) && tick > this.#place.since;
  }

  #requireOpen(): void {
    if (this.#ending !== undefined) throw endError(this.#ending);
    if (this.#over)
      throw new CultivarError("config", `inOrder: step ${this.#place.step} asked after it was over; await its asks`);
  }

  #requireCost({ fresh }: Admitted): void {
    const { cost, step } = this.#place;
    const used = this.#own.size + fresh.length;
    if (used <= cost) return;
    throw new CultivarError(
      "config",
      `inOrder: step ${step} asked for ${used} evaluations but reserved ${cost}; raise cost to the most one proposal can use`,
    );
  }

  #bound(what: string, count: number, most: number): void {
    if (count <= most) return;
    throw new CultivarError(
      "config",
      `inOrder: step ${this.#place.step} made ${count} ${what}, at most ${most} are allowed; make smaller steps`,
    );
  }

  /** Notes a physical end that the chain ran into. */
  #meet(reason: EndReason): CultivarError {
    this.#ending ??= reason;
    return endError(this.#ending);
  }

  #physical(error: unknown): never {
    const reason = this.#shared.asked.endingOf(error);
    throw reason === undefined ? error : this.#meet(reason);
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#pending.add(work);
    void quiet(work.finally(() => this.#pending.delete(work)));
    return quiet(work);
  }
}
