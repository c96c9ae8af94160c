import { blame, CultivarError, isCultivarError, messageOf } from "../ground/errors.ts";
import { ownCopy } from "../ground/own-copy.ts";
import type { Rng } from "../ground/rng.ts";
import { rng } from "../ground/rng.ts";
import type { Outcome } from "../programs/call.ts";
import { runProgram } from "../programs/call.ts";
import { refuseAborted } from "../programs/lm-error.ts";
import type { Gateway } from "../programs/gateway.ts";
import type { AnyModule, Frame } from "../programs/module.ts";
import type { Scope } from "../programs/scope.ts";
import { RowCalls } from "../programs/row-calls.ts";
import { Repeats, runIn, stepFrom } from "../programs/scope.ts";
import type { Example, ExampleId } from "../values/example.ts";
import type { Trace } from "../values/trace.ts";
import type { Metric, ScoreResult } from "./metric.ts";
import { checkScore } from "./metric.ts";

/** Why a row has no score of its own, or the bottom one. `candidate` failures score the bottom; `world` ones are unscored. */
export interface Failure {
  readonly blame: "candidate" | "world";
  readonly code: string;
  readonly message: string;
}

/** One evaluated row. `score` is undefined when unscored. */
export interface Row {
  readonly id: ExampleId;
  readonly score?: number;
  readonly objectives?: Readonly<Record<string, number>>;
  readonly failure?: Failure;
  readonly feedback?: string;
  readonly byModule?: Readonly<Record<string, string>>;
  readonly trace?: Trace;
}

/** Everything one row's evaluation needs. */
export interface RowTask {
  readonly module: AnyModule;
  readonly frame: Frame;
  readonly example: Example;
  readonly metric: Metric<never, never>;
  readonly gateway: Gateway | undefined;
  readonly signal: AbortSignal | undefined;
  readonly sample: number;
  readonly seed: number;
  /** Names the row and the candidate within the run. */
  readonly address: readonly string[];
}

/**
 * Runs the program on one example and judges the output (law 4). A candidate's failure scores the bottom of the range,
 * the world's leaves the row unscored; an error of the program's own code counts only when it repeats, and so does one
 * of the metric. Rejects only with what ends a whole run: the end itself, a wrong key, a full disk, an abort.
 */
export function scoreRow(task: RowTask): Promise<Row> {
  const scored = scoreWholeRow(task);
  // Code of the user's that never answers must not hold up a run that has ended.
  return task.gateway === undefined ? scored : task.gateway.wait(scored, `row ${task.example.id}`);
}

async function scoreWholeRow(task: RowTask): Promise<Row> {
  const calls = new RowCalls();
  const { id } = task.example;
  let outcome: Outcome;
  let tries = 0;
  do {
    // Each run its own input: what a program writes into it is seen by no other.
    outcome = await runProgram(task.module, task.frame, ownCopy(task.example.input), rowScope(task, calls));
    // Branches that a failed program or a race left running make calls, and spans of the trace, until they are done.
    if (outcome.failed || calls.busy) await calls.settled();
    tries += 1;
  } while (outcome.failed && tries < 2 && isOwnError(outcome.error) && task.signal?.aborted !== true);
  const { trace } = outcome;
  if (outcome.failed) {
    // Whatever an aborted program made of it, the abort is nobody's score.
    refuseAborted(task.signal, `row ${id}`);
    const failure = failureOf(outcome.error);
    return failure.blame === "world"
      ? { id, failure, trace }
      : { id, score: task.metric.range[0], failure, feedback: failure.message, trace };
  }
  try {
    const judged = await judge(task, outcome, calls);
    return { ...judged, id, trace };
  } catch (error) {
    refuseAborted(task.signal, `row ${id}`);
    const failure = failureOf(error);
    return { id, failure: { ...failure, blame: "world" }, trace };
  } finally {
    // So do judges that lost a race: what a row costs must not depend on when it is looked at.
    if (calls.busy) await calls.settled();
  }
}

/** The scope of one run of the program on the row, with a trace of its own. */
function rowScope(task: RowTask, calls: RowCalls): Scope {
  return {
    gateway: task.gateway,
    signal: task.signal,
    callSignal: undefined,
    calls,
    sample: task.sample,
    exampleId: task.example.id,
    address: task.address,
    ordinal: 0,
    repeats: new Repeats(),
    spans: [],
  };
}

/** The scope of the metric: outside the trace, and any module that it calls may show all its demos. */
function metricScope(task: RowTask, calls: RowCalls, attempt: number): Scope {
  return {
    gateway: task.gateway,
    signal: task.signal,
    callSignal: undefined,
    calls,
    sample: task.sample,
    exampleId: undefined,
    address: task.gateway === undefined ? task.address : stepFrom(task.address, "metric", attempt),
    ordinal: 0,
    repeats: new Repeats(),
    spans: undefined,
  };
}

/** An error that the program's own code threw: a second try may do better. */
function isOwnError(error: unknown): boolean {
  return !isCultivarError(error);
}

function failureOf(error: unknown): Failure {
  const whose = blame(error);
  if (whose === "run") throw error;
  const code = isCultivarError(error) ? error.code : "program";
  return { blame: whose, code, message: messageOf(error) };
}

/** What the metric says. An error of its own code counts only when it repeats; one of ours is thrown at once. */
async function judge(task: RowTask, { output, trace }: Outcome, calls: RowCalls): Promise<ScoreResult> {
  const where = `row ${task.example.id}`;
  for (let attempt = 0; ; attempt++) {
    try {
      const random = lazyRng(task.seed, task.address);
      const args = { example: ownCopy(task.example) as never, output: output as never, trace, rng: random };
      const given = runIn(metricScope(task, calls, attempt), () => task.metric.score(args));
      return checkScore(typeof given === "number" ? given : await given, task.metric.range, where);
    } catch (error) {
      if (isCultivarError(error)) throw error;
      if (attempt > 0)
        throw new CultivarError("metric", `${where}: the metric threw: ${messageOf(error)}`, { cause: error });
    }
  }
}

/** Most metrics draw nothing: the stream is made at its first use. */
function lazyRng(seed: number, address: readonly string[]): Rng {
  let made: Rng | undefined;
  const get = (): Rng => (made ??= rng(seed, `metric ${address.join(" ")}`));
  return {
    next: () => get().next(),
    int: (bound) => get().int(bound),
    pick: (items) => get().pick(items),
    shuffle: (items) => get().shuffle(items),
    sample: (items, count) => get().sample(items, count),
  };
}
