import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import type { Peer } from "./peers.ts";
import { isPython, pathOf } from "./peers.ts";

/** Versions of the packages that a peer needs, by name. */
export type Versions = Readonly<Record<string, string>>;

const script = `import importlib.metadata, json, sys
found = {}
for name in sys.argv[1:]:
    try: found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError: pass
print(json.dumps(found))`;

/** What a peer needs and where it isn't: its packages' versions, or why it can't run. */
export function requirements(peer: Peer, python: string): { readonly versions: Versions } | { readonly why: string } {
  if (!existsSync(pathOf(peer))) return { why: `its port ${peer.file} does not exist` };
  const versions = isPython(peer) ? inPython(peer.packages, python) : inNode(peer.packages);
  if (typeof versions === "string") return { why: versions };
  const absent = peer.packages.filter((name) => versions[name] === undefined);
  if (absent.length === 0) return { versions };
  return {
    why: `${absent.join(", ")} is not installed${isPython(peer) ? ` for ${python}` : ""}; benchmarks/README.md says how`,
  };
}

function inPython(packages: readonly string[], python: string): Versions | string {
  const { status, stdout, stderr, error } = spawnSync(python, ["-c", script, ...packages], { encoding: "utf8" });
  if (error !== undefined) return `no Python at ${python}: ${error.message}; benchmarks/README.md says how to make one`;
  if (status !== 0) return `${python} failed: ${stderr.trim().split("\n").at(-1) ?? ""}`;
  return JSON.parse(stdout) as Versions;
}

function inNode(packages: readonly string[]): Versions {
  const require = createRequire(import.meta.url);
  return Object.fromEntries(
    packages.flatMap((name) => {
      try {
        const folders = require.resolve.paths(name) ?? [];
        const manifest = folders.map((folder) => `${folder}/${name}/package.json`).find((path) => existsSync(path));
        return manifest === undefined ? [] : [[name, (require(manifest) as { version: string }).version] as const];
      } catch {
        return [];
      }
    }),
  );
}
