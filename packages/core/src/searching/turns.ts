/** Takes the outcomes of work in the order in which it was begun, never in that of arrival. */
export interface Turns {
  /** Calls `take` once `work` has settled and everything begun earlier was taken. */
  inTurn<T, R>(work: Promise<T>, take: (outcome: PromiseSettledResult<T>) => R | Promise<R>): Promise<R>;
  /** Resolves once everything begun was taken. */
  settled(): Promise<void>;
}

export function turns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return {
    inTurn(work, take) {
      const before = last;
      const mine = Promise.allSettled([work] as const).then(async ([outcome]) => {
        await before;
        return take(outcome);
      });
      last = mine.catch(() => {});
      return mine;
    },
    async settled() {
      for (let seen: unknown; seen !== last;) {
        seen = last;
        await last;
      }
    },
  };
}
