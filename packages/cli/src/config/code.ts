import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { CultivarError, isCultivarError, messageOf, parseJsonSafely, sha256Hex } from "@cultivar/core";
import { isArtifact } from "./artifact-name.ts";
import { importsOf } from "./imports.ts";
import { tokensOf } from "./tokens.ts";

/** The code that a config is made of, as far as it can change what a compile does. */
export interface Code {
  /** Content hash by path relative to the config's folder, with forward slashes. */
  readonly files: Readonly<Record<string, string>>;
  /** Version by package name; `unknown` when no package.json was found. */
  readonly packages: Readonly<Record<string, string>>;
}

/**
 * Reads the config and every file that relative imports reach from it, and the versions of the packages that those files
 * import. Of the config itself neither layout, comments, budget nor concurrency count: raising a budget must continue a
 * run. Throws `config` errors for a file that cannot be read.
 */
export function codeOf(configFile: string): Code {
  const folder = dirname(configFile);
  const files: Record<string, string> = {};
  const packages = new Map<string, string>([["@cultivar/core", packageVersion("@cultivar/core", folder)]]);
  const queue = [configFile];
  const seen = new Set(queue);
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const source = read(file);
    const name = relative(folder, file).split(sep).join("/");
    files[name] = sha256Hex(file === configFile ? settled(source) : source).slice(0, 16);
    if (!/\.[cm]?[jt]sx?$/.test(file)) continue;
    for (const specifier of importsOf(source)) {
      const target = localFile(specifier, file);
      if (target !== undefined) {
        // Compiled artifacts are results: an app or a config that imports one must not make it stale.
        if (!seen.has(target) && !isArtifact(target)) queue.push(target);
        seen.add(target);
      } else if (!/^(?:node:|\.|\/|#|[a-z]+:)/.test(specifier)) {
        const packageName = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
        if (!packages.has(packageName)) packages.set(packageName, packageVersion(packageName, dirname(file)));
      }
    }
  }
  const sorted = Object.fromEntries(Object.entries(files).sort(byName));
  const versions = Object.fromEntries([...packages].sort(byName));
  return { files: sorted, packages: versions };
}

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : a > b ? 1 : 0);

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new CultivarError("config", `${file}: expected a readable source file, got ${messageOf(cause)}`, { cause });
  }
}

/**
 * A config's tokens without `budget: { ... }`, `concurrency: n` and their commas. A budget that is not written as a literal
 * stays in, where it costs a new run but nothing else.
 */
export function settled(source: string): string {
  const tokens = tokensOf(source).map(({ text }) => text);
  const kept: string[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const isProperty = tokens[at + 1] === ":" && ["{", ","].includes(tokens[at - 1] ?? "");
    const value = tokens[at + 2];
    if (isProperty && tokens[at] === "budget" && value === "{") {
      let depth = 0;
      at += 2;
      for (; at < tokens.length; at++) {
        if (tokens[at] === "{") depth += 1;
        if (tokens[at] === "}" && --depth === 0) break;
      }
      if (tokens[at + 1] === ",") at += 1;
    } else if (isProperty && tokens[at] === "concurrency" && /^[\d_]+$/.test(value ?? "")) {
      at += tokens[at + 3] === "," ? 3 : 2;
    } else {
      kept.push(tokens[at]!);
    }
  }
  return kept.join(" ");
}

/** The file behind a relative, `file:` or `#` import; undefined for packages and built-ins. Missing endings are tried. */
function localFile(specifier: string, from: string): string | undefined {
  if (specifier.startsWith("#")) {
    try {
      return createRequire(from).resolve(specifier);
    } catch {
      return undefined;
    }
  }
  if (!/^(?:\.{1,2}(?:\/|$)|\/|file:)/.test(specifier)) return undefined;
  const path = specifier.startsWith("file:")
    ? fileURLToPath(specifier)
    : join(dirname(from), specifier.replace(/[?#].*$/, ""));
  const bare = path.replace(/\.([cm]?)js(x?)$/, ".$1ts$2");
  const endings = ["ts", "mts", "cts", "tsx", "js", "mjs", "cjs", "json"];
  const tries = [path, bare, ...endings.flatMap((ending) => [`${path}.${ending}`, join(path, `index.${ending}`)])];
  return tries.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
}

/** The version of a package as `folder` resolves it. */
function packageVersion(name: string, folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    try {
      const manifest = parseJsonSafely(readFileSync(join(at, "node_modules", name, "package.json"), "utf8"));
      const { version } = manifest as { readonly version?: unknown };
      return typeof version === "string" ? version : "unknown";
    } catch (error) {
      if (isCultivarError(error)) return "unknown";
    }
    if (dirname(at) === at) return "unknown";
  }
}
