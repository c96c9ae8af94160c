import { systemClock } from "../ground/clock.ts";
import { isCultivarError } from "../ground/errors.ts";
import type { AnyModule, Module, Need } from "../programs/module.ts";
import type { ExampleRow } from "../values/example.ts";
import { assemble } from "./assemble.ts";
import { scoreBaseline } from "./baseline.ts";
import { eventStream } from "./event-stream.ts";
import type { AnyTarget } from "./fingerprint.ts";
import type { Study } from "./optimizer.ts";
import { planOf } from "./plan.ts";
import { prepareData } from "./prepare-data.ts";
import { report, reportNeeds } from "./report.ts";
import type { CompileResult, EndReason, Plan, RunEvent } from "./result.ts";
import type { RunParts } from "./run-parts.ts";
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
