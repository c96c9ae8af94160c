import type { Row, Study } from "@cultivar/core";
import { candidateHash } from "@cultivar/core";
import { meanOf } from "./evidence.ts";

/**
 * Observes the incumbent once more where every one of its val rows has the best score, then the one that takes its place,
 * and so on, until one is as good as before, or has not the best score, or `room` evaluations and what is to be kept for
 * a last look would not be left. Models that answer by chance get few rows right easily: of eight rows, each right three
 * times in four, one candidate in ten has all. Returns the rows of those that were lucky by candidate hash, aligned with
 * val: the means of two observations.
 */
export async function secondLook(study: Study, room: number): Promise<ReadonlyMap<string, readonly Row[]>> {
  const lucky = new Map<string, readonly Row[]>();
  for (;;) {
    const { candidate, rows } = study.best();
    if (!isRight(study) || study.remaining() < study.val.length + forLastLook(study) + room) return lucky;
    const again = await study.evaluate({ candidate, split: "val", ids: study.val, sample: 1 });
    const isSame = again.rows.every(({ score }, i) => {
      const before = rows[i]!.score;
      return score === undefined || before === undefined || score === before;
    });
    if (isSame) return lucky;
    lucky.set(
      candidateHash(candidate),
      rows.map((row, i) => together(row, again.rows[i]!)),
    );
  }
}

/** Whether every val row of the incumbent that could be scored has the best score, over all observations. */
export function isRight(study: Study): boolean {
  return study.best().rows.every(({ score }) => score === undefined || score === study.range[1]);
}

/** Why a search ended in which one was right on every row, for a remark after the last look. */
export function whyEnded(study: Study): string {
  return isRight(study)
    ? "every val row has the best score"
    : "every val row had the best score, which the last look took back";
}

/**
 * Evaluations to keep for the last look at the winner, once one candidate was lucky: others will be. A quarter of what is
 * left, and two passes over val at least.
 */
export function forLastLook(study: Study): number {
  return Math.max(2 * study.val.length, Math.floor(study.remaining() / 4));
}

/** Two observations of a row as one; one that could not be scored says nothing. */
function together(row: Row, again: Row): Row {
  if (row.score === undefined || again.score === undefined) return row.score === undefined ? again : row;
  const names = Object.keys(row.objectives ?? {});
  const objectives = names.map((name) => [name, meanOf([row.objectives?.[name], again.objectives?.[name]])] as const);
  return {
    id: row.id,
    score: (row.score + again.score) / 2,
    ...(names.length > 0 && { objectives: Object.fromEntries(objectives) }),
  };
}
