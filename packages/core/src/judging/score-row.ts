import { blame, CultivarError, isCultivarError, messageOf } from "../ground/errors.ts";
import type { Rng } from "../ground/rng.ts";
import { rng } from "../ground/rng.ts";
import type { Outcome } from "../programs/call.ts";
import { runProgram } from "../programs/call.ts";
import { refuseAborted } from "../programs/lm-error.ts";
import type { Gateway } from "../programs/gateway.ts";
import type { AnyModule, Frame } from "../programs/module.ts";
import type { Scope } from "../programs/scope.ts";
import { RowCalls } from "../programs/row-calls.ts";
import { childScope, runIn } from "../programs/scope.ts";
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
export async function scoreRow(task: RowTask): Promise<Row> {
  const calls = new RowCalls();
  const scope: Scope = {
    gateway: task.gateway,
    signal: task.signal,
    callSignal: undefined,
    calls,
    sample: task.sample,
    exampleId: task.example.id,
    address: task.address,
    ordinal: 0,
    repeats: new Map(),
    spans: undefined,
  };
  const { id } = task.example;
  const run = async (): Promise<Outcome> => {
    const outcome = await runProgram(task.module, task.frame, task.example.input, { ...scope, repeats: new Map() });
    // Branches that a failed program or a race left running make calls, and spans of the trace, until they are done.
    if (outcome.failed || calls.busy) await calls.settled();
    return outcome;
  };
  let outcome = await run();
  if (outcome.failed && isOwnError(outcome.error) && task.signal?.aborted !== true) outcome = await run();
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
    const judged = await judge(task, outcome, scope);
    return { ...judged, id, trace };
  } catch (error) {
    refuseAborted(task.signal, `row ${id}`);
    const failure = failureOf(error);
    return { id, failure: { ...failure, blame: "world" }, trace };
  }
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

async function judge(task: RowTask, outcome: Outcome, scope: Scope): Promise<ScoreResult> {
  const attempt = async (): Promise<ScoreResult> => {
    const inner = { ...childScope(scope, "metric", undefined), exampleId: undefined };
    const random = lazyRng(task.seed, `metric ${task.address.join(" ")}`);
    const args = { example: task.example as never, output: outcome.output as never, trace: outcome.trace, rng: random };
    const result = await runIn({ ...inner, ordinal: scope.ordinal }, () => task.metric.score(args));
    return checkScore(result, task.metric.range, `row ${task.example.id}`);
  };
  try {
    return await attempt();
  } catch (error) {
    if (isCultivarError(error)) throw error;
  }
  try {
    return await attempt();
  } catch (error) {
    if (isCultivarError(error)) throw error;
    throw new CultivarError("metric", `row ${task.example.id}: the metric threw: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Most metrics draw nothing: the stream is made at its first use. */
function lazyRng(seed: number, label: string): Rng {
  let made: Rng | undefined;
  const get = (): Rng => (made ??= rng(seed, label));
  return {
    next: () => get().next(),
    int: (bound) => get().int(bound),
    pick: (items) => get().pick(items),
    shuffle: (items) => get().shuffle(items),
    sample: (items, count) => get().sample(items, count),
  };
}
