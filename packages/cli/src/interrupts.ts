import { exitCodes } from "./exit-codes.ts";
import type { Io } from "./io.ts";

/** Ctrl-C and SIGTERM while something is paid for. */
export interface Interrupts {
  /** Aborts at the first interrupt. */
  readonly signal: AbortSignal;
  /** Stops listening. */
  stop(): void;
}

/**
 * Listens for interrupts. The first one says `stopping` and aborts the signal, so that calls in flight can finish; the
 * second ends the process at once.
 */
export function interrupts(io: Io, stopping: string): Interrupts {
  const abort = new AbortController();
  const stop = io.onInterrupt(() => {
    if (abort.signal.aborted) io.exit(exitCodes.interrupted);
    io.err(`\nstopping: ${stopping}; press again to stop at once\n`);
    abort.abort();
  });
  return { signal: abort.signal, stop };
}
