/** How many calls may be in flight at once, learnt from the answers. All counts are whole numbers of at least 1. */
export interface AdaptiveLimitOptions {
  readonly start: number;
  readonly min: number;
  readonly max: number;
  /** Added after each clean round. */
  readonly step: number;
}

/** A pure state machine: additive increase, multiplicative decrease, one decrease per episode. */
export interface AdaptiveLimit {
  readonly limit: number;
  /** True from the first 429 until a call sent after it is answered. */
  readonly inEpisode: boolean;
  /** Marks the sending of a call; give the ticket back with its outcome. `inFlight` counts this call too. */
  sent(inFlight: number): number;
  /** A whole answer arrived: a round of `limit` of them without a 429 raises the limit by `step`. */
  succeeded(ticket: number): void;
  /** The provider said 429: the first of an episode halves the limit, the others change nothing. */
  rateLimited(ticket: number): void;
}

/**
 * An adaptive limit. An episode is counted in calls, not in time: it starts with a 429 on a call sent after the last
 * episode ended and lasts until a call sent after that 429 is answered well, so a burst of 429 halves once however
 * slowly it trickles in, and failed probes do not halve again. Server errors are not reported here: a 5xx says nothing
 * about how much is allowed. A round raises the limit only when it was used up, so an idle model does not grow it.
 */
export function adaptiveLimit(options: AdaptiveLimitOptions): AdaptiveLimit {
  let limit = options.start;
  let tickets = 0;
  /** Calls with a smaller ticket were sent before the last cut: their answers say nothing about the new limit. */
  let cutAt = 0;
  let inEpisode = false;
  let clean = 0;
  let saturated = false;
  return {
    get limit() {
      return limit;
    },
    get inEpisode() {
      return inEpisode;
    },
    sent(inFlight) {
      if (inFlight >= limit) saturated = true;
      return tickets++;
    },
    succeeded(ticket) {
      if (ticket < cutAt) return;
      inEpisode = false;
      clean += 1;
      if (clean < limit) return;
      if (saturated) limit = Math.min(options.max, limit + options.step);
      clean = 0;
      saturated = false;
    },
    rateLimited(ticket) {
      clean = 0;
      saturated = false;
      if (inEpisode || ticket < cutAt) return;
      inEpisode = true;
      cutAt = tickets;
      limit = Math.max(options.min, Math.floor(limit / 2));
    },
  };
}
