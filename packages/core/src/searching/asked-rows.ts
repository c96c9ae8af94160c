import { blame, isCultivarError } from "../ground/errors.ts";
import type { Admitted } from "./admission.ts";
import type { Ask, Row } from "./optimizer.ts";
import type { EndReason } from "./result.ts";
import type { RowSource } from "./row-source.ts";
import { endingOf } from "./run-end.ts";
import { isTraced } from "./shown.ts";

/** The rows of an ask, from wherever they come. */
export interface AskedRows {
  /** False when every new observation of the ask was scored by an earlier process. */
  needsWork(admitted: Admitted): boolean;
  /** Aligned with `ask.ids`. Rejects once every row has settled: nothing in flight is left behind. */
  get(ask: Ask, admitted: Admitted): Promise<Row[]>;
  /** The physical end that an error stands for. */
  endingOf(error: unknown): EndReason | undefined;
  /** Throws the first error that ends every run (a wrong key, a full disk), whatever was made of it. */
  refuseBroken(): void;
}

export function askedRows(rows: RowSource, signal: AbortSignal): AskedRows {
  let broken: { readonly error: unknown } | undefined;
  const isEnd = (error: unknown): boolean =>
    isCultivarError(error, "run-ended") || endingOf(error, signal) !== undefined;
  const noteBroken = (error: unknown): never => {
    if (!isEnd(error) && blame(error) === "run") broken ??= { error };
    throw error;
  };
  return {
    needsWork: ({ fresh }) => fresh.some((key) => !rows.hasKey(key)),
    get(ask, { candidate, hash, sample }) {
      const trace = isTraced(ask);
      const { split } = ask;
      return allSettled(ask.ids.map((id) => rows.get({ candidate, hash, split, id, sample }, trace))).catch(noteBroken);
    },
    endingOf: (error) => endingOf(error, signal),
    refuseBroken() {
      if (broken !== undefined) throw broken.error;
    },
  };
}

/** All rows, or the first rejection once every one has settled. The end of the run is the least telling of them. */
async function allSettled(rows: readonly Promise<Row>[]): Promise<Row[]> {
  const results = await Promise.allSettled(rows);
  const failures = results.filter((result) => result.status === "rejected");
  const worst = failures.find(({ reason }) => !isCultivarError(reason, "run-ended")) ?? failures[0];
  if (worst !== undefined) throw worst.reason;
  return results.map((result) => (result as PromiseFulfilledResult<Row>).value);
}
