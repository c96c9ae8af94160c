import { CultivarError, isCultivarError } from "../ground/errors.ts";
import type { EndReason } from "./result.ts";

/** Rejections after the end before an optimizer that swallows them is left waiting for ever. */
const maxRefusals = 1000;

/** Whether a run has ended, and why: the first reason stays. */
export interface RunEnd {
  end(reason: EndReason): void;
  ended(): EndReason | undefined;
  /** What every ask after the end gets: a `run-ended` error. */
  refuse(): Promise<never>;
  /** Resolves once the run has ended. */
  readonly over: Promise<void>;
}

export function runEnd(onEnd: (reason: EndReason) => void): RunEnd {
  let ended: EndReason | undefined;
  let refusals = 0;
  let ring = (): void => {};
  const over = new Promise<void>((resolve) => (ring = resolve));
  return {
    end(reason) {
      if (ended !== undefined) return;
      ended = reason;
      onEnd(reason);
      ring();
    },
    ended: () => ended,
    refuse() {
      refusals += 1;
      // An optimizer that swallows the end must not spin: past this it waits for ever, and the run goes on without it.
      if (refusals > maxRefusals) return new Promise(() => {});
      return Promise.reject(endError(ended));
    },
    over,
  };
}

/** The error that tells an optimizer of the end. */
export function endError(reason: EndReason | undefined): CultivarError {
  return new CultivarError("run-ended", `the run has ended (${reason})`, { fields: { reason } });
}

/** The physical end that an error stands for: a limit that was run into, or an abort. Undefined for any other error. */
export function endingOf(error: unknown, signal: AbortSignal): EndReason | undefined {
  if (isCultivarError(error, "run-ended")) return error.fields["limit"] as EndReason | undefined;
  const stored = isCultivarError(error, "storage") || isCultivarError(error, "journal");
  return signal.aborted && !stored ? "aborted" : undefined;
}

/** The same promise, which may be left alone: whoever drops an ask must not bring the process down with it. */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
