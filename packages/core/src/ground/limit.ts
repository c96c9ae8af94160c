import pLimit from "p-limit";

/** Runs tasks with at most `concurrency` at once, in the order given. */
export interface Limit {
  <T>(task: () => Promise<T>): Promise<T>;
  concurrency: number;
}

/** A limiter over p-limit. `concurrency` is a whole number of at least 1 and may be changed while running. */
export function limit(concurrency: number): Limit {
  return pLimit(concurrency);
}
