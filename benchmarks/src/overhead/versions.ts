import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageFolder } from "./child.ts";

/** Versions of installed packages, by name. */
export function packageVersions(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.map((name) => {
      const text = readFileSync(join(packageFolder, "node_modules", name, "package.json"), "utf8");
      return [name, (JSON.parse(text) as { version: string }).version];
    }),
  );
}
