import { CultivarError, isCultivarError, messageOf } from "../ground/errors.ts";

/** A plain error thrown by somebody's own `generate` or `embed` is the world's fault, not the candidate's. */
export function asLmError(error: unknown, model: string, signal: AbortSignal | undefined): unknown {
  if (isCultivarError(error)) return error;
  if (signal?.aborted === true || (error instanceof Error && error.name === "AbortError"))
    return new CultivarError("aborted", `${model}: aborted`, { cause: error });
  return new CultivarError("transport", `${model}: ${messageOf(error)}`, { cause: error });
}

/** Throws an `aborted` error when `signal` has aborted, whatever its reason is. */
export function refuseAborted(signal: AbortSignal | undefined, where: string): void {
  if (signal?.aborted === true) throw abortedError(signal, where);
}

/** What an aborted wait ends with. */
export function abortedError(signal: AbortSignal | undefined, where: string): CultivarError {
  return new CultivarError("aborted", `${where}: aborted`, { cause: signal?.reason });
}

/** True when a provider may have charged for a failed call: it never answered, or its answer broke off. */
export function mayBeBilled(error: unknown): boolean {
  return (
    isCultivarError(error) &&
    (error.code === "timeout" || error.code === "transport") &&
    error.fields["status"] === undefined
  );
}
