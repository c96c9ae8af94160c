import type { Response } from "../values/language-model.ts";
import { untilAborted } from "./wait.ts";

/**
 * Replies shared between runs and processes. Holds whole replies only: truncated, refused, filtered and failed ones
 * never get in. Keys are 64 hex digits and cover model, endpoint, request and sample.
 */
export interface ResponseCache {
  /**
   * The reply under `key`, made by `make` when there is none. Of several askers at once, in this process or another,
   * one makes it and the others wait for it (single flight); a maker that dies or fails lets the next one try. A
   * `signal` ends its own caller's wait, with its reason, and nobody else's.
   * `hit` says that this caller did not make it.
   */
  once(
    key: string,
    make: () => Promise<{ readonly response: Response; readonly keep: boolean }>,
    signal?: AbortSignal,
  ): Promise<{ readonly response: Response; readonly hit: boolean }>;
  close(): Promise<void>;
}

/** A cache in this process's memory: the `maxEntries` most recently used replies. */
export function memoryCache(options: { readonly maxEntries?: number } = {}): ResponseCache {
  const maxEntries = options.maxEntries ?? 100_000;
  const kept = new Map<string, Response>();
  const flights = new Map<string, Promise<{ response: Response; keep: boolean }>>();
  return {
    async once(key, make, signal) {
      for (;;) {
        const known = kept.get(key);
        if (known !== undefined) {
          kept.delete(key);
          kept.set(key, known);
          return { response: known, hit: true };
        }
        const flight = flights.get(key);
        if (flight === undefined) break;
        const landed = await untilAborted(
          flight.catch(() => undefined),
          signal,
        );
        if (landed?.keep === true) return { response: landed.response, hit: true };
        signal?.throwIfAborted();
      }
      const flight = make();
      flights.set(key, flight);
      try {
        const { response, keep } = await flight;
        if (keep) {
          kept.set(key, response);
          if (kept.size > maxEntries) kept.delete(kept.keys().next().value!);
        }
        return { response, hit: false };
      } finally {
        flights.delete(key);
      }
    },
    close: () => Promise.resolve(),
  };
}
