import { resolve } from "node:path";
import { systemClock } from "../ground/clock.ts";
import type { Clock } from "../ground/clock.ts";
import { messageOf } from "../ground/errors.ts";
import type { ResponseCache } from "../programs/cache.ts";
import type { Response } from "../values/language-model.ts";
import { currentOwner, decodeOwner, encodeOwner, ownerState } from "./process-owner.ts";
import type { Claim } from "./reply-table.ts";
import { sqliteFile } from "./sqlite-file.ts";
import { decodeResponse } from "./stored-response.ts";

export interface SqliteCacheOptions {
  /** The database file; made, with its folder, at first use. */
  readonly file: string;
  /** Replies older than this many days (wall time) are made anew. Default: no limit. */
  readonly maxAgeDays?: number;
  /** Told when the file was damaged and replaced, or a reply could not be stored. Default: nobody. */
  readonly onWarning?: (message: string) => void;
  readonly clock?: Clock;
}

type Made = { readonly response: Response; readonly keep: boolean };
type Landed = Made & { readonly hit: boolean };

const beatMs = 1000;
/** A maker that lives but shows no sign of it for so long (stopped, or on another machine) is not waited for. */
const silenceMs = 20_000;
const dayMs = 86_400_000;

/**
 * Replies in an SQLite file (node:sqlite, WAL), shared by all processes that name it. Single flight across processes:
 * who makes a reply holds a claim in the file; others look again every 5 to 50 ms and take over from a maker that died.
 *
 * A cache is expendable and never costs a run: a damaged file is moved to `<file>.corrupt-<n>` and an empty one begun; an
 * entry that is not a whole reply counts as missing; a reply that was paid for but cannot be stored is still returned.
 * A file that cannot be opened or claimed in rejects with `storage` before `make` is called.
 */
export function sqliteCache(options: SqliteCacheOptions): ResponseCache {
  const path = resolve(options.file);
  const clock = options.clock ?? systemClock;
  const warn = options.onWarning ?? ((): void => undefined);
  const owner = encodeOwner(currentOwner());
  const oldestMs = (): number =>
    options.maxAgeDays === undefined ? Number.MIN_SAFE_INTEGER : clock.wall() - options.maxAgeDays * dayMs;
  const file = sqliteFile({
    file: path,
    clock,
    onWarning: warn,
    prepare: (table) => {
      if (options.maxAgeDays !== undefined) table.forgetBefore(oldestMs());
    },
  });
  const flights = new Map<string, Promise<Landed>>();
  const making = new Set<string>();
  let heart: NodeJS.Timeout | undefined;

  const beat = (): void => {
    // A missed beat is made up for by the next one; silence is judged over many.
    if (making.size > 0) file.use((table) => table.beat(making, owner)).catch(() => undefined);
  };
  const settle = async (key: string, made: Made | undefined): Promise<void> => {
    making.delete(key);
    if (making.size === 0) {
      clearInterval(heart);
      heart = undefined;
    }
    const reply = made?.keep === true ? { text: JSON.stringify(made.response), atMs: clock.wall() } : undefined;
    try {
      await file.use((table) => table.settle(key, owner, reply));
    } catch (error) {
      warn(
        `${path}: a reply could not be stored (${messageOf(error, 200)}); it will be made again when asked for again`,
      );
    }
  };

  /** The reply, or the claim that another one holds, or "mine" when the claim is now ours. */
  const look = (key: string, seen: Claim | undefined): Promise<Response | Claim | "mine"> =>
    file.use((table) => {
      const find = (): Response | undefined => {
        const text = table.find(key, oldestMs());
        return text === undefined ? undefined : decodeResponse(text);
      };
      const known = find();
      if (known !== undefined) return known;
      if (seen === undefined || !table.seize(key, owner, seen)) {
        const standing = table.claim(key, owner);
        if (standing !== undefined && standing.owner !== owner) return standing;
      }
      // Stored after the first look, before the claim.
      const late = find();
      if (late === undefined) return "mine";
      table.settle(key, owner, undefined);
      return late;
    });

  const fly = async (key: string, make: () => Promise<Made>, signal: AbortSignal | undefined): Promise<Landed> => {
    let pauseMs = 5;
    let seen: (Claim & { readonly sinceMs: number }) | undefined;
    let lost: Claim | undefined;
    for (;;) {
      signal?.throwIfAborted();
      const found = await look(key, lost);
      if (found === "mine") break;
      if ("text" in found) return { response: found, keep: true, hit: true };
      const now = clock.now();
      if (seen?.owner !== found.owner || seen.beat !== found.beat) seen = { ...found, sinceMs: now };
      const maker = decodeOwner(found.owner);
      lost = maker === undefined || ownerState(maker) === "dead" || now - seen.sinceMs > silenceMs ? found : undefined;
      if (lost !== undefined) continue;
      await clock.sleep(pauseMs, signal);
      pauseMs = Math.min(50, pauseMs * 1.5);
    }
    making.add(key);
    heart ??= setInterval(beat, beatMs).unref();
    let made: Made | undefined;
    try {
      made = await make();
    } finally {
      await settle(key, made);
    }
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
      clearInterval(heart);
      await file.close((table) => table.resign(owner));
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
