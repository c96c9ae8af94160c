import type { ExampleId, Rng } from "@cultivar/core";
import { wholeNumber } from "../demos/limits.ts";

/** Chooses the train rows of a step. */
export interface BatchRule {
  /** With its settings: part of the run's fingerprint. */
  readonly name: string;
  /** Rows of a batch at most. */
  readonly size: number;
  /** `stream` names a stream of random numbers. Pure: the same step, the same rows. */
  rows(ids: readonly ExampleId[], step: number, stream: (label: string) => Rng): readonly ExampleId[];
}

/**
 * Takes `size` rows at a time from a shuffle that is new in each epoch; the last batch is filled from the shuffle's
 * start. Throws a `config` error unless `size` is a whole number of at least 1.
 */
export function epochs(size: number): BatchRule {
  return {
    name: `epochs(${size})`,
    size: wholeNumber("gepa", "the size of epochs", size, 1),
    rows: (ids, step, stream) => {
      const perEpoch = Math.max(1, Math.ceil(ids.length / size));
      const shuffled = stream(`epoch ${Math.floor(step / perEpoch)}`).shuffle(ids);
      const from = (step % perEpoch) * size;
      const batch = shuffled.slice(from, from + size);
      return [...batch, ...shuffled.slice(0, Math.min(size, ids.length) - batch.length)];
    },
  };
}
