import type { FileHandle } from "node:fs/promises";
import { CultivarError } from "@cultivar/core";
import type { CassetteEntry, CassetteHeader } from "./cassette.ts";
import { parseLines } from "./cassette.ts";

/** What was read of a cassette, whole lines only. */
export interface CassetteReader {
  /** By request key, in the order of recording. */
  readonly entries: Map<string, CassetteEntry>;
  /** The last header read. */
  header(): CassetteHeader | undefined;
  /** Whether something follows the lines read that is no line: cut off, or not all written yet. */
  tail(): boolean;
  /** Reads on from where the last read ended; from the start when the file was replaced. Throws `cassette` on damage. */
  catchUp(handle: FileHandle): Promise<void>;
}

const newline = 10;

/** A reader of the cassette `file` that has read `first`, its content so far. Throws `cassette` when that is damaged. */
export function cassetteReader(file: string, first: Buffer): CassetteReader {
  const entries = new Map<string, CassetteEntry>();
  let header: CassetteHeader | undefined;
  let read = { bytes: 0, lines: 0 };
  let tail = false;

  const take = (bytes: Buffer, atOnce: boolean): void => {
    let whole = bytes.subarray(0, bytes.lastIndexOf(newline) + 1);
    const found = parseLines(whole.toString("utf8"), file, read.lines + 1);
    if (found.torn !== undefined) {
      if (atOnce) throw found.torn;
      whole = whole.subarray(0, whole.lastIndexOf(newline, whole.length - 2) + 1);
    }
    if ((found.header ?? header) === undefined && found.entries.size > 0) {
      throw new CultivarError("cassette", `recorded: ${file} has no header line; record it again`);
    }
    header = found.header ?? header;
    tail = whole.length < bytes.length;
    read = { bytes: read.bytes + whole.length, lines: read.lines + count(whole) };
    for (const [key, entry] of found.entries) {
      entries.delete(key);
      entries.set(key, entry);
    }
  };
  take(first, true);

  const catchUp = async (handle: FileHandle): Promise<void> => {
    const { size } = await handle.stat();
    // From one byte before: where the last line does not end there any more, this is another file.
    const from = Math.max(0, read.bytes - 1);
    const more = size < read.bytes ? undefined : await bytesFrom(handle, from, size);
    if (more !== undefined && (read.bytes === 0 || more[0] === newline)) {
      take(more.subarray(read.bytes - from), false);
    } else {
      read = { bytes: 0, lines: 0 };
      header = undefined;
      take(await bytesFrom(handle, 0, size), false);
    }
  };
  return { entries, header: () => header, tail: () => tail, catchUp };
}

async function bytesFrom(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(end - start);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

function count(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) lines += 1;
  return lines;
}
