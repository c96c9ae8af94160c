import { crc32 } from "node:zlib";
import { CultivarError } from "../ground/errors.ts";
import type { JournalRecord } from "../searching/journal.ts";

/*
 * A line is the CRC-32 of its JSON's UTF-8 bytes in 8 lower-case hex digits, a space, the JSON, a line feed.
 * U+0085, U+2028 and U+2029 are escaped: readers in other languages take them for line ends.
 */

const otherLineEnds = /[\u0085\u2028\u2029]/g;
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
const checksum = (json: string | Uint8Array): string => crc32(json).toString(16).padStart(8, "0");

/** A record as one line of a journal file, line feed included. */
export function encodeLine(record: JournalRecord): string {
  const json = JSON.stringify(record).replaceAll(otherLineEnds, escaped);
  return `${checksum(json)} ${json}\n`;
}

/** Whether the bytes of a line (without line feed) are exactly what was written. */
export function isWhole(line: Buffer): boolean {
  return line.length > 9 && line[8] === 32 && line.toString("latin1", 0, 8) === checksum(line.subarray(9));
}

/** The value of a whole line. Throws a `journal` error that begins with `where` when it holds no JSON. */
export function decodeLine(line: Buffer, where: string): unknown {
  try {
    return JSON.parse(line.toString("utf8", 9)) as unknown;
  } catch (cause) {
    throw new CultivarError(
      "journal",
      `${where}: expected JSON after the checksum, got other text; move the file away to start the run anew`,
      { cause },
    );
  }
}
