import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { join } from "node:path";
import type { RunOutcome, RunSpec } from "./run-record.ts";

/** What a worker answers. */
export type Answer = { readonly outcome: RunOutcome } | { readonly error: string };

/**
 * Runs every spec, `width` at a time, each in one of `width` processes, and hands on each answer as it comes. A worker that
 * dies fails the run that it was given, and another one takes its place. Rejects when a worker can't be started, or dies
 * before its first answer: the next one would too.
 */
export async function runAll(
  specs: readonly RunSpec[],
  width: number,
  onAnswer: (spec: RunSpec, answer: Answer) => void,
  newWorker: () => ChildProcess = forkWorker,
): Promise<void> {
  // runs of one world in a row: a worker remembers what it scored for a world
  const queue = specs.toReversed();
  const workers = new Set<ChildProcess>();
  const start = (): ChildProcess => {
    const worker = newWorker();
    workers.add(worker);
    return worker;
  };
  const lane = async (): Promise<void> => {
    let worker = start();
    let answers = 0;
    for (let spec = queue.pop(); spec !== undefined; spec = queue.pop()) {
      if (hasEnded(worker)) [worker, answers] = [start(), 0];
      const answer = await answerOf(worker, spec);
      if (answers === 0 && hasEnded(worker))
        throw new Error(`a worker ended before it answered, at ${JSON.stringify(spec)}`);
      answers += 1;
      onAnswer(spec, answer);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(width, specs.length) }, lane));
  } finally {
    for (const worker of workers) worker.kill();
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

export function forkWorker(): ChildProcess {
  return fork(join(import.meta.dirname, "worker.ts"), { execArgv: ["--conditions=@cultivar/source"] });
}

function answerOf(worker: ChildProcess, spec: RunSpec): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const settled = (): void => {
      worker.off("exit", died).off("message", answered).off("error", reject);
    };
    const died = (code: number | null, signal: string | null): void => {
      settled();
      resolve({ error: `the process of the run ended with ${signal ?? code}` });
    };
    const answered = (answer: unknown): void => {
      settled();
      resolve(answer as Answer);
    };
    worker.once("exit", died).once("message", answered).once("error", reject);
    // one that died before it was asked is found out by its exit
    worker.send(spec, () => {});
  });
}
