import type { Clock } from "../../ground/clock.ts";

/** One timer at a time: the earliest that was asked for. */
export interface Alarm {
  /** Rings at the time `at` on the clock, `waitMs` from now, unless an earlier one is set. */
  set(at: number, waitMs: number): void;
  /** Nothing rings any more. */
  off(): void;
}

/** An alarm that calls `ring`; it may be set again in there. */
export function alarm(clock: Clock, ring: () => void): Alarm {
  let current: { readonly at: number; readonly stop: AbortController } | undefined;
  const off = (): void => {
    const stopped = current;
    current = undefined;
    stopped?.stop.abort();
  };
  return {
    off,
    set(at, waitMs) {
      if (current !== undefined && current.at <= at) return;
      off();
      const mine = { at, stop: new AbortController() };
      current = mine;
      const over = (): void => {
        if (current !== mine) return;
        current = undefined;
        ring();
      };
      clock.sleep(waitMs, mine.stop.signal).then(over, over);
    },
  };
}
