import { existsSync, renameSync } from "node:fs";
import { CultivarError, isCultivarError, messageOf } from "../ground/errors.ts";
import type { Clock } from "../ground/clock.ts";
import { takeLock } from "./process-lock.ts";
import { fileIdentity, openReplyTable } from "./reply-table.ts";
import type { ReplyTable } from "./reply-table.ts";
import { storageError } from "./storage-error.ts";

/** A cache file that is opened at first use, waited for when busy, and replaced when it is damaged. */
export interface SqliteFile {
  /** Runs `act` on the open table. `act` may run again, so it must be one transaction. Throws `storage` errors. */
  use<T>(act: (table: ReplyTable) => T): Promise<T>;
  /** Runs `last` if the file was ever opened, and closes it. Errors of a file that is going away are not told. */
  close(last: (table: ReplyTable) => void): Promise<void>;
}

export interface SqliteFileOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly onWarning: (message: string) => void;
  readonly prepare: (table: ReplyTable) => void;
}

// SQLite's primary result codes (sqlite.org/rescode.html).
const busy = new Set([5, 6]);
const damaged = new Set([11, 26]);
const patienceMs = 20_000;
const maxAttempts = 3;

interface Opening {
  /** The file that was at the path when it was opened; undefined before that. */
  identity: string | undefined;
  readonly table: Promise<ReplyTable>;
}

function sqliteCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null | undefined)?.errcode;
  return typeof code === "number" ? code & 0xff : undefined;
}

const isDamage = (error: unknown): boolean => damaged.has(sqliteCode(error) ?? -1);

export function sqliteFile(options: SqliteFileOptions): SqliteFile {
  const { file, clock } = options;
  let current: Opening | undefined;
  let closed = false;

  const patiently = async <T>(act: () => T | Promise<T>): Promise<T> => {
    const start = clock.now();
    for (let pauseMs = 5; ; pauseMs = Math.min(50, pauseMs * 1.5)) {
      try {
        return await act();
      } catch (error) {
        if (!busy.has(sqliteCode(error) ?? -1) || clock.now() - start > patienceMs) throw error;
      }
      await clock.sleep(pauseMs);
    }
  };

  const open = async (opening: { identity: string | undefined }): Promise<ReplyTable> => {
    opening.identity = fileIdentity(file);
    const table = await patiently(() => openReplyTable(file));
    opening.identity = table.identity;
    try {
      await patiently(() => options.prepare(table));
      return table;
    } catch (error) {
      table.close();
      throw error;
    }
  };

  /** Opens the file, after `first`; everyone who asks meanwhile waits for the same opening. */
  const begin = (first: () => Promise<void>): Opening => {
    const opening: Opening = { identity: undefined, table: first().then(() => open(opening)) };
    // Whoever asked hears of a failure; if all have gone (closed), nobody has to.
    opening.table.catch(() => undefined);
    return opening;
  };

  const replace = async (broken: Opening, cause: unknown): Promise<void> => {
    const table = await broken.table.catch(() => undefined);
    table?.close();
    const lock = await recoveryLock(file, clock);
    try {
      // Another process may have replaced it already: then the file at this path is a new one.
      if (fileIdentity(file) !== broken.identity) return;
      const aside = moveAside(file);
      options.onWarning(
        `${file}: the cache file is damaged (${messageOf(cause, 120)}); moved to ${aside}, starting with an empty cache`,
      );
    } finally {
      await lock.release();
    }
  };

  const use = async <T>(act: (table: ReplyTable) => T): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      if (closed) throw new CultivarError("storage", `${file}: the cache is closed; make a new one to go on`);
      const opening = (current ??= begin(() => Promise.resolve()));
      let table: ReplyTable | undefined;
      try {
        table = await opening.table;
        const opened = table;
        return await patiently(() => act(opened));
      } catch (cause) {
        // Of several callers who meet the same damage one replaces the file; the others use what it opens then.
        if (current !== opening && attempt <= maxAttempts) continue;
        if (isDamage(cause) && attempt <= maxAttempts) {
          current = begin(() => replace(opening, cause));
          continue;
        }
        if (table === undefined && current === opening) current = undefined;
        throw storageError("use the cache file", file, cause);
      }
    }
  };

  return {
    use,
    async close(last) {
      closed = true;
      const table = await current?.table.catch(() => undefined);
      current = undefined;
      if (table === undefined) return;
      try {
        last(table);
      } catch {
        // Busy or damaged: the claims of a closed cache run out by themselves.
      }
      table.close();
    },
  };
}

async function recoveryLock(file: string, clock: Clock): Promise<{ release(): Promise<void> }> {
  const start = clock.now();
  for (;;) {
    try {
      return await takeLock(`${file}.lock`);
    } catch (error) {
      if (!isCultivarError(error, "locked") || clock.now() - start > patienceMs) throw error;
    }
    await clock.sleep(20);
  }
}

function moveAside(file: string): string {
  let n = 1;
  while (existsSync(`${file}.corrupt-${n}`)) n += 1;
  const aside = `${file}.corrupt-${n}`;
  renameSync(file, aside);
  for (const side of ["-wal", "-shm"]) if (existsSync(file + side)) renameSync(file + side, aside + side);
  return aside;
}
