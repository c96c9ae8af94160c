import { CultivarError, isCultivarError } from "../ground/errors.ts";
import { maxUnscoredShare } from "./known-rows.ts";
import type { Row } from "./optimizer.ts";
import type { RunParts } from "./run-parts.ts";

/** Rows tried before the rest: a metric that always throws is found before all of val is paid for. */
const firstRows = 3;

/**
 * Scores the baseline on all of val, as the run's first evaluations. Throws when the metric fails on each of the first
 * rows, and when more than 5 % of val cannot be scored: nothing could be compared with it then. A budget that ends here
 * ends the run.
 */
export async function scoreBaseline({ drive: { study, score, ended }, name }: RunParts): Promise<void> {
  const rows: Row[] = [];
  try {
    for (const ids of [study.val.slice(0, firstRows), study.val.slice(firstRows)]) {
      if (ids.length === 0) continue;
      rows.push(...(await score({ candidate: study.baseline, split: "val", ids })));
      const first = rows.find((row) => row.score !== undefined);
      if (first === undefined) throw unscorable(name, rows, rows.length);
    }
  } catch (error) {
    if (ended() === undefined || !isCultivarError(error, "run-ended")) throw error;
    if (ended() === "aborted")
      throw new CultivarError(
        "aborted",
        `${name}: aborted before the baseline was scored; run again to go on from here`,
      );
    throw new CultivarError(
      "run-ended",
      `${name}: the budget ended (${ended()}) before the baseline was scored on val; raise it and run again, what was paid for is kept`,
      { cause: error },
    );
  }
  const unscored = rows.filter((row) => row.score === undefined);
  if (unscored.length > maxUnscoredShare * study.val.length) throw unscorable(name, unscored, rows.length);
}

/** A metric's failure names its row already; the world's does not. */
function causeOf({ id, failure }: Row): string {
  const message = failure?.message ?? "unknown";
  return message.startsWith(`row ${id}: `) ? message : `row ${id}: ${message}`;
}

function unscorable(name: string, unscored: readonly Row[], tried: number): CultivarError {
  const first = unscored[0]!;
  return new CultivarError(
    first.failure?.code === "metric" ? "metric" : "transport",
    `${name}: ${unscored.length} of ${tried} val rows could not be scored with the baseline, at most 5 % may be; ${causeOf(first)}; mend it and run again, what was paid for is kept`,
    { fields: { row: first.id } },
  );
}
