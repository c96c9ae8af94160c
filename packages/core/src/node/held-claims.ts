import type { Clock } from "../ground/clock.ts";
import type { Response } from "../values/language-model.ts";
import type { SqliteFile } from "./sqlite-file.ts";

/** A reply that was just made, and whether it is to be kept. */
export interface Made {
  readonly response: Response;
  readonly keep: boolean;
}

/** The claims that this process holds in a cache file while it makes replies. */
export interface HeldClaims {
  /** Makes the reply under a claimed key, shows a sign of life meanwhile, and ends the claim. Rejects as `make` does. */
  during(key: string, make: () => Promise<Made>): Promise<Made>;
  stop(): void;
}

const beatMs = 1000;

/** @param unstored Told when a reply was made and could not be stored; it is returned all the same. */
export function heldClaims(
  file: SqliteFile,
  owner: string,
  clock: Clock,
  unstored: (cause: unknown) => void,
): HeldClaims {
  const making = new Set<string>();
  let heart: NodeJS.Timeout | undefined;
  const beat = (): void => {
    // A missed beat is made up for by the next one; silence is judged over many.
    if (making.size > 0) file.use((table) => table.beat(making, owner)).catch(() => undefined);
  };
  const stop = (): void => {
    clearInterval(heart);
    heart = undefined;
  };
  const settle = async (key: string, made: Made | undefined): Promise<void> => {
    making.delete(key);
    if (making.size === 0) stop();
    const reply = made?.keep === true ? { text: JSON.stringify(made.response), atMs: clock.wall() } : undefined;
    try {
      await file.use((table) => table.settle(key, owner, reply));
    } catch (cause) {
      // Without a reply only the claim stays behind: it runs out by itself.
      if (reply !== undefined) unstored(cause);
    }
  };
  return {
    async during(key, make) {
      making.add(key);
      heart ??= setInterval(beat, beatMs).unref();
      let made: Made | undefined;
      try {
        return (made = await make());
      } finally {
        await settle(key, made);
      }
    },
    stop,
  };
}
