/** A clock on which waiting takes no time: it goes on to the next wake-up when the process has nothing else to do. */
export interface VirtualClock {
  /** Milliseconds since its start. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** Turns of the event loop without a new wait after which the process counts as idle: promises settle within one. */
const quietTurns = 3;

/**
 * Time as it would be if code took none: what a busy machine cannot blur. Equal wake-ups come in the order in which they were
 * asked for. For work that waits for nothing but this clock and promises: real timers would be overtaken.
 */
export function virtualClock(): VirtualClock {
  const waiting: { readonly at: number; readonly wake: () => void }[] = [];
  let now = 0;
  let asked = 0;
  let running = false;
  const advance = async (): Promise<void> => {
    running = true;
    while (waiting.length > 0) {
      for (let quiet = 0, seen = asked; quiet < quietTurns; quiet++) {
        await new Promise((resolve) => setImmediate(resolve));
        if (asked !== seen) [quiet, seen] = [-1, asked];
      }
      now = Math.min(...waiting.map(({ at }) => at));
      const due = waiting.filter(({ at }) => at === now);
      for (const one of due) waiting.splice(waiting.indexOf(one), 1);
      for (const { wake } of due) wake();
    }
    running = false;
  };
  return {
    now: () => now,
    sleep: (ms) =>
      new Promise((resolve) => {
        asked += 1;
        waiting.push({ at: now + ms, wake: resolve });
        if (!running) void advance();
      }),
  };
}
