import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { join } from "node:path";
import type { RunOutcome, RunSpec } from "./run-record.ts";

/** What a worker answers. */
export type Answer = { readonly outcome: RunOutcome } | { readonly error: string };

/**
 * Runs every spec, `width` at a time, each in one of `width` processes, and hands on each answer as it comes. Rejects
 * when a worker dies.
 */
export async function runAll(
  specs: readonly RunSpec[],
  width: number,
  onAnswer: (spec: RunSpec, answer: Answer) => void,
): Promise<void> {
  // runs of one world in a row: a worker remembers what it scored for a world
  const queue = specs.toReversed();
  const workers = Array.from({ length: Math.min(width, specs.length) }, () =>
    fork(join(import.meta.dirname, "worker.ts"), { execArgv: ["--conditions=@cultivar/source"] }),
  );
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let spec = queue.pop(); spec !== undefined; spec = queue.pop())
          onAnswer(spec, await answerOf(worker, spec));
      }),
    );
  } finally {
    for (const worker of workers) worker.kill();
  }
}

function answerOf(worker: ChildProcess, spec: RunSpec): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null): void => {
      worker.off("message", answered);
      reject(new Error(`a worker ended with ${code} while it ran ${JSON.stringify(spec)}`));
    };
    const answered = (answer: unknown): void => {
      worker.off("exit", died);
      resolve(answer as Answer);
    };
    worker.once("exit", died);
    worker.once("message", answered);
    worker.send(spec);
  });
}
