import { wholeNumber } from "../demos/limits.ts";
import type { Move } from "./moves.ts";
import { isComplete, leaderOf } from "./pool.ts";

/**
 * Scores the member that is believed best on all of val, at the step after it has been so for `steps` steps: until then a
 * better one may come, and the incumbent is always scored on all of val. To be put before other moves that press, such as
 * merges: they would take that step. Throws a `config` error unless `steps` is a whole number of
 * at least 0.
 */
export function completing(steps: number): Move {
  wholeNumber("gepa", "the steps of completing", steps, 0);
  return {
    name: `completing(${steps})`,
    // in the place of a draft, for which a pass over val is reserved
    cost: () => 0,
    urge: ({ members, stale, tried }) => {
      const place = leaderOf(members);
      // at one step only, or else every step in flight would do it
      const isOpen = stale === steps && !isComplete(members[place]!) && !tried.has(`completed ${place}`);
      return isOpen ? Number.POSITIVE_INFINITY : 0;
    },
    async propose({ study, pool }) {
      const place = leaderOf(pool.members);
      const { candidate, asked } = pool.members[place]!;
      const ids = study.val.filter((_, i) => !asked[i]!);
      const { rows } = await study.evaluate({ candidate, split: "val", ids });
      return {
        done: "the leader was scored on all of val",
        seen: [{ place, split: "val", rows }],
        tried: [`completed ${place}`],
      };
    },
  };
}
