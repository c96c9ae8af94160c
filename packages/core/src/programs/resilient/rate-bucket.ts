/** A pure token bucket over an injected time. Amounts are in units (requests or tokens), times in milliseconds. */
export interface RateBucket {
  /**
   * Takes `amount` now and says how long to wait before using it. The level may go below zero: the debt is what makes
   * later callers wait longer, so waiting is first come, first served without a queue, and an amount above the
   * bucket's size still gets through.
   */
  take(nowMs: number, amount: number): number;
  /** Gives back units that were taken but not used (negative: takes what was used beyond the estimate). */
  refund(amount: number): void;
}

/** How much of a minute's allowance may go out at once. Providers enforce limits on less than a minute too. */
const burstMinutes = 1 / 12;

/** A bucket that lets `perMinute` units through per minute, after an initial burst of a twelfth of that (at least 1). */
export function rateBucket(perMinute: number): RateBucket {
  const size = Math.max(1, perMinute * burstMinutes);
  const perMs = perMinute / 60_000;
  let level = size;
  let updatedMs: number | undefined;
  return {
    take(nowMs, amount) {
      if (updatedMs !== undefined) level = Math.min(size, level + Math.max(0, nowMs - updatedMs) * perMs);
      updatedMs = nowMs;
      level -= amount;
      return level >= 0 ? 0 : -level / perMs;
    },
    refund(amount) {
      level = Math.min(size, level + amount);
    },
  };
}
