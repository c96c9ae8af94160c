import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { systemCode } from "./storage-error.ts";

/**
 * Makes a folder with all those above it, one by one. Node's own recursive mkdir says ENOENT on a read-only disk, as if
 * a folder above were missing, and never ends under /proc; asked for one folder at a time, the system says why.
 */
export function makeFolder(path: string, mode = 0o777): void {
  const missing: string[] = [];
  for (let at = path; !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.unshift(at);
  for (const folder of missing) {
    try {
      mkdirSync(folder, { mode });
    } catch (error) {
      // Another process was faster.
      if (systemCode(error) !== "EEXIST") throw error;
    }
  }
}
