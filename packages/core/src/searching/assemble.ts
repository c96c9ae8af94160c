import { systemClock } from "../ground/clock.ts";
import { isCultivarError, messageOf } from "../ground/errors.ts";
import { limit } from "../ground/limit.ts";
import type { Metric } from "../judging/metric.ts";
import { asMetric } from "../judging/metric.ts";
import { frameOf, modelsOf, spaceOf } from "../programs/bind.ts";
import type { Gateway } from "../programs/gateway.ts";
import { createGateway } from "../programs/gateway.ts";
import type { Meter } from "../programs/meter.ts";
import { createMeter } from "../programs/meter.ts";
import type { AnyModule, Frame } from "../programs/module.ts";
import { twinRemarks } from "../programs/model-identity.ts";
import { definition } from "../programs/module.ts";
import type { Candidate, Space } from "../values/component.ts";
import { baselineOf } from "../values/component.ts";
import type { Example } from "../values/example.ts";
import type { Models } from "../values/language-model.ts";
import { version } from "../version.ts";
import { checkBudget, checkTarget } from "./check-target.ts";
import { drive } from "./drive.ts";
import type { AnyTarget, Fingerprint } from "./fingerprint.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { leakGuard } from "./leak-guard.ts";
import type { Ledger } from "./ledger.ts";
import { callRecords, openLedger, restoreSpend } from "./ledger.ts";
import { memoryJournalStore } from "./memory-journal.ts";
import { planOf } from "./plan.ts";
import type { PreparedData } from "./prepare-data.ts";
import { duplicateRemarks, prepareData } from "./prepare-data.ts";
import type { Plan, RunEvent } from "./result.ts";
import { rowSource } from "./row-source.ts";
import type { RunHooks, RunParts } from "./run-parts.ts";
import { searchSpace } from "./search-space.ts";
import { timeKeeper } from "./time-keeper.ts";

/** Checks a target and puts a run together: data, space, journal, meter, gateway, drive. Makes no call. */
export async function assemble(
  program: AnyModule,
  target: AnyTarget,
  emit: (event: RunEvent) => void,
): Promise<RunParts> {
  const sound = checked(program, target);
  const { name, seed, data, space, baseline, metric } = sound;
  const fingerprint = fingerprintOf(program, target);
  const guard = leakGuard(space, baseline, data);
  // Whatever may throw comes before the ledger, which takes the run's lock.
  const ownWords = guard.ownWords();
  const plan = planOf(program, target, data);
  const ledger = await openLedger(target.journal ?? memoryJournalStore(), name, fingerprint, seed, version, target.run);
  const { meter, gateway, signal, elapsedMs } = plumbing(target, ledger, emit);
  const hooks: RunHooks = { afterRow: () => {}, aside: { calls: 0, tokens: 0, usd: 0 } };
  const rows = rowSource({
    ...sound,
    module: program,
    examples: { train: byId(data.train), val: byId(data.val), test: byId(data.test) },
    gateway,
    signal,
    limit: limit(target.concurrency ?? 16),
    append: ledger.append,
    earlier: ledger.earlier,
    onRow: (key) => {
      hooks.afterRow(key);
      emit({ type: "progress", evaluations: driven.evaluations(), spend: meter.spend(), elapsedMs: elapsedMs() });
    },
  });
  const driven = drive({
    ...sound,
    sketch: program[definition].sketch,
    train: data.train,
    val: data.val.map(({ id }) => id),
    range: metric.range,
    evaluations: target.budget.evaluations ?? Number.POSITIVE_INFINITY,
    targetScore: target.targetScore,
    patience: target.patience,
    rows,
    gateway,
    guard,
    signal,
    demoOf: demoReader(program),
    time: timeKeeper(target, ledger, elapsedMs),
    emit,
  });
  emit(startOf(name, fingerprint, ledger, plan));
  for (const remark of [...duplicateRemarks(data), ...ownWords]) driven.lineage.remark(remark);
  return { ...sound, program, target, fingerprint, meter, gateway, rows, ledger, emit, drive: driven, hooks };
}

/** What a target says, once it is known to be sound; nothing is opened for it. */
interface Checked {
  readonly name: string;
  readonly seed: number;
  readonly data: PreparedData;
  readonly models: Models | undefined;
  readonly space: Space;
  readonly baseline: Candidate;
  readonly metric: Metric<never, never>;
  readonly complete: (candidate: Candidate) => Candidate;
  readonly frameFor: (candidate: Candidate) => Frame;
}

function checked(program: AnyModule, target: AnyTarget): Checked {
  const name = target.name ?? program.name;
  checkTarget(program, target);
  const seed = target.seed ?? 0;
  const models = modelsOf(target);
  const prepared = prepareData(program, target.data, seed);
  const data = { ...prepared, remarks: [...prepared.remarks, ...twinRemarks(models)] };
  const space = searchSpace(program, models, target.vary ?? {});
  const baseline = baselineOf(space);
  const fixed = baselineOf(spaceOf(program));
  const complete = (candidate: Candidate): Candidate => Object.freeze({ ...fixed, ...candidate });
  const frameFor = (candidate: Candidate): Frame => frameOf(program, models, complete(candidate));
  frameFor(baseline);
  checkBudget(name, target.budget, data.val.length);
  const metric = asMetric(target.metric) as unknown as Metric<never, never>;
  return { name, seed, data, models, space, baseline, metric, complete, frameFor };
}

function startOf(name: string, fingerprint: Fingerprint, ledger: Ledger, plan: Plan): RunEvent {
  const { earlier, orphans, finished } = ledger;
  return {
    type: "start",
    target: name,
    fingerprint: fingerprint.hash,
    resumed: earlier.filter((record) => record.type === "reply").length,
    ...(finished !== undefined && { finished }),
    orphans: orphans.length,
    plan,
  };
}

interface Plumbing {
  readonly meter: Meter;
  readonly gateway: Gateway;
  readonly signal: AbortSignal;
  readonly elapsedMs: () => number;
}

/** What stands between the run and the world: meter and gateway, told what earlier processes did. */
function plumbing(target: AnyTarget, ledger: Ledger, emit: (event: RunEvent) => void): Plumbing {
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
    onRetry: ({ model, attempt, delayMs, error }) => {
      const code = isCultivarError(error) ? error.code : "transport";
      emit({ type: "retry", model, attempt, delayMs, code, message: messageOf(error) });
    },
  });
  return { meter, gateway, signal, elapsedMs };
}

function byId(rows: readonly Example[]): ReadonlyMap<string, Example> {
  return new Map(rows.map((row) => [row.id, row]));
}

function demoReader(program: AnyModule) {
  const { rootPrefix, demoOf } = program[definition];
  return (id: string, input: unknown, expected: unknown) => demoOf(id.slice(rootPrefix.length), input, expected);
}
