import { closeSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "./make-folder.ts";

/** Someone who is making a reply. `beat` grows while they are at it. */
export interface Claim {
  readonly owner: string;
  readonly beat: number;
}

/** The tables of a cache file: replies by key, and who is making which. Every method is one short transaction. */
export interface ReplyTable {
  /** Device and inode of the file that this table is open on. */
  readonly identity: string;
  /** The stored text, when it was stored at or after `sinceMs` (wall time). */
  find(key: string, sinceMs: number): string | undefined;
  /** Claims `key` for `owner`: undefined when it is now theirs, else the claim that stands. */
  claim(key: string, owner: string): Claim | undefined;
  /** Takes over exactly the claim `from`; false when it is no longer that one. */
  seize(key: string, owner: string, from: Claim): boolean;
  beat(keys: Iterable<string>, owner: string): void;
  /** Ends a claim, and stores the reply when there is one. */
  settle(key: string, owner: string, reply: { readonly text: string; readonly atMs: number } | undefined): void;
  /** Ends all claims of `owner`. */
  resign(owner: string): void;
  forgetBefore(ms: number): void;
  close(): void;
}

const schema = `
  create table if not exists replies (key text primary key, text text not null, at integer not null) without rowid, strict;
  create table if not exists claims (key text primary key, owner text not null, beat integer not null) without rowid, strict;
`;

/** Device and inode of a file; undefined when it is not there. */
export function fileIdentity(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}

/**
 * Opens (or makes) the cache file. node:sqlite is loaded here, at first use: Node 22 prints an ExperimentalWarning when
 * it is, and there is no way to keep only that one from being printed without touching process-wide state.
 */
export async function openReplyTable(file: string): Promise<ReplyTable> {
  const { DatabaseSync } = await import("node:sqlite");
  makeFolder(dirname(file));
  // Replies may be private: the file is made for its owner only, and SQLite gives its side files the same mode.
  closeSync(openSync(file, "a", 0o600));
  const identity = fileIdentity(file) ?? "";
  // A short wait blocks the event loop at most so long; longer waits are the caller's, between attempts.
  const db = new DatabaseSync(file, { timeout: 50 });
  try {
    db.exec("pragma journal_mode = wal; pragma synchronous = normal;");
    db.exec(schema);
    return tableOver(db, identity);
  } catch (error) {
    db.close();
    throw error;
  }
}

function tableOver(db: import("node:sqlite").DatabaseSync, identity: string): ReplyTable {
  const find = db.prepare("select text from replies where key = ? and at >= ?");
  const claim = db.prepare("insert into claims (key, owner, beat) values (?, ?, 0) on conflict (key) do nothing");
  const claimed = db.prepare("select owner, beat from claims where key = ?");
  const seize = db.prepare("update claims set owner = ?, beat = 0 where key = ? and owner = ? and beat = ?");
  const beat = db.prepare("update claims set beat = beat + 1 where key = ? and owner = ?");
  const store = db.prepare("insert or replace into replies (key, text, at) values (?, ?, ?)");
  const release = db.prepare("delete from claims where key = ? and owner = ?");
  const resign = db.prepare("delete from claims where owner = ?");
  const forget = db.prepare("delete from replies where at < ?");
  const atomically = (act: () => void): void => {
    db.exec("begin immediate");
    try {
      act();
      db.exec("commit");
    } catch (error) {
      if (db.isTransaction) db.exec("rollback");
      throw error;
    }
  };
  return {
    identity,
    find: (key, sinceMs) => find.get(key, Math.floor(sinceMs))?.["text"] as string | undefined,
    claim(key, owner) {
      for (;;) {
        if (claim.run(key, owner).changes === 1) return undefined;
        const row = claimed.get(key);
        // It may have ended between the two statements.
        if (row !== undefined) return { owner: row["owner"] as string, beat: row["beat"] as number };
      }
    },
    seize: (key, owner, from) => seize.run(owner, key, from.owner, from.beat).changes === 1,
    beat: (keys, owner) => atomically(() => [...keys].forEach((key) => beat.run(key, owner))),
    settle: (key, owner, reply) =>
      atomically(() => {
        if (reply !== undefined) store.run(key, reply.text, Math.floor(reply.atMs));
        release.run(key, owner);
      }),
    resign: (owner) => void resign.run(owner),
    forgetBefore: (ms) => void forget.run(Math.floor(ms)),
    close: () => db.close(),
  };
}
