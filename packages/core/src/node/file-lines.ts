import type { FileHandle } from "node:fs/promises";

/** One line of a file, as bytes. */
export interface FileLine {
  /** From 1. */
  readonly number: number;
  /** Where it begins, in bytes. */
  readonly offset: number;
  /** Without the line feed. */
  readonly bytes: Buffer;
  /** False for a last line that no line feed ends. */
  readonly ended: boolean;
}

const chunkBytes = 256 * 1024;

/**
 * The lines of an open file up to byte `end` (default: all), in order, holding one chunk and one line at a time. A file
 * that ends with a line feed has no empty last line.
 */
export async function* fileLines(handle: FileHandle, end: number = Number.POSITIVE_INFINITY): AsyncGenerator<FileLine> {
  let position = 0;
  let number = 1;
  let offset = 0;
  // Pieces of a line longer than a chunk; joined once, when its end is found.
  let pieces: Buffer[] = [];
  while (position < end) {
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, end - position));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    let start = 0;
    for (;;) {
      const feed = chunk.subarray(0, bytesRead).indexOf(10, start);
      if (feed === -1) break;
      const rest = chunk.subarray(start, feed);
      const bytes = pieces.length === 0 ? rest : Buffer.concat([...pieces, rest]);
      pieces = [];
      yield { number, offset, bytes, ended: true };
      number += 1;
      offset += bytes.length + 1;
      start = feed + 1;
    }
    if (start < bytesRead) pieces.push(chunk.subarray(start, bytesRead));
  }
  if (pieces.length > 0) yield { number, offset, bytes: Buffer.concat(pieces), ended: false };
}
