import { systemClock } from "../ground/clock.ts";
import { CultivarError, isCultivarError } from "../ground/errors.ts";
import type { AnyModule, Module, Need } from "../programs/module.ts";
import type { ExampleRow } from "../values/example.ts";
import { assemble } from "./assemble.ts";
import { scoreBaseline } from "./baseline.ts";
import { checkTarget } from "./check-target.ts";
import type { Drive } from "./drive.ts";
import { eventStream } from "./event-stream.ts";
import type { AnyTarget } from "./fingerprint.ts";
import type { Study } from "./optimizer.ts";
import { planOf } from "./plan.ts";
import { prepareData } from "./prepare-data.ts";
import { report, setAsideReport } from "./report.ts";
import type { CompileResult, Plan, RunEvent } from "./result.ts";
import type { RunParts } from "./run-parts.ts";
import type { Target } from "./target.ts";

/** A run while it goes on: its events (read them or not), and its result. */
export interface Run {
  readonly events: AsyncIterable<RunEvent>;
  readonly result: Promise<CompileResult>;
}

/** A study to drive by hand, with ask and tell. Holds its journal's lock until `finish` or `close` has resolved. */
export interface OpenStudy extends Study {
  /** Ends the search, opens test and reports. The same promise each time; rejects with `run-ended` once closed. */
  finish(): Promise<CompileResult>;
  /**
   * Leaves the run as it is, to be opened again and gone on with: what is in flight is journaled, and the lock is given
   * back. Idempotent; after `finish` it only waits for that.
   */
  close(): Promise<void>;
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
  return execute(program, target as unknown as AnyTarget, () => {});
}

/** `compile`, with events. */
export function start<I, O, M, N extends Need, E extends ExampleRow<I>>(
  program: Module<I, O, M, N>,
  target: Target<E, O, N>,
): Run {
  const events = eventStream<RunEvent>((next, unread) => next.type === "progress" && unread.type === "progress");
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
    await begin(parts);
  } catch (error) {
    await abandon(parts);
    throw error;
  }
  return { ...parts.drive.study, ...endings(parts) };
}

/** The two ways in which an opened study ends; the first one taken stays. */
function endings(parts: RunParts): Pick<OpenStudy, "finish" | "close"> {
  let finished: Promise<CompileResult> | undefined;
  let closed: Promise<void> | undefined;
  return {
    finish() {
      if (closed !== undefined && finished === undefined)
        return Promise.reject(
          new CultivarError("run-ended", `${parts.name}: this study is closed; open it again, it goes on from there`),
        );
      return (finished ??= conclude(parts));
    },
    close: () =>
      (closed ??=
        finished === undefined
          ? leave(parts)
          : finished.then(
              () => {},
              () => {},
            )),
  };
}

/** What a run is expected to need; makes no call. */
export function plan<I, O, M, N extends Need, E extends ExampleRow<I>>(
  program: Module<I, O, M, N>,
  target: Target<E, O, N>,
): Promise<Plan> {
  const any = target as unknown as AnyTarget;
  return Promise.resolve().then(() => {
    checkTarget(program, any);
    return planOf(program, any, prepareData(program, any.data, any.seed ?? 0));
  });
}

async function execute(program: AnyModule, target: AnyTarget, emit: (event: RunEvent) => void): Promise<CompileResult> {
  const parts = await assemble(program, target, emit);
  try {
    await begin(parts);
    await search(parts);
  } catch (error) {
    await abandon(parts);
    throw error;
  }
  return conclude(parts);
}

/** Scores the baseline, and keeps what the report needs out of reach. */
async function begin(parts: RunParts): Promise<void> {
  await scoreBaseline(parts);
  setAsideReport(parts);
}

/** Lets the optimizer run until it is done or the run has ended. */
async function search({ drive, target }: RunParts): Promise<void> {
  const { study, ended, end } = drive;
  const returned = new AbortController();
  if (ended() === undefined) {
    try {
      await Promise.race([target.optimizer.run(study), overdue(drive, returned.signal)]);
    } catch (error) {
      if (ended() === undefined || !isCultivarError(error, "run-ended")) throw error;
    } finally {
      returned.abort();
    }
    drive.refuseBroken();
  }
  // First the end, so that what an optimizer left behind asks for nothing more. An optimizer that stops where no other
  // candidate fits was ended by the budget: with more of it, the run can go on.
  end(study.remaining() < study.val.length ? "evaluations" : "done");
  await drive.settled();
}

/** Resolves some time after the run has ended, for optimizers that swallow the end and never return. */
async function overdue(drive: Drive, returned: AbortSignal): Promise<void> {
  await drive.over;
  await drive.settled();
  await systemClock.sleep(1000, returned).catch(() => {});
}

async function conclude(parts: RunParts): Promise<CompileResult> {
  try {
    parts.drive.end("done");
    await parts.drive.settled();
    const result = await report(parts);
    // What an abort or an outage cut off, in the search or in the report, is still to be done.
    const reason = result.incomplete?.reason;
    if (result.end !== "aborted" && reason !== "aborted" && reason !== "outage")
      await parts.ledger.finish(reason ?? result.end);
    await parts.ledger.close();
    return result;
  } catch (error) {
    await abandon(parts);
    throw error;
  }
}

/** Nothing more is asked or paid for, what is in flight is journaled, and the lock is given back. */
async function leave({ drive, ledger }: RunParts): Promise<void> {
  drive.end("aborted");
  await drive.settled();
  await ledger.close();
}

/** Leaves after an error, which is the one to show. */
async function abandon(parts: RunParts): Promise<void> {
  await leave(parts).catch(() => {});
}
