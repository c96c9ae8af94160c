/** Work that was begun and may not be done yet. */
export interface InFlight {
  /** The same work, waited for by `settled`. */
  track<T>(work: Promise<T>): Promise<T>;
  /** Resolves once nothing is in flight. */
  settled(): Promise<void>;
}

export function inFlight(): InFlight {
  const running = new Set<Promise<unknown>>();
  return {
    async track(work) {
      running.add(work);
      try {
        return await work;
      } finally {
        running.delete(work);
      }
    },
    async settled() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
