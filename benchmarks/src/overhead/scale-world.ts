import type { MetricArguments } from "@cultivar/core";
import { text, tune } from "@cultivar/core";

interface Input {
  readonly row: string;
}
type Output = { readonly candidate: number; readonly row: string };

/** A number in [0, 1) from two whole ones: Murmur3's finaliser over both. */
function drawn(candidate: number, row: number): number {
  let hash = Math.imul(candidate + 1, 0x9e3779b1) ^ Math.imul(row + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** The program: a function without a model, which says which candidate it ran as. */
export const run = (texts: { readonly text: string }, { row }: Input): Promise<Output> =>
  Promise.resolve({ candidate: Number.parseInt(texts.text, 10), row });

export const program = tune(run, { text: text("0") }, { name: "scale" });

/** Rows of one split. */
export function named(split: "train" | "val", count: number): readonly { readonly input: Input }[] {
  return Array.from({ length: count }, (_, index) => ({ input: { row: `${split} ${index}` } }));
}

/**
 * Scores rows by candidate and row alone: on train each candidate is a little better than all before it, on val they are
 * drawn: 0 or 1, 70 % right (`tie`), uniform (`cont`), or a little better with each of `candidates` (`rise`).
 */
export function scorer(kind: string, candidates: number) {
  const onVal = (candidate: number, row: number): number => {
    const number = drawn(candidate, row);
    if (kind === "cont") return number;
    if (kind === "rise") return (candidate + number / 1000) / (candidates + 1);
    return number < 0.7 ? 1 : 0;
  };
  return ({ output }: Pick<MetricArguments<unknown, Output>, "output">): number => {
    const [split, row] = output.row.split(" ");
    return split === "train" ? output.candidate / 1e6 : onVal(output.candidate, Number(row));
  };
}

/** User and system time of this process, in milliseconds. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
