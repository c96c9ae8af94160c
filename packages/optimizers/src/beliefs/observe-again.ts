import type { Study } from "@cultivar/core";
import { candidateHash } from "@cultivar/core";

/**
 * Observes the incumbent again on all of val, as far as the evaluations go, until it has been the incumbent with
 * `observations` of each row: a candidate that was merely lucky loses its place to the next, which is observed again in
 * its turn. No third one where the second changed nothing.
 */
export async function observeAgain(study: Study, observations: number): Promise<void> {
  const seen = new Map<string, number>();
  while (study.remaining() >= study.val.length) {
    const { candidate, rows } = study.best();
    const hash = candidateHash(candidate);
    const sample = seen.get(hash) ?? 1;
    if (sample >= observations) return;
    const again = await study.evaluate({ candidate, split: "val", ids: study.val, sample });
    if (again.rows.every(({ score }, i) => score === rows[i]!.score)) return;
    seen.set(hash, sample + 1);
  }
}
