import { open, readdir } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CultivarError, messageOf } from "../ground/errors.ts";
import type { Journal, JournalRecord, JournalStore } from "../searching/journal.ts";
import { syncDirectory } from "./atomic-file.ts";
import { fileLines } from "./file-lines.ts";
import { groupCommit } from "./group-commit.ts";
import { decodeLine, encodeLine } from "./journal-line.ts";
import { checkRecord } from "./journal-record.ts";
import { cutTornTail } from "./journal-repair.ts";
import { makeFolder } from "./make-folder.ts";
import { takeLock } from "./process-lock.ts";
import type { ProcessLock } from "./process-lock.ts";
import { storageError, systemCode } from "./storage-error.ts";

export interface FileJournalOptions {
  /** Made when it is not there. */
  readonly directory: string;
}

const suffix = ".journal.jsonl";

/**
 * Journals as files: `<directory>/<name>.journal.jsonl`, one checksummed record per line, readable by the owner only.
 * Appends that come together share one write and one sync. Opening takes `<name>.lock` (`locked` names a living owner;
 * a dead one is taken over), cuts a torn tail, and rejects with `journal` on a damaged line in the middle and with
 * `storage` where nothing can be written, so before anything is paid for.
 */
export function fileJournalStore(options: FileJournalOptions): JournalStore {
  const directory = resolve(options.directory);
  return {
    async open(name) {
      if (!/^[a-zA-Z0-9._-]{1,128}$/.test(name)) {
        throw new CultivarError(
          "config",
          `journal ${JSON.stringify(name.slice(0, 150))}: expected a name of 1 to 128 letters, digits, dots, underscores or hyphens; rename the run`,
        );
      }
      try {
        makeFolder(directory, 0o700);
      } catch (cause) {
        throw storageError("make the folder of the journals", directory, cause);
      }
      const lock = await takeLock(join(directory, `${name}.lock`));
      try {
        return await openLocked(directory, name, lock);
      } catch (error) {
        await lock.release();
        throw error;
      }
    },
    async list() {
      try {
        const entries = await readdir(directory);
        return entries
          .filter((entry) => entry.endsWith(suffix))
          .map((entry) => entry.slice(0, -suffix.length))
          .sort();
      } catch (cause) {
        if (systemCode(cause) === "ENOENT") return [];
        throw storageError("list the journals", directory, cause);
      }
    },
  };
}

async function openLocked(directory: string, name: string, lock: ProcessLock): Promise<Journal> {
  const file = join(directory, name + suffix);
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, "a+", 0o600);
    const length = await cutTornTail(handle, file);
    // A new file's name has to survive as its records do.
    if (length === 0) await syncDirectory(directory);
    return journalOver(handle, file, length, lock);
  } catch (cause) {
    await handle?.close().catch(() => undefined);
    throw storageError("open the journal", file, cause);
  }
}

async function* recordsOf(handle: FileHandle, file: string, length: number): AsyncGenerator<JournalRecord> {
  try {
    for await (const { number, offset, bytes } of fileLines(handle, length)) {
      const where = `${file}: line ${number} (byte ${offset})`;
      yield checkRecord(decodeLine(bytes, where), where);
    }
  } catch (cause) {
    throw storageError("read the journal", file, cause);
  }
}

function journalOver(handle: FileHandle, file: string, length: number, lock: ProcessLock): Journal {
  const lines = groupCommit({ write: (bytes) => handle.appendFile(bytes), sync: () => handle.datasync() }, (cause) =>
    storageError("append to the journal", file, cause),
  );
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await lines.drain();
    try {
      await handle.close();
    } finally {
      await lock.release();
    }
  };
  return {
    read: () => recordsOf(handle, file, length),
    append(record) {
      if (closing !== undefined) {
        return Promise.reject(
          new CultivarError("journal", `${file}: append after close; open the journal again to go on`),
        );
      }
      let line: string;
      try {
        // What could not be read back is refused while there is someone to tell.
        line = encodeLine(checkRecord(record, `${file}: append`));
      } catch (cause) {
        return Promise.reject(
          cause instanceof CultivarError
            ? cause
            : new CultivarError("journal", `${file}: a record cannot be JSON (${messageOf(cause, 200)})`, { cause }),
        );
      }
      return lines.append(line);
    },
    close: () => (closing ??= close()),
  };
}
