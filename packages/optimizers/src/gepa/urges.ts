import type { Study } from "@cultivar/core";
import type { Pool, TrackRecord } from "./pool.ts";

/** Whether a first reflection is still to come, which tells failures to learn from; not after a step that came to nothing. */
export function awaitsReflection({ shown, idle }: Pool, { space }: Study): boolean {
  return shown.size === 0 && idle === 0 && Object.values(space).some(({ kind }) => kind === "text");
}

/** A move that never helped is still tried now and then: what did not help a bad parent may help a good one. */
const leastUrge = 0.2;

/** How much a move wants a step, by its luck so far: 1 for all tries won, and for none made. */
export function luck(record: TrackRecord | undefined): number {
  return record === undefined ? 1 : Math.max(leastUrge, (record.wins + 1) / (record.tries + 1));
}
