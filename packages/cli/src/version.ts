import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** This package's version: its package.json is beside both `src` and `dist`. */
export function cliVersion(): string {
  const manifest = JSON.parse(readFileSync(fileURLToPath(new URL("../package.json", import.meta.url)), "utf8")) as {
    readonly version: string;
  };
  return manifest.version;
}
