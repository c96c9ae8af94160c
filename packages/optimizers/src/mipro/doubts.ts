import type { ExampleId, Row, Study } from "@cultivar/core";
import { candidateHash } from "@cultivar/core";
import { forLastLook, secondLook } from "../beliefs/second-look.ts";
import type { Trial } from "./trials.ts";
import { isSolved } from "./trials.ts";

/** What a second look goes by. */
export interface Doubts {
  readonly study: Study;
  /** Val in the order in which trials are scored on it. */
  readonly order: readonly ExampleId[];
  /** Evaluations that are kept for what comes after the search. */
  readonly reserve: number;
  /** Whether what is right on every row is looked at twice before it ends the search. */
  readonly doubts: boolean;
}

/** Trials, and what is kept for what comes after the search. */
export interface Doubted {
  readonly trials: readonly Trial[];
  readonly reserve: number;
}

/**
 * What is known after a second look at what is right on every row: trials that were lucky have the means of both
 * observations then, and more evaluations are kept for a last look. The same array of trials where none was lucky, or where
 * that would not leave `room` evaluations to go on with.
 */
export async function doubted(
  { study, order, reserve, doubts }: Doubts,
  trials: readonly Trial[],
  room: number,
): Promise<Doubted> {
  const isDoubtful = doubts && isSolved(trials, order.length, study.range[1]);
  const lucky: ReadonlyMap<string, readonly Row[]> = isDoubtful ? await secondLook(study, reserve + room) : new Map();
  if (lucky.size === 0) return { trials, reserve };
  const known = trials.map((trial) => {
    const rows = lucky.get(candidateHash(trial.candidate));
    if (rows === undefined) return trial;
    const scores = new Map(rows.map(({ id, score }) => [id, score]));
    return { ...trial, scores: order.map((id) => scores.get(id)) };
  });
  return { trials: known, reserve: Math.max(reserve, forLastLook(study)) };
}
