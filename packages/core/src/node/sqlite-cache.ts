import { resolve } from "node:path";
import { systemClock } from "../ground/clock.ts";
import type { Clock } from "../ground/clock.ts";
import { CultivarError, isCultivarError, messageOf } from "../ground/errors.ts";
import type { ResponseCache } from "../programs/cache.ts";
import type { Response } from "../values/language-model.ts";
import { findOrClaim } from "./find-or-claim.ts";
import type { Seeker } from "./find-or-claim.ts";
import { heldClaims } from "./held-claims.ts";
import type { Made } from "./held-claims.ts";
import { currentOwner, encodeOwner } from "./process-owner.ts";
import { sqliteFile } from "./sqlite-file.ts";

export interface SqliteCacheOptions {
  /** The database file; made, with its folder, at first use. */
  readonly file: string;
  /** Replies older than this many days (wall time) are made anew. Default: no limit. */
  readonly maxAgeDays?: number;
  /**
   * Told when the file was damaged and replaced; once each, when it cannot be used and when replies cannot be stored; and
   * at `close`, how many could not. Default: nobody.
   */
  readonly onWarning?: (message: string) => void;
  readonly clock?: Clock;
}

type Landed = Made & { readonly hit: boolean };

const dayMs = 86_400_000;

/**
 * Replies in an SQLite file (node:sqlite, WAL), shared by all processes that name it. Single flight across processes:
 * who makes a reply holds a claim in the file; others look again every 5 to 50 ms and take over from a maker that died.
 *
 * A cache is expendable and never costs a run: a damaged file is moved to `<file>.corrupt-<n>` and an empty one begun; an
 * entry that is not a whole reply counts as missing; a reply that was paid for but cannot be stored is still returned;
 * with a file that cannot be opened or claimed in, every reply is made, none is kept, and that is said once. Rejects with
 * `storage` after `close`.
 */
export function sqliteCache(options: SqliteCacheOptions): ResponseCache {
  const path = resolve(options.file);
  const clock = options.clock ?? systemClock;
  const warn = options.onWarning ?? ((): void => undefined);
  const owner = encodeOwner(currentOwner());
  const oldestMs = (): number =>
    options.maxAgeDays === undefined ? Number.MIN_SAFE_INTEGER : clock.wall() - options.maxAgeDays * dayMs;
  const prepare: Parameters<typeof sqliteFile>[0]["prepare"] = (table) => {
    if (options.maxAgeDays !== undefined) table.forgetBefore(oldestMs());
  };
  const file = sqliteFile({ file: path, clock, onWarning: warn, prepare });
  const seeker: Seeker = { file, owner, clock, oldestMs };
  const notes = cacheNotes(path, warn);
  const claims = heldClaims(file, owner, clock, notes.unstored);
  const flights = new Map<string, Promise<Landed>>();
  let usable = true;
  let closed = false;

  const seek = async (key: string, signal: AbortSignal | undefined): Promise<Response | "mine" | undefined> => {
    if (closed) throw new CultivarError("storage", `${path}: the cache is closed; make a new one to go on`);
    if (!usable) return undefined;
    try {
      return await findOrClaim(seeker, key, signal);
    } catch (error) {
      if (closed || !(isCultivarError(error, "storage") || isCultivarError(error, "locked"))) throw error;
      if (usable) notes.unusable(error);
      usable = false;
      return undefined;
    }
  };
  const fly = async (key: string, make: () => Promise<Made>, signal: AbortSignal | undefined): Promise<Landed> => {
    const found = await seek(key, signal);
    if (found !== undefined && found !== "mine") return { response: found, keep: true, hit: true };
    const made = found === "mine" ? await claims.during(key, make) : await make();
    return { ...made, hit: false };
  };

  return {
    async once(key, make, signal) {
      for (;;) {
        signal?.throwIfAborted();
        const flight = flights.get(key);
        if (flight === undefined) break;
        const landed = await patientOf(flight, signal);
        if (landed?.keep === true) return { response: landed.response, hit: true };
      }
      const flight = fly(key, make, signal);
      flights.set(key, flight);
      try {
        const { response, hit } = await flight;
        return { response, hit };
      } finally {
        flights.delete(key);
      }
    },
    async close() {
      if (!closed) notes.end();
      closed = true;
      claims.stop();
      await file.close((table) => table.resign(owner));
    },
  };
}

/** What is told of a cache in trouble: a full disk would otherwise speak up at every reply. */
function cacheNotes(path: string, warn: (message: string) => void) {
  let unstored = 0;
  return {
    unusable: (error: CultivarError): void =>
      warn(`${messageOf(error, 500)}; going on without the cache: no reply is taken from it or kept`),
    unstored(cause: unknown): void {
      unstored += 1;
      if (unstored > 1) return;
      warn(
        `${path}: a reply could not be stored (${messageOf(cause, 200)}); it will be made again when asked for again, and so will later ones that cannot be stored`,
      );
    },
    end(): void {
      if (unstored > 1) warn(`${path}: ${unstored} replies could not be stored; they will be made again`);
    },
  };
}

/** What a flight landed with, undefined when it failed; rejects when `signal` aborts first. */
async function patientOf(flight: Promise<Landed>, signal: AbortSignal | undefined): Promise<Landed | undefined> {
  const landed = flight.catch(() => undefined);
  if (signal === undefined) return landed;
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason as Error);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([landed, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
