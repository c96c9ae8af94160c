import { CultivarError, messageOf } from "../ground/errors.ts";
import { contentHash } from "../ground/hash.ts";
import { frozenCopy } from "../ground/own-copy.ts";

/** Content hash of a row, unique within its split; equal rows of one split get `-2`, `-3`, ... appended. */
export type ExampleId = string;

/** A row as a user writes it. */
export interface ExampleRow<I = unknown, X = unknown> {
  readonly input: I;
  /** What a good output looks like, of any type; only metrics and labelled demos read it. */
  readonly expected?: X;
  /** Rows of one group never land in two splits. */
  readonly group?: string;
  readonly tags?: readonly string[];
}

/** A row with its id. */
export interface Example<I = unknown, X = unknown> extends ExampleRow<I, X> {
  readonly id: ExampleId;
}

/** Hash of a row's input alone: how the same input in two splits is found. */
export function inputHash(input: unknown): string {
  return contentHash(input);
}

/**
 * Gives rows their ids. Fields other than the row's own (say a `difficulty` the metric reads) are kept. The rows are
 * deeply frozen copies: what anybody does to the originals later changes no evaluation. Throws a `data` error, with the
 * row's index, for an input or expected value that is no JSON (a BigInt, something that holds itself).
 */
export function toExamples<R extends ExampleRow>(rows: readonly R[]): readonly (R & { readonly id: ExampleId })[] {
  const seen = new Map<string, number>();
  return rows.map((row, index) => {
    const base = hashOf(row, index);
    const count = (seen.get(base) ?? 0) + 1;
    seen.set(base, count);
    return Object.freeze({ ...frozenCopy(row), id: count === 1 ? base : `${base}-${count}` });
  });
}

function hashOf({ input, expected }: ExampleRow, index: number): string {
  try {
    return contentHash([input, expected ?? null]);
  } catch (cause) {
    const what = cause instanceof RangeError ? "it refers to itself, or is nested too deep" : messageOf(cause, 200);
    throw new CultivarError(
      "data",
      `data[${index}]: expected input and expected to be JSON, got what JSON cannot hold (${what}); map the row to plain data`,
      { cause, fields: { index } },
    );
  }
}
