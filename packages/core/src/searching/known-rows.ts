import type { Estimate } from "../ground/stats.ts";
import { estimate, pairedDifference } from "../ground/stats.ts";
import type { Candidate } from "../values/component.ts";
import type { ExampleId } from "../values/example.ts";
import type { Row, Scored } from "./optimizer.ts";

/** A candidate whose share of unscored rows is above this cannot become incumbent (law 4). */
export const maxUnscoredShare = 0.05;

/** What has been told so far of each candidate on val, folded in logical order; decides who is incumbent. */
export interface KnownRows {
  /** Adds one ask's val rows. Returns true when the incumbent changed. */
  fold(candidate: Candidate, hash: string, rows: readonly Row[]): boolean;
  best(): Scored | undefined;
  /** Candidates scored on all of val, in the order in which they became so. */
  complete(): readonly { readonly candidate: Candidate; readonly hash: string; readonly rows: readonly Row[] }[];
  estimateOf(hash: string): Estimate | undefined;
  /** Of the first of them, without going through the others: asked at every new incumbent. */
  baseline(): Estimate | undefined;
}

interface Entry {
  readonly candidate: Candidate;
  readonly byId: Map<ExampleId, Row>;
  complete: boolean;
}

/** Scores aligned with `ids`. */
export function scoresOf(rows: readonly Row[]): readonly (number | undefined)[] {
  return rows.map((row) => row.score);
}

/**
 * The one rule for incumbents: only candidates scored on all of val compete, and one replaces the incumbent when its
 * paired mean difference over the rows scored on both sides is above 0. The first of equals stays.
 */
export function knownRows(val: readonly ExampleId[]): KnownRows {
  const entries = new Map<string, Entry>();
  const order: string[] = [];
  let best: (Scored & { readonly hash: string }) | undefined;
  const rowsOf = (entry: Entry): readonly Row[] => val.map((id) => entry.byId.get(id)!);
  const crown = ({ candidate }: Entry, hash: string, rows: readonly Row[]): void => {
    best = Object.freeze({ candidate, hash, val: estimate(rows.flatMap(({ score }) => score ?? [])), rows });
  };
  const estimateOf = (hash: string): Estimate | undefined => {
    const entry = entries.get(hash);
    return entry?.complete === true ? estimate(rowsOf(entry).flatMap((row) => row.score ?? [])) : undefined;
  };
  return {
    fold(candidate, hash, rows) {
      let entry = entries.get(hash);
      if (entry === undefined) entries.set(hash, (entry = { candidate, byId: new Map(), complete: false }));
      for (const row of rows) if (entry.byId.get(row.id)?.score === undefined) entry.byId.set(row.id, row);
      if (entry.byId.size < val.length) return false;
      const first = !entry.complete;
      entry.complete = true;
      if (first) order.push(hash);
      const all = rowsOf(entry);
      const scores = scoresOf(all);
      // Rows of the incumbent that were tried again with better luck; it stays what it is.
      if (best?.hash === hash) {
        crown(entry, hash, all);
        return false;
      }
      const unscored = scores.filter((score) => score === undefined).length;
      if (best !== undefined && unscored > maxUnscoredShare * val.length) return false;
      if (best !== undefined && (pairedDifference(scoresOf(best.rows), scores).mean ?? 0) <= 0) return false;
      crown(entry, hash, all);
      return true;
    },
    best: () => best,
    complete: () =>
      order.map((hash) => ({ candidate: entries.get(hash)!.candidate, hash, rows: rowsOf(entries.get(hash)!) })),
    estimateOf,
    baseline: () => (order[0] === undefined ? undefined : estimateOf(order[0])),
  };
}
