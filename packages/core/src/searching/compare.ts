import { estimate, pairedDifference } from "../ground/stats.ts";
import type { Row } from "./optimizer.ts";
import { scoresOf } from "./known-rows.ts";
import type { Comparison } from "./result.ts";

/** Compares two candidates on the same rows, paired. The lists are aligned. */
export function compare(baseline: readonly Row[], best: readonly Row[], range: readonly [number, number]): Comparison {
  const middle = (range[0] + range[1]) / 2;
  const before = scoresOf(baseline);
  const after = scoresOf(best);
  const crossed = (from: readonly (number | undefined)[], to: readonly (number | undefined)[]): string[] =>
    baseline.flatMap(({ id }, i) =>
      from[i] !== undefined && to[i] !== undefined && from[i] < middle && to[i] >= middle ? [id] : [],
    );
  const unscored = baseline.flatMap((row, i) =>
    row.score === undefined ? [row] : best[i]!.score === undefined ? [best[i]!] : [],
  );
  const cause = unscored.find((row) => row.failure !== undefined)?.failure?.message;
  return {
    baseline: estimate(before.filter((score) => score !== undefined)),
    best: estimate(after.filter((score) => score !== undefined)),
    difference: pairedDifference(before, after),
    fixed: crossed(before, after),
    broken: crossed(after, before),
    unscored: { rows: unscored.length, ...(cause !== undefined && { cause }) },
  };
}

/** Hashes of the candidates that are best, or equal to the best, on at least one row. */
export function frontOf(
  candidates: readonly { readonly hash: string; readonly rows: readonly Row[] }[],
): readonly string[] {
  const front = new Set<string>();
  const rowCount = candidates[0]?.rows.length ?? 0;
  for (let i = 0; i < rowCount; i++) {
    let top = Number.NEGATIVE_INFINITY;
    for (const { rows } of candidates) top = Math.max(top, rows[i]!.score ?? Number.NEGATIVE_INFINITY);
    for (const { hash, rows } of candidates) if (rows[i]!.score === top) front.add(hash);
  }
  return candidates.map(({ hash }) => hash).filter((hash) => front.has(hash));
}
