import { blame, isCultivarError } from "../ground/errors.ts";
import { rng } from "../ground/rng.ts";
import type { Gateway } from "../programs/gateway.ts";
import type { Sketch } from "../programs/module.ts";
import type { Candidate, Space } from "../values/component.ts";
import type { DemoRow } from "../values/demo.ts";
import type { Example, ExampleId } from "../values/example.ts";
import type { Models, Request, Response } from "../values/language-model.ts";
import type { Admitted } from "./admission.ts";
import { admission } from "./admission.ts";
import type { ChainHost } from "./chain.ts";
import { chainHost, chains } from "./chain.ts";
import { goals } from "./goals.ts";
import type { KnownRows } from "./known-rows.ts";
import { knownRows } from "./known-rows.ts";
import type { LeakGuard } from "./leak-guard.ts";
import type { Lineage } from "./lineage.ts";
import { lineage } from "./lineage.ts";
import type { Ask, Role, Row, Scored, Study, Tell } from "./optimizer.ts";
import { proposers } from "./proposers.ts";
import type { EndReason, RunEvent } from "./result.ts";
import type { RowSource } from "./row-source.ts";
import { allSettled } from "./row-source.ts";
import type { RunEnd } from "./run-end.ts";
import { endingOf, quiet, runEnd } from "./run-end.ts";
import { isTraced, scoreOnly, shown } from "./shown.ts";
import type { TimeKeeper } from "./time-keeper.ts";
import { turns } from "./turns.ts";

export interface DriveOptions {
  readonly space: Space;
  readonly baseline: Candidate;
  readonly sketch: Sketch;
  readonly train: readonly Example[];
  readonly val: readonly ExampleId[];
  readonly range: readonly [number, number];
  readonly seed: number;
  readonly evaluations: number;
  readonly targetScore: number | undefined;
  readonly patience: number | undefined;
  readonly models: Models | undefined;
  readonly rows: RowSource;
  readonly gateway: Gateway;
  readonly guard: LeakGuard;
  readonly signal: AbortSignal;
  readonly demoOf: (id: string, input: unknown, expected: unknown) => DemoRow | undefined;
  readonly time: TimeKeeper;
  readonly emit: (event: RunEvent) => void;
}

/** What stands around an optimizer: admits, charges, folds and ends, all in logical order. */
export interface Drive extends Omit<RunEnd, "refuse"> {
  readonly study: Study;
  /** `study.evaluate` with all that is known of the rows: for core, which tells the user. */
  score(ask: Ask): Promise<readonly Row[]>;
  evaluations(): number;
  /** Throws the first error of an ask that ends every run (a wrong key, a full disk), whatever the optimizer made of it. */
  refuseBroken(): void;
  /** Keys of the LM calls that count: those of charged observations and of committed proposals, in logical order. */
  callKeys(): Iterable<string>;
  readonly known: KnownRows;
  readonly lineage: Lineage;
  /** Resolves once nothing that was asked is in flight, and all of it was taken into account. */
  settled(): Promise<void>;
}

/** Makes the Study of a run. Budget, incumbent and lineage are folded in the order of the asks, never of arrivals. */
export function drive(options: DriveOptions): Drive {
  const { space, baseline, val, emit, rows, time } = options;
  const known = knownRows(val);
  const line = lineage(space, baseline, emit);
  const { charged, ...admitting } = admission({
    ...options,
    train: new Set(options.train.map(({ id }) => id)),
    val: new Set(val),
    remark: line.remark,
  });
  const run = runEnd((reason) => emit({ type: "end", reason, evaluations: charged.size }));
  const { end, ended, refuse } = run;
  const goal = goals({ ...options, known, end });
  const order = turns();
  const talk = proposers(options);
  let steps = 0;
  let broken: { readonly error: unknown } | undefined;
  /** Asks after this step are void: a physical end cut the run short there. */
  let cut = Number.POSITIVE_INFINITY;

  const endAt = (reason: EndReason, step: number): void => {
    cut = Math.min(cut, step);
    end(reason);
    if (reason === "seconds" && ended() === "seconds") time.decided(step);
  };
  const needsWork = ({ fresh }: Admitted): boolean => fresh.some((key) => !rows.hasKey(key));
  const get = (ask: Ask, { candidate, hash, sample }: Admitted): Promise<Row[]> =>
    allSettled(ask.ids.map((id) => rows.get(candidate, hash, ask.split, id, sample, isTraced(ask)))).catch(
      (error: unknown) => {
        const ends = isCultivarError(error, "run-ended") || endingOf(error, options.signal) !== undefined;
        if (!ends && blame(error) === "run") broken ??= { error };
        throw error;
      },
    );
  const announce = (ask: Ask, told: readonly Row[]): void => {
    const unscored = told.filter((row) => row.score === undefined).length;
    emit({ type: "evaluated", evaluations: charged.size, split: ask.split, rows: told.length, unscored });
  };
  const fold = (ask: Ask, { candidate, hash, sample }: Admitted, told: readonly Row[], at: number): void => {
    if (ask.split === "val" && sample === 0 && known.fold(candidate, hash, told)) goal.improved(at, emit);
  };
  /** Takes one ask's rows into account, at its place in the order. */
  const take = (ask: Ask, admitted: Admitted, step: number, at: number) => (outcome: PromiseSettledResult<Row[]>) => {
    if (outcome.status === "rejected") {
      const reason = endingOf(outcome.reason, options.signal);
      if (reason === undefined) throw outcome.reason;
      endAt(reason, step);
    }
    if (outcome.status === "rejected" || step > cut) {
      admitting.uncharge(admitted.fresh);
      return refuse();
    }
    fold(ask, admitted, outcome.value, at);
    goal.check(at);
    announce(ask, outcome.value);
    return outcome.value;
  };
  const score = async (ask: Ask): Promise<readonly Row[]> => {
    if (ended() !== undefined) return refuse();
    const admitted = admitting.inspect(ask, (key) => !charged.has(key));
    const step = (steps += 1);
    const late = time.late(step, needsWork(admitted));
    if (late !== undefined) endAt(late, step);
    else if (!admitting.fits(admitted.fresh.length)) end("evaluations");
    else goal.step(admitted.fresh.length, 0);
    if (ended() !== undefined) return refuse();
    admitting.charge(admitted.fresh, 0);
    return order.inTurn(get(ask, admitted), take(ask, admitted, step, charged.size));
  };
  const counts = new Map<string, number>();
  const generate = async (role: Role, request: Request): Promise<Response> => {
    if (ended() !== undefined) return refuse();
    const step = (steps += 1);
    const late = time.late(step, false);
    if (late !== undefined) endAt(late, step);
    else goal.step(0, 1);
    if (ended() !== undefined) return refuse();
    return talk.generate(0, counts, talk.count, role, request).catch((error: unknown) => {
      const reason = endingOf(error, options.signal);
      if (reason === undefined) throw error;
      endAt(reason, step);
      return refuse();
    });
  };
  const best = (): Scored => {
    const scored = known.best()!;
    return { ...scored, rows: scored.rows.map(scoreOnly) };
  };
  const host = chainHost({
    ...run,
    admission: { ...admitting, charged },
    nextStep: () => (steps += 1),
    late: time.late,
    endAt,
    endingOf: (error) => endingOf(error, options.signal),
    needsWork,
    get,
    announce,
    fold,
    committed(fresh, calls) {
      goal.step(fresh, calls);
      goal.check(charged.size);
    },
    best,
    generate: talk.generate,
    countCall: talk.count,
    note: (note) => line.note(note, charged.size),
  });
  const evaluate = async (ask: Ask): Promise<Tell> => ({ rows: shown(ask, await score(ask)) });
  const study: Study & { readonly [chains]: ChainHost } = {
    space,
    baseline,
    sketch: options.sketch,
    train: options.train,
    val,
    range: options.range,
    evaluate: (ask) => quiet(evaluate(ask)),
    generate: (role, request) => quiet(generate(role, request)),
    rng: (label) => rng(options.seed, label),
    remaining: admitting.remaining,
    best,
    labelledDemo: (id, example) => labelled(options, id, example),
    note: (note) => line.note(note, charged.size),
    signal: options.signal,
    [chains]: host,
  };
  return {
    ...run,
    study,
    score,
    evaluations: () => charged.size,
    refuseBroken() {
      if (broken !== undefined) throw broken.error;
    },
    *callKeys() {
      for (const key of charged.keys()) yield* rows.callsOf(key);
      yield* talk.keys;
    },
    known,
    lineage: line,
    async settled() {
      await Promise.all([order.settled(), talk.settled()]);
      await rows.settled();
    },
  };
}

function labelled(options: DriveOptions, id: string, example: Example): DemoRow | undefined {
  if (example.expected === undefined) return undefined;
  const row = options.demoOf(id, example.input, example.expected);
  return row === undefined ? undefined : { ...row, source: example.id };
}
