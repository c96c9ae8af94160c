import type { CompileResult } from "@cultivar/core";
import { artifactFrom, isCultivarError, printArtifact, start } from "@cultivar/core";
import { writeFileAtomically } from "@cultivar/core/node";
import { interrupts } from "./interrupts.ts";
import type { Io } from "./io.ts";
import { progressDisplay } from "./progress-display.ts";
import type { AnyTarget, ReadyTarget } from "./ready-target.ts";
import { requireWritable } from "./ready-target.ts";

/** What became of a run; without a result it was interrupted. */
export interface RunOutcome {
  readonly result: CompileResult | undefined;
  readonly elapsedMs: number;
  /** Answers that earlier processes of the run had journaled. */
  readonly resumed: number;
}

/**
 * Runs one target with its progress shown, and writes its artifact. The first interrupt lets calls in flight finish and
 * be journaled; the second ends the process at once. An interrupted run writes no artifact.
 */
export async function runTarget(io: Io, ready: ReadyTarget, run: string | undefined): Promise<RunOutcome> {
  requireWritable(ready.artifactFile, "artifact");
  const started = io.now();
  const { signal, stop } = interrupts(io, "calls in flight are journaled first");
  const display = progressDisplay(io, ready.name);
  let resumed = 0;
  const outcome = (result: CompileResult | undefined): RunOutcome => ({
    result,
    elapsedMs: io.now() - started,
    resumed,
  });
  try {
    const target = { ...ready.target, signal, ...(run !== undefined && { run }) } as AnyTarget;
    const { events, result } = start(ready.program, target as never);
    for await (const event of events) {
      if (event.type === "start") ({ resumed } = event);
      // What comes after an interrupt is only the run's winding up.
      if (!signal.aborted) display.show(event);
    }
    const done = await result;
    display.end();
    // Also when the interrupt came while test was scored: half a report is none.
    if (done.end === "aborted") return outcome(undefined);
    await writeFileAtomically(ready.artifactFile, printArtifact(artifactFrom(ready.program, target, done)));
    return outcome(done);
  } catch (error) {
    if (signal.aborted && isAbort(error, signal)) return outcome(undefined);
    throw error;
  } finally {
    display.end();
    stop();
  }
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return isCultivarError(error, "aborted") || isCultivarError(error, "run-ended") || error === signal.reason;
}
