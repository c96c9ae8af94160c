import type { Study } from "@cultivar/core";
import { forLastLook, secondLook } from "../beliefs/second-look.ts";
import type { Pool } from "./pool.ts";
import { observedAgain } from "./pool.ts";

/**
 * The pool after a second look at a champion that has the best score on every val row: where that was luck, with the means
 * of both observations, and more evaluations kept for a last look; else the same one, and so where that would not leave
 * `room` evaluations to go on with. `width` is that of the metric's range.
 */
export async function doubted(study: Study, pool: Pool, width: number, room: number): Promise<Pool> {
  const lucky = await secondLook(study, room);
  if (lucky.size === 0) return pool;
  const members = pool.members.reduce<Pool["members"]>((known, { hash }, place) => {
    const rows = lucky.get(hash);
    return rows === undefined ? known : observedAgain(known, place, rows, width);
  }, pool.members);
  // what was believed best is so no more: nobody has been the best for long
  return { ...pool, members, kept: Math.max(pool.kept, forLastLook(study)), stale: 0, left: study.remaining() };
}
