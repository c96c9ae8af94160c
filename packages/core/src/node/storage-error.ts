import { CultivarError, isCultivarError, messageOf } from "../ground/errors.ts";

const advice: Readonly<Record<string, string>> = {
  EACCES: "give this user the right to write there, or choose another place",
  EPERM: "give this user the right to write there, or choose another place",
  EROFS: "the file system is read-only: choose another place",
  ENOSPC: "the disk is full: free some space and run again",
  EDQUOT: "the disk quota is used up: free some space and run again",
  EMFILE: "too many files are open: raise the limit (ulimit -n) or lower the concurrency",
  ENFILE: "too many files are open on this machine: close some programs and run again",
  ENOENT: "a folder on the way does not exist: make it, or correct the path",
  ENOTDIR: "a part of the path is a file, not a folder: correct the path",
  EISDIR: "the path is a folder, not a file: correct the path",
  EIO: "the disk reported a fault: check it, then run again",
};

/** The system's error code (`ENOSPC`, ...) of a thrown value; undefined when it has none. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

/** A `storage` error that names the path, what was tried, why it failed, and what to do. An error of ours is kept. */
export function storageError(action: string, path: string, cause: unknown): CultivarError {
  if (isCultivarError(cause)) return cause;
  const code = systemCode(cause);
  const full = /disk is full/.test(messageOf(cause)) ? advice["ENOSPC"] : undefined;
  const todo = advice[code ?? ""] ?? full ?? "check that the place exists and can be written, then run again";
  return new CultivarError("storage", `${path}: cannot ${action} (${messageOf(cause, 200)}); ${todo}`, {
    cause,
    fields: { path, ...(code !== undefined && { code }) },
  });
}
