import { systemClock } from "../ground/clock.ts";
import { CultivarError, isCultivarError } from "../ground/errors.ts";
import { limit } from "../ground/limit.ts";
import type { Metric } from "../judging/metric.ts";
import { asMetric } from "../judging/metric.ts";
import { frameOf, modelsOf, spaceOf } from "../programs/bind.ts";
import { createGateway } from "../programs/gateway.ts";
import { createMeter } from "../programs/meter.ts";
import type { AnyModule } from "../programs/module.ts";
import { definition } from "../programs/module.ts";
import type { Candidate } from "../values/component.ts";
import { baselineOf } from "../values/component.ts";
import type { Example } from "../values/example.ts";
import { version } from "../version.ts";
import { drive } from "./drive.ts";
import type { AnyTarget } from "./fingerprint.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { leakGuard } from "./leak-guard.ts";
import type { Ledger } from "./ledger.ts";
import { callRecords, openLedger, restoreSpend } from "./ledger.ts";
import { memoryJournalStore } from "./memory-journal.ts";
import { planOf } from "./plan.ts";
import type { PreparedData } from "./prepare-data.ts";
import { prepareData } from "./prepare-data.ts";
import type { EndReason, RunEvent } from "./result.ts";
import { rowSource } from "./row-source.ts";
import type { RunParts } from "./run-parts.ts";
import { searchSpace } from "./search-space.ts";

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

/** Checks a target and puts a run together: data, space, journal, meter, gateway, drive. Makes no call. */
export async function assemble(
  program: AnyModule,
  target: AnyTarget,
  emit: (event: RunEvent) => void,
): Promise<RunParts> {
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
