import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { CultivarError } from "../ground/errors.ts";
import { fileLines } from "./file-lines.ts";
import { isWhole } from "./journal-line.ts";
import { systemCode } from "./storage-error.ts";

/**
 * Cuts a journal file to its last whole line, so that nothing is ever written behind half a line; returns its length
 * in bytes. Cut bytes that hold ended lines (a power cut can leave such) are first kept beside it, in `<file>.cut-<n>`.
 * A damaged line with whole ones after it is no torn tail: throws a `journal` error and leaves the file as it is.
 */
export async function cutTornTail(handle: FileHandle, file: string): Promise<number> {
  let end = 0;
  let damaged: { readonly line: number; readonly offset: number } | undefined;
  let endedLinesInTail = false;
  for await (const { number, offset, bytes, ended } of fileLines(handle)) {
    if (ended && isWhole(bytes)) {
      if (damaged !== undefined) throw damagedError(file, damaged);
      end = offset + bytes.length + 1;
    } else {
      damaged ??= { line: number, offset };
      endedLinesInTail ||= ended;
    }
  }
  if (damaged === undefined) return end;
  if (endedLinesInTail) {
    if (end === 0) {
      throw new CultivarError(
        "journal",
        `${file}: expected a journal, got a file without one whole record; move it away to start the run anew`,
        { fields: { path: file, line: 1, offset: 0 } },
      );
    }
    await keepTail(handle, file, end);
  }
  await handle.truncate(end);
  await handle.datasync();
  return end;
}

function damagedError(file: string, at: { readonly line: number; readonly offset: number }): CultivarError {
  return new CultivarError(
    "journal",
    `${file}: line ${at.line} (byte ${at.offset}) does not match its checksum but later lines do: the file was damaged or edited. ` +
      `It is left as it is; restore it from a copy, or keep what stands before that line with: truncate -s ${at.offset} FILE, or move it away to start the run anew`,
    { fields: { path: file, line: at.line, offset: at.offset } },
  );
}

async function keepTail(handle: FileHandle, file: string, from: number): Promise<void> {
  const { size } = await handle.stat();
  const tail = Buffer.alloc(size - from);
  await handle.read(tail, 0, tail.length, from);
  for (let n = 1; ; n++) {
    try {
      const kept = await open(`${file}.cut-${n}`, "wx", 0o600);
      try {
        await kept.writeFile(tail);
        await kept.sync();
      } finally {
        await kept.close();
      }
      return;
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
    }
  }
}
