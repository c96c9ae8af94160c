import { systemClock } from "../ground/clock.ts";
import { CultivarError, isCultivarError } from "../ground/errors.ts";
import { limit } from "../ground/limit.ts";
import type { Metric } from "../judging/metric.ts";
import { asMetric } from "../judging/metric.ts";
import { frameOf, modelsOf, spaceOf } from "../programs/bind.ts";
import { createGateway } from "../programs/gateway.ts";
import type { Gateway } from "../programs/gateway.ts";
import type { Meter } from "../programs/meter.ts";
import { createMeter } from "../programs/meter.ts";
import type { AnyModule, Module, Need } from "../programs/module.ts";
import { definition } from "../programs/module.ts";
import type { Candidate, Space } from "../values/component.ts";
import { baselineOf } from "../values/component.ts";
import type { Example, ExampleRow } from "../values/example.ts";
import { version } from "../version.ts";
import { scoreBaseline } from "./baseline.ts";
import type { Drive } from "./drive.ts";
import { drive } from "./drive.ts";
import { eventStream } from "./event-stream.ts";
import type { AnyTarget, Fingerprint } from "./fingerprint.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { leakGuard } from "./leak-guard.ts";
import type { Ledger } from "./ledger.ts";
import { callRecords, openLedger, restoreSpend } from "./ledger.ts";
import { memoryJournalStore } from "./memory-journal.ts";
import type { Study } from "./optimizer.ts";
import { planOf } from "./plan.ts";
import type { PreparedData } from "./prepare-data.ts";
import { prepareData } from "./prepare-data.ts";
import { report, reportNeeds } from "./report.ts";
import type { CompileResult, EndReason, Plan, RunEvent } from "./result.ts";
import type { RowSource } from "./row-source.ts";
import { rowSource } from "./row-source.ts";
import { searchSpace } from "./search-space.ts";
import type { Target } from "./target.ts";

/** A run while it goes on: its events (read them or not), and its result. */
export interface Run {
  readonly events: AsyncIterable<RunEvent>;
  readonly result: Promise<CompileResult>;
}

/** A study to drive by hand, with ask and tell; `finish` ends it, opens test and reports. */
export interface OpenStudy extends Study {
  finish(): Promise<CompileResult>;
}

/** Everything that stands around one run. */
export interface RunParts {
  readonly program: AnyModule;
  readonly target: AnyTarget;
  readonly name: string;
  readonly fingerprint: Fingerprint;
  readonly data: PreparedData;
  readonly space: Space;
  readonly metric: Metric<never, never>;
  readonly meter: Meter;
  readonly gateway: Gateway;
  readonly rows: RowSource;
  readonly ledger: Ledger;
  readonly drive: Drive;
  readonly emit: (event: RunEvent) => void;
  /** A candidate of the space, with what `vary` held still put back. */
  readonly complete: (candidate: Candidate) => Candidate;
}

/**
 * Improves a program: scores the baseline on val, lets the optimizer search within the budget, and returns the best
 * candidate if it passed the gate, else the baseline, with an honest report. Resumes a journaled run of the same inputs
 * and pays for nothing twice. Costs at most the budget. Rejects with errors in the house form; the journal keeps what
 * was paid for.
 */
export function compile<I, O, M, N extends Need, E extends ExampleRow<I>>(
  program: Module<I, O, M, N>,
  target: Target<E, O, N>,
): Promise<CompileResult> {
  return start(program, target).result;
}

/** `compile`, with events. */
export function start<I, O, M, N extends Need, E extends ExampleRow<I>>(
  program: Module<I, O, M, N>,
  target: Target<E, O, N>,
): Run {
  const events = eventStream<RunEvent>();
  const result = execute(program, target as unknown as AnyTarget, (event) => events.push(event)).finally(() =>
    events.close(),
  );
  // Whoever reads only the events must not die of an unhandled rejection: the error is still in `result`.
  result.catch(() => {});
  return { events, result };
}

/** The Study of a run, without its optimizer: for searches driven from outside. */
export async function open<I, O, M, N extends Need, E extends ExampleRow<I>>(
  program: Module<I, O, M, N>,
  target: Omit<Target<E, O, N>, "optimizer">,
): Promise<OpenStudy> {
  const manual = { ...target, optimizer: { name: "by hand", run: () => Promise.resolve() } } as unknown as AnyTarget;
  const parts = await assemble(program, manual, () => {});
  try {
    await scoreBaseline(parts);
  } catch (error) {
    await parts.ledger.close();
    throw error;
  }
  return { ...parts.drive.study, finish: () => conclude(parts) };
}

/** What a run is expected to need; makes no call. */
export function plan<I, O, M, N extends Need, E extends ExampleRow<I>>(
  program: Module<I, O, M, N>,
  target: Target<E, O, N>,
): Promise<Plan> {
  const any = target as unknown as AnyTarget;
  return Promise.resolve().then(() => planOf(program, any, prepareData(program, any.data, any.seed ?? 0)));
}

async function execute(program: AnyModule, target: AnyTarget, emit: (event: RunEvent) => void): Promise<CompileResult> {
  const parts = await assemble(program, target, emit);
  try {
    await scoreBaseline(parts);
    parts.meter.setAside(reportNeeds(parts));
    await search(parts);
  } catch (error) {
    await parts.rows.settled();
    await parts.ledger.close();
    throw error;
  }
  return conclude(parts);
}

/** Lets the optimizer run until it is done or the run has ended. */
async function search({ drive: { study, ended, end }, target, rows }: RunParts): Promise<void> {
  if (ended() === undefined) {
    try {
      await Promise.race([target.optimizer.run(study), untilEnded(ended)]);
    } catch (error) {
      if (ended() === undefined || !isCultivarError(error, "run-ended")) throw error;
    }
  }
  await rows.settled();
  end("done");
}

/** Resolves some time after the run has ended, for optimizers that swallow the end and never return. */
async function untilEnded(ended: () => EndReason | undefined): Promise<void> {
  while (ended() === undefined) await systemClock.sleep(50);
  await systemClock.sleep(1000);
}

async function conclude(parts: RunParts): Promise<CompileResult> {
  try {
    parts.drive.end("done");
    return await report(parts);
  } finally {
    await parts.ledger.close();
  }
}

function checkTarget(name: string, target: AnyTarget): void {
  const { budget } = target;
  if (typeof budget !== "object" || Object.values(budget).every((value) => value === undefined)) {
    throw new CultivarError(
      "config",
      `${name}: budget must set at least one of evaluations, calls, tokens, usd, seconds; say budget: { evaluations: 400 }`,
    );
  }
  for (const [key, value] of Object.entries(budget)) {
    if (value !== undefined && !(value > 0))
      throw new CultivarError("config", `${name}: budget.${key} must be above 0, got ${value}`);
  }
  if (target.seed !== undefined && !Number.isInteger(target.seed))
    throw new CultivarError("config", `${name}: seed must be a whole number, got ${target.seed}`);
  if (typeof target.optimizer?.run !== "function")
    throw new CultivarError(
      "config",
      `${name}: optimizer must be an optimizer, say randomSearch(); got ${typeof target.optimizer}`,
    );
}

async function assemble(program: AnyModule, target: AnyTarget, emit: (event: RunEvent) => void): Promise<RunParts> {
  const name = target.name ?? program.name;
  checkTarget(name, target);
  const seed = target.seed ?? 0;
  const models = modelsOf(target);
  const data = prepareData(program, target.data, seed);
  const space = searchSpace(program, models, target.vary ?? {});
  const baseline = baselineOf(space);
  const fixed = baselineOf(spaceOf(program));
  const complete = (candidate: Candidate): Candidate => Object.freeze({ ...fixed, ...candidate });
  frameOf(program, models, complete(baseline));
  checkBudget(name, target, data);
  const fingerprint = fingerprintOf(program, target);
  const ledger = await openLedger(target.journal ?? memoryJournalStore(), name, fingerprint, seed, version, target.run);
  const clock = target.clock ?? systemClock;
  const began = clock.now();
  const elapsedMs = (): number => ledger.elapsedMs + (clock.now() - began);
  const meter = createMeter(target.budget, { clock, elapsedMs: ledger.elapsedMs });
  restoreSpend(meter, ledger);
  const signal = target.signal ?? new AbortController().signal;
  const gateway = createGateway({
    meter,
    cache: target.cache,
    append: ledger.append,
    signal,
    elapsedMs,
    earlier: callRecords(ledger),
    onRetry: ({ model, attempt, delayMs, error }) =>
      emit({
        type: "retry",
        model,
        attempt,
        delayMs,
        code: isCultivarError(error) ? error.code : "transport",
        message: (error as Error).message,
      }),
  });
  const metric = asMetric(target.metric) as unknown as Metric<never, never>;
  const byId = (rows: readonly Example[]): Map<string, Example> => new Map(rows.map((row) => [row.id, row]));
  const rows = rowSource({
    module: program,
    metric,
    examples: { train: byId(data.train), val: byId(data.val), test: byId(data.test) },
    gateway,
    signal,
    seed,
    limit: limit(target.concurrency ?? 16),
    frameFor: (candidate) => frameOf(program, models, complete(candidate)),
    append: ledger.append,
    earlier: ledger.earlier,
    onRow: () =>
      emit({ type: "progress", evaluations: driven.evaluations(), spend: meter.spend(), elapsedMs: elapsedMs() }),
  });
  const driven = drive({
    space,
    baseline,
    sketch: program[definition].sketch,
    train: data.train,
    val: data.val.map(({ id }) => id),
    range: metric.range,
    seed,
    evaluations: target.budget.evaluations ?? Number.POSITIVE_INFINITY,
    targetScore: target.targetScore,
    patience: target.patience,
    models,
    rows,
    gateway,
    guard: leakGuard(space, baseline, data.train, [...data.val, ...data.test]),
    signal,
    demoOf: demoReader(program),
    outOfTime: timeKeeper(target, ledger, elapsedMs),
    emit,
  });
  const resumed = ledger.earlier.filter((record) => record.type === "reply").length;
  emit({
    type: "start",
    target: name,
    fingerprint: fingerprint.hash,
    resumed,
    orphans: ledger.orphans.length,
    plan: planOf(program, target, data),
  });
  return {
    program,
    target,
    name,
    fingerprint,
    data,
    space,
    metric,
    meter,
    gateway,
    rows,
    ledger,
    drive: driven,
    emit,
    complete,
  };
}

function checkBudget(name: string, { budget }: AnyTarget, { val }: PreparedData): void {
  if (budget.evaluations !== undefined && budget.evaluations < val.length) {
    throw new CultivarError(
      "config",
      `${name}: budget.evaluations is ${budget.evaluations} but the baseline alone needs one pass over val, ${val.length}; raise it or pass fewer val rows`,
    );
  }
}

function demoReader(program: AnyModule) {
  const { rootPrefix, demoOf } = program[definition];
  return (id: string, input: unknown, expected: unknown) => demoOf(id.slice(rootPrefix.length), input, expected);
}

/**
 * The end by time is a decision: taken at an ask, journaled, and taken at the same ask when the run is replayed, unless
 * budget.seconds was raised since. Replayed asks cost no time.
 */
function timeKeeper(
  target: AnyTarget,
  ledger: Ledger,
  elapsedMs: () => number,
): (asks: number, fresh: boolean) => EndReason | undefined {
  const { seconds } = target.budget;
  if (target.signal?.aborted === true) return () => "aborted";
  return (asks, fresh) => {
    if (target.signal?.aborted === true) return "aborted";
    if (seconds === undefined) return undefined;
    const before = ledger.timedEnd;
    if (before !== undefined && before.seconds >= seconds) return asks >= before.asks ? "seconds" : undefined;
    if (!fresh || elapsedMs() < seconds * 1000) return undefined;
    void ledger.append({ type: "timed-end", asks, seconds }).catch(() => {});
    return "seconds";
  };
}
