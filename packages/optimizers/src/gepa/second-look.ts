import type { Study } from "@cultivar/core";
import { secondLook } from "../beliefs/second-look.ts";
import type { Pool } from "./pool.ts";
import { championOf, observedAgain } from "./pool.ts";
import { isSolved } from "./stops.ts";

/**
 * The pool after a second look at a champion that has the best score on every val row: where that was luck, with the means
 * of both observations; else the same one, and so where the look would not leave `room` evaluations to go on with.
 * `width` is that of the metric's range.
 */
export async function lookedAtAgain(study: Study, pool: Pool, width: number, room: number): Promise<Pool> {
  const { members } = pool;
  if (!isSolved(members, study.range[1]) || study.remaining() < study.val.length + room) return pool;
  const champion = championOf(members);
  const val = await secondLook(study, champion.candidate, study.val, champion.val);
  if (val === undefined) return pool;
  const known = observedAgain(members, members.indexOf(champion), val, width);
  return { ...pool, members: known, left: study.remaining() };
}
