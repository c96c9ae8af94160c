import { randomUUID } from "node:crypto";
import { open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CultivarError } from "../ground/errors.ts";
import { storageError, systemCode } from "./storage-error.ts";

/** Makes new or renamed entries of `directory` durable. Some systems cannot sync a folder; there it does nothing. */
export async function syncDirectory(directory: string): Promise<void> {
  try {
    const handle = await open(directory, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Windows and some network file systems refuse; the rename itself has been made.
  }
}

async function existing(path: string): Promise<{ readonly path: string; readonly mode: number | undefined }> {
  try {
    // A symbolic link keeps pointing at its file: the file is what gets replaced.
    const real = await realpath(path);
    return { path: real, mode: (await stat(real)).mode & 0o7777 };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return { path, mode: undefined };
    throw error;
  }
}

/**
 * Replaces the file at `path` by `text` (UTF-8), whole or not at all: a reader, or a machine that loses power, sees the
 * old text or the new one. Keeps the mode of a file that is there. Throws `storage` errors.
 */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  let temporary: string | undefined;
  try {
    const target = await existing(path);
    temporary = join(dirname(target.path), `.${basename(target.path).slice(0, 100)}.${randomUUID()}.tmp`);
    const handle = await open(temporary, "wx", target.mode ?? 0o666);
    try {
      // The mode given to open is cut by the umask; a file that was there keeps exactly its own.
      if (target.mode !== undefined) await handle.chmod(target.mode);
      await handle.writeFile(text, "utf8");
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target.path);
    temporary = undefined;
    await syncDirectory(dirname(target.path));
  } catch (cause) {
    throw storageError("write the file", path, cause);
  } finally {
    if (temporary !== undefined) await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/**
 * The text of a UTF-8 file, without a byte order mark. Throws `storage` when it cannot be read or is larger than
 * `maxBytes`, `data` when it is not UTF-8.
 */
export async function readTextFile(path: string, maxBytes: number): Promise<string> {
  let bytes: Buffer;
  try {
    const handle = await open(path, "r");
    try {
      const { size } = await handle.stat();
      if (size > maxBytes) throw tooLarge(path, maxBytes, size);
      bytes = await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw storageError("read the file", path, cause);
  }
  // A device or a growing file does not say its size beforehand.
  if (bytes.length > maxBytes) throw tooLarge(path, maxBytes, bytes.length);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CultivarError("data", `${path}: expected UTF-8 text, got other bytes; save it as UTF-8`, { cause });
  }
}

function tooLarge(path: string, maxBytes: number, size: number): CultivarError {
  return new CultivarError(
    "storage",
    `${path}: expected at most ${maxBytes} bytes, got ${size}; check that this is the right file`,
    { fields: { path, maxBytes, size } },
  );
}
