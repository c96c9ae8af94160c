import type { Estimate } from "../ground/stats.ts";
import { estimate, pairedDifference } from "../ground/stats.ts";
import type { Candidate } from "../values/component.ts";
import type { ExampleId } from "../values/example.ts";
import type { Row, Scored } from "./optimizer.ts";

/** A candidate whose share of unscored rows is above this cannot become incumbent (law 4). */
export const maxUnscoredShare = 0.05;

/** What has been told so far of each candidate on val, folded in logical order; decides who is incumbent. */
export interface KnownRows {
  /** Adds one ask's val rows, the `sample`-th observation of them. Returns true when the incumbent changed. */
  fold(candidate: Candidate, hash: string, rows: readonly Row[], sample?: number): boolean;
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
  /** Observations beyond the first, by row and sample; most candidates have none. */
  repeats?: Map<ExampleId, Map<number, Row>>;
  complete: boolean;
}

/** Scores aligned with `ids`. */
export function scoresOf(rows: readonly Row[]): readonly (number | undefined)[] {
  return rows.map((row) => row.score);
}

/**
 * The one rule for incumbents: only candidates scored on all of val compete, and one replaces the incumbent when its
 * paired mean difference over the rows scored on both sides is above 0. The first of equals stays. A row that was
 * observed more than once counts with the mean of its observations, and the order is found anew then.
 */
export function knownRows(val: readonly ExampleId[]): KnownRows {
  const entries = new Map<string, Entry>();
  const order: string[] = [];
  let best: (Scored & { readonly hash: string }) | undefined;
  const rowsOf = ({ byId, repeats }: Entry): readonly Row[] =>
    repeats === undefined ? val.map((id) => byId.get(id)!) : val.map((id) => together(byId.get(id)!, repeats.get(id)));
  const crown = ({ candidate }: Entry, hash: string, rows: readonly Row[]): void => {
    best = Object.freeze({ candidate, hash, val: estimate(rows.flatMap(({ score }) => score ?? [])), rows });
  };
  /** Lets a complete candidate have the place of the best one, if it is better. */
  const contend = (entry: Entry, hash: string): boolean => {
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
  };
  const estimateOf = (hash: string): Estimate | undefined => {
    const entry = entries.get(hash);
    return entry?.complete === true ? estimate(rowsOf(entry).flatMap((row) => row.score ?? [])) : undefined;
  };
  /** Observations beyond the first may take the incumbent down as well as up. */
  const again = (entry: Entry, rows: readonly Row[], sample: number): boolean => {
    entry.repeats ??= new Map();
    for (const row of rows) {
      const known = entry.repeats.get(row.id) ?? new Map<number, Row>();
      if (row.score !== undefined) entry.repeats.set(row.id, known.set(sample, row));
    }
    if (!entry.complete) return false;
    const before = best?.hash;
    best = undefined;
    for (const hash of order) contend(entries.get(hash)!, hash);
    return (best as (Scored & { readonly hash: string }) | undefined)?.hash !== before;
  };
  return {
    fold(candidate, hash, rows, sample = 0) {
      let entry = entries.get(hash);
      if (entry === undefined) entries.set(hash, (entry = { candidate, byId: new Map(), complete: false }));
      if (sample > 0) return again(entry, rows, sample);
      for (const row of rows) if (entry.byId.get(row.id)?.score === undefined) entry.byId.set(row.id, row);
      if (entry.byId.size < val.length) return false;
      if (!entry.complete) order.push(hash);
      entry.complete = true;
      return contend(entry, hash);
    },
    best: () => best,
    complete: () =>
      order.map((hash) => ({ candidate: entries.get(hash)!.candidate, hash, rows: rowsOf(entries.get(hash)!) })),
    estimateOf,
    baseline: () => (order[0] === undefined ? undefined : estimateOf(order[0])),
  };
}

/** A row with the means of all its scored observations. */
function together(row: Row, repeats: ReadonlyMap<number, Row> | undefined): Row {
  if (repeats === undefined || repeats.size === 0) return row;
  const all = [row, ...repeats.values()].filter(({ score }) => score !== undefined);
  const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const names = Object.keys(row.objectives ?? {});
  const objectives = names.map((name) => [name, meanOf(all.flatMap((one) => one.objectives?.[name] ?? []))] as const);
  // the mark of a failure goes with a score that is all its own
  const { failure, ...rest } = row;
  const failedAlways = all.every((one) => one.failure !== undefined);
  return {
    ...rest,
    ...(failure !== undefined && failedAlways && { failure }),
    score: meanOf(all.flatMap(({ score }) => score ?? [])),
    ...(names.length > 0 && { objectives: Object.fromEntries(objectives) }),
  };
}
