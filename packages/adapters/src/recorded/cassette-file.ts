import { readFileSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { CultivarError, isCultivarError, messageOf } from "@cultivar/core";
import type { CassetteReader } from "./cassette-reader.ts";
import { cassetteReader } from "./cassette-reader.ts";
import type { CassetteEntry, CassetteHeader } from "./cassette.ts";
import { cassetteLine, requestKey } from "./cassette.ts";

/** A cassette on disk. Others may append to it at the same time, in this process or in another. */
export interface CassetteFile extends Pick<CassetteReader, "header"> {
  /** By request key, in the order of recording; grows with each read and append. */
  readonly entries: ReadonlyMap<string, CassetteEntry>;
  /** Reads what was appended since. */
  read(): Promise<void>;
  /**
   * Appends an entry under the header `as`, and returns it as it is on disk. With `keep`, a reply that another wrote to
   * the same request in the meantime stays, and is returned.
   */
  append(entry: CassetteEntry, as: CassetteHeader, keep: boolean): Promise<CassetteEntry>;
}

/**
 * Opens a cassette for any number of writers, without a lock. Nothing is ever cut off: an append is one write to a file
 * opened for appending, which the system puts where the file ends at that moment. A tail without its newline was cut off
 * by a crash, or is another's write in the middle; so it is ended with a newline and a header, after which readers pass
 * over the first, and which adds but an empty line to the second. A line that ran into such a tail nevertheless is found
 * when the file is read back, and written again. (Two machines on a network file system are not covered: there,
 * appending is not atomic.) Throws `cassette` when the file is damaged, or `needed` and missing.
 */
export function cassetteFile(file: string, needed: boolean): CassetteFile {
  const reader = cassetteReader(file, firstBytes(file, needed));
  let last: Promise<unknown> = Promise.resolve();
  /** One use after another, each of its own handle: a model has no end at which to close one. */
  const inTurn = <T>(flags: "r" | "a+", use: (handle: FileHandle) => Promise<T>): Promise<T> => {
    const mine = last.then(async () => {
      const handle = await open(file, flags);
      try {
        return await use(handle);
      } finally {
        await handle.close();
      }
    });
    last = mine.catch(() => undefined);
    return mine;
  };
  const failed = (verb: string, cause: unknown): CultivarError =>
    isCultivarError(cause)
      ? cause
      : new CultivarError("storage", `recorded: cannot ${verb} ${file}: ${messageOf(cause)}`, { cause });
  return {
    header: () => reader.header(),
    entries: reader.entries,
    read: async () => {
      try {
        await inTurn("r", reader.catchUp);
      } catch (cause) {
        // Not made yet: nobody recorded anything.
        if (!isMissing(cause)) throw failed("read", cause);
      }
    },
    append: async (entry, as, keep) => {
      try {
        return await inTurn("a+", (handle) => appendTo(handle, reader, entry, as, keep));
      } catch (cause) {
        throw failed("write", cause);
      }
    },
  };
}

/** How often a line is written again that ran into a tail: each time takes another crash at the same moment. */
const mostAttempts = 5;

async function appendTo(
  handle: FileHandle,
  reader: CassetteReader,
  entry: CassetteEntry,
  as: CassetteHeader,
  keep: boolean,
): Promise<CassetteEntry> {
  const line = cassetteLine(entry);
  const key = requestKey((JSON.parse(line) as CassetteEntry).request);
  const before = reader.entries.get(key);
  await reader.catchUp(handle);
  const theirs = reader.entries.get(key);
  if (keep && theirs !== undefined && theirs !== before) return theirs;
  const first = cassetteLine(as);
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const header = reader.header();
    const said = !reader.tail() && header !== undefined && cassetteLine(header) === first;
    const bytes = Buffer.from(`${reader.tail() ? "\n" : ""}${said ? "" : first}${line}`);
    const { bytesWritten } = await handle.write(bytes);
    if (bytesWritten < bytes.length) throw new Error(`only ${bytesWritten} of ${bytes.length} bytes were written`);
    await handle.datasync();
    reader.entries.delete(key);
    await reader.catchUp(handle);
    const stored = reader.entries.get(key);
    if (stored !== undefined) return stored;
  }
  throw new Error(`the line was not there when it was read back, ${mostAttempts} times`);
}

function isMissing(cause: unknown): boolean {
  return (cause as NodeJS.ErrnoException).code === "ENOENT";
}

function firstBytes(file: string, needed: boolean): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    if (isMissing(cause) && !needed) return Buffer.alloc(0);
    const advice = isMissing(cause) ? `; record it first with { mode: "auto", lm }` : "";
    throw new CultivarError("cassette", `recorded: cannot read ${file}: ${messageOf(cause)}${advice}`, { cause });
  }
}
