import type { Candidate, ExampleId, Study } from "@cultivar/core";
import type { Scores } from "./evidence.ts";

/**
 * Observes a candidate that had the best score on every one of these val rows once more: its means over both
 * observations, aligned with `ids`, or undefined where they are still the best on every row (then it was hardly luck).
 * Models that answer by chance get few rows right easily: of eight rows, each right three times in four, one candidate in
 * ten has all. `ids.length` evaluations. Rows that can't be scored keep the score that they had.
 */
export async function secondLook(
  study: Study,
  candidate: Candidate,
  ids: readonly ExampleId[],
  scores: Scores,
): Promise<Scores | undefined> {
  const { rows } = await study.evaluate({ candidate, split: "val", ids, sample: 1 });
  const means = scores.map((score, i) => (score === undefined ? undefined : (score + (rows[i]!.score ?? score)) / 2));
  return means.every((mean, i) => mean === scores[i]) ? undefined : means;
}
