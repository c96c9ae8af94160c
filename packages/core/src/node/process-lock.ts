import { link, open, readFile, rename, rm } from "node:fs/promises";
import { CultivarError } from "../ground/errors.ts";
import { currentOwner, decodeOwner, encodeOwner, ownerState } from "./process-owner.ts";
import type { Owner } from "./process-owner.ts";
import { storageError, systemCode } from "./storage-error.ts";

/** A lock held by this process. Dies with it: a killed holder's lock is taken over by the next one who asks. */
export interface ProcessLock {
  /** Idempotent. */
  release(): Promise<void>;
}

/*
 * The lock file holds its owner; it comes into being whole, by link(), which fails when the name is taken. Removing a
 * dead owner's file and making a new one is two steps, and two processes doing them would both win. So a dead owner is
 * followed instead: the successor of owner T is whoever first links `<path>.<T's token>.next`. Tokens never repeat, so
 * of several processes exactly one follows. After linking it looks again whether the chain from the lock file still
 * leads to it (a slow process may be following an owner long gone) and only then puts its own file in the lock's place.
 * A successor that dies half-way is an owner like any other: the next one follows it.
 */

const nextOf = (path: string, owner: Owner): string => `${path}.${owner.token}.next`;

function lockedError(path: string, owner: Owner | undefined, state: "alive" | "unknown"): CultivarError {
  if (owner === undefined) {
    return new CultivarError(
      "locked",
      `${path}: expected a lock file that names its owner, got something else; delete it if no process uses it`,
      { fields: { path } },
    );
  }
  const who = owner.pid === process.pid && state === "alive" ? `this process (${owner.pid})` : `process ${owner.pid}`;
  const todo =
    state === "alive"
      ? "wait until it ends, or stop it"
      : `it cannot be seen from here (another machine or container): delete the file if it no longer runs`;
  return new CultivarError("locked", `${path}: held by ${who} on ${owner.host}; ${todo}`, {
    fields: { path, pid: owner.pid, host: owner.host },
  });
}

async function readOwner(path: string): Promise<Owner | "unreadable" | undefined> {
  try {
    return decodeOwner(await readFile(path, "utf8")) ?? "unreadable";
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** The lock file's owner and those who followed it, in order; the last one holds the lock. Empty when it is free. */
async function readChain(path: string): Promise<readonly Owner[]> {
  const chain: Owner[] = [];
  for (let at = path; ;) {
    const owner = await readOwner(at);
    if (owner === undefined) return chain;
    if (owner === "unreadable") throw lockedError(at, undefined, "unknown");
    chain.push(owner);
    at = nextOf(path, owner);
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const handle = await open(path, "wx", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const noLinks = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/** Gives `from` a second name; false when that name is taken. */
async function claim(from: string, name: string): Promise<boolean> {
  try {
    await link(from, name);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    if (!noLinks.has(systemCode(error) ?? "")) throw error;
  }
  // A file system without links: an exclusive create is as exclusive, only not whole at once.
  try {
    await writeWhole(name, await readFile(from, "utf8"));
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Follows the dead end of `chain`; false when someone else did, or when the chain is no longer the lock's. */
async function follow(path: string, mine: string, me: Owner, chain: readonly Owner[]): Promise<boolean> {
  const step = nextOf(path, chain.at(-1)!);
  if (!(await claim(mine, step))) return false;
  const now = await readChain(path);
  const leadsHere = now.at(-1)?.token === me.token && now[0]?.token === chain[0]!.token;
  try {
    if (leadsHere) await rename(mine, path);
  } catch (error) {
    await rm(step, { force: true });
    throw error;
  }
  // Steps that stay behind after a failure here lead from nowhere: they are litter, not locks.
  for (const owner of leadsHere ? chain : [chain.at(-1)!]) {
    await rm(nextOf(path, owner), { force: true }).catch(() => undefined);
  }
  return leadsHere;
}

/**
 * Takes the lock at `path` for this process. Throws `locked`, naming the owner, when it is held by a living process or
 * by one that cannot be seen from here; `storage` when the file cannot be made.
 */
export async function takeLock(path: string): Promise<ProcessLock> {
  const me = currentOwner();
  const mine = `${path}.${me.token}.new`;
  const taken = async (): Promise<boolean> => {
    if (await claim(mine, path)) return true;
    const chain = await readChain(path);
    const holder = chain.at(-1);
    if (holder === undefined) return false;
    const state = ownerState(holder);
    if (state !== "dead") throw lockedError(path, holder, state);
    return follow(path, mine, me, chain);
  };
  try {
    await writeWhole(mine, encodeOwner(me));
    while (!(await taken()));
  } catch (cause) {
    throw storageError("take the lock", path, cause);
  } finally {
    await rm(mine, { force: true }).catch(() => undefined);
  }
  let released: Promise<void> | undefined;
  const release = async (): Promise<void> => {
    const owner = await readOwner(path).catch(() => undefined);
    // Someone may have deleted the file by hand and another process taken the lock: then it is not ours to remove.
    if (owner === undefined || owner === "unreadable" || owner.token !== me.token) return;
    await rm(path, { force: true }).catch((cause: unknown) => {
      throw storageError("release the lock", path, cause);
    });
  };
  return { release: () => (released ??= release()) };
}
