import { contentHash } from "../ground/hash.ts";

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

/** Gives rows their ids. Fields other than the row's own (say a `difficulty` the metric reads) are kept. */
export function toExamples<R extends ExampleRow>(rows: readonly R[]): readonly (R & { readonly id: ExampleId })[] {
  const seen = new Map<string, number>();
  return rows.map((row) => {
    const base = contentHash([row.input, row.expected ?? null]);
    const count = (seen.get(base) ?? 0) + 1;
    seen.set(base, count);
    return Object.freeze({ ...row, id: count === 1 ? base : `${base}-${count}` });
  });
}
