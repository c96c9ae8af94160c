import { closeSync, lstatSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** For before hours of work, not after: throws where a file can't be written. Leaves everything as it is, but for folders. */
export function checkWritable(path: string | undefined): void {
  if (path === undefined) return;
  const isNew = lstatSync(path, { throwIfNoEntry: false }) === undefined;
  mkdirSync(dirname(path), { recursive: true });
  closeSync(openSync(path, "a"));
  if (isNew) rmSync(path);
}

/** Writes an object as a JSON file, where one is asked for. */
export function writeJson(path: string | undefined, result: unknown): void {
  if (path !== undefined) writeFileSync(path, `${JSON.stringify(result, undefined, 2)}\n`);
}
