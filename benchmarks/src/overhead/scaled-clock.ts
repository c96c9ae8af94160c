import type { Clock } from "@cultivar/core";
import { systemClock } from "@cultivar/core";

/** The machine's clock, run `factor` times as fast: waits and rates are given in the time that they stand for. */
export function scaledClock(factor: number): Clock {
  return {
    now: () => systemClock.now() * factor,
    wall: () => systemClock.wall() * factor,
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
    after: (ms, run) => systemClock.after(ms / factor, run),
  };
}
