import type { Clock } from "../ground/clock.ts";
import type { Response } from "../values/language-model.ts";
import { decodeOwner, ownerState } from "./process-owner.ts";
import type { Claim } from "./reply-table.ts";
import type { SqliteFile } from "./sqlite-file.ts";
import { decodeResponse } from "./stored-response.ts";

/** Who looks into which cache file. */
export interface Seeker {
  readonly file: SqliteFile;
  readonly owner: string;
  readonly clock: Clock;
  /** Replies stored before this wall time do not count. */
  readonly oldestMs: () => number;
}

/** A maker that lives but shows no sign of it for so long (stopped, or on another machine) is not waited for. */
const silenceMs = 20_000;

/**
 * The stored reply under `key`, or "mine" when its claim is now the seeker's. Waits while someone else makes it, looking
 * again every 5 to 50 ms, and takes over from a maker that died. Rejects with the signal's reason, and with `storage`.
 */
export async function findOrClaim(
  seeker: Seeker,
  key: string,
  signal: AbortSignal | undefined,
): Promise<Response | "mine"> {
  const { clock } = seeker;
  let pauseMs = 5;
  let seen: (Claim & { readonly sinceMs: number }) | undefined;
  let lost: Claim | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const found = await look(seeker, key, lost);
    if (found === "mine" || "text" in found) return found;
    const now = clock.now();
    if (seen?.owner !== found.owner || seen.beat !== found.beat) seen = { ...found, sinceMs: now };
    const maker = decodeOwner(found.owner);
    lost = maker === undefined || ownerState(maker) === "dead" || now - seen.sinceMs > silenceMs ? found : undefined;
    if (lost !== undefined) continue;
    await clock.sleep(pauseMs, signal);
    pauseMs = Math.min(50, pauseMs * 1.5);
  }
}

/** The reply, or the claim that another one holds, or "mine" when the claim is now ours. */
function look(
  { file, owner, oldestMs }: Seeker,
  key: string,
  seen: Claim | undefined,
): Promise<Response | Claim | "mine"> {
  return file.use((table) => {
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
}
