import { statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CultivarError, isCultivarError, messageOf } from "@cultivar/core";
import { oneLine } from "../format/safe-text.ts";
import type { Config, ConfigTarget } from "./define-config.ts";

/** A config with where it came from. */
export interface LoadedConfig {
  readonly file: string;
  readonly folder: string;
  readonly config: Config;
}

/** What a config may be named, the first found counts. */
export const configNames: readonly string[] = ["ts", "mts", "js", "mjs"].map((ending) => `cultivar.config.${ending}`);

/** Target names name files. */
const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$/;

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** The config file: the one named, else the nearest `cultivar.config.*` from `cwd` upwards. Throws `config` errors. */
export function findConfig(cwd: string, named: string | undefined): string {
  if (named !== undefined) {
    const file = resolve(cwd, named);
    if (!isFile(file)) {
      throw new CultivarError("config", `--config ${named}: expected a config file, found none; check the path`);
    }
    return file;
  }
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const found = configNames.map((name) => join(folder, name)).find(isFile);
    if (found !== undefined) return found;
    if (dirname(folder) === folder) break;
  }
  throw new CultivarError(
    "config",
    `no cultivar.config.ts in ${resolve(cwd)} or a folder above it; run \`npx cultivar init\` to write one, or name one with --config`,
  );
}

/**
 * Runs a config file and checks its shape. TypeScript is run by Node itself, and by jiti where Node cannot (enums, imports
 * without endings). Throws `config` errors that name the file; an error of this framework that the config throws (bad
 * data, say) passes through as it is.
 */
export async function loadConfig(cwd: string, named: string | undefined): Promise<LoadedConfig> {
  const file = findConfig(cwd, named);
  const module = await importConfig(file);
  return { file, folder: dirname(file), config: checkConfig(module, file) };
}

async function importConfig(file: string): Promise<unknown> {
  try {
    return await import(/* @vite-ignore */ pathToFileURL(file).href);
  } catch (error) {
    if (isCultivarError(error)) throw error;
    if (!needsJiti(error)) throw broken(file, error);
  }
  try {
    const { createJiti } = await import("jiti");
    return await createJiti(pathToFileURL(file).href, { fsCache: false, moduleCache: false }).import(file);
  } catch (error) {
    if (isCultivarError(error)) throw error;
    throw broken(file, error);
  }
}

/** What Node's own type stripping refuses and a transpiler accepts. */
function needsJiti(error: unknown): boolean {
  const { code, message } = partsOf(error);
  if (code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX" || code === "ERR_UNKNOWN_FILE_EXTENSION") return true;
  if (code === "ERR_UNSUPPORTED_DIR_IMPORT") return true;
  // A package that is missing stays missing; a relative import without its ending does not.
  return code === "ERR_MODULE_NOT_FOUND" && /Cannot find module '(?:\/|[a-zA-Z]:)/.test(String(message));
}

interface ErrorParts {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly name?: unknown;
}

/** What an error tells; nothing of `throw undefined`. */
const partsOf = (error: unknown): ErrorParts => (error ?? {}) as ErrorParts;

function broken(file: string, error: unknown): CultivarError {
  const { code, message, name } = partsOf(error);
  // Node says package, and jiti module of both.
  const lost = /Cannot find (?:package|module) '([^']+)'/.exec(String(message))?.[1];
  const isFilePath = lost !== undefined && /^(?:\.{0,2}\/|[a-zA-Z]:)/.test(lost);
  const missing = isFilePath ? undefined : lost;
  if (missing !== undefined && (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND")) {
    return new CultivarError(
      "missing-package",
      `${file}: the package ${missing} is not installed; run \`npm install ${missing}\``,
      {
        cause: error,
      },
    );
  }
  if (isFilePath) {
    const what = `expected every file that it imports to be there, but ${lost} is not; correct the import or write the file`;
    return new CultivarError("config", `${file}: ${what}`, { cause: error });
  }
  const unexported = /does not provide an export named/.test(String(message));
  const parses = name !== "SyntaxError" && code !== "ERR_INVALID_TYPESCRIPT_SYNTAX";
  const kind = unexported ? "an import fails" : parses ? "it threw" : "it does not parse";
  const line = placeOf(error, file);
  // Node takes the file for CommonJS, because of the nearest package.json.
  const advice = /outside a module|Unexpected token 'export'/.test(String(message))
    ? `set "type": "module" in the package.json beside it, or rename it to cultivar.config.mts`
    : "mend it and run again";
  return new CultivarError(
    "config",
    `${file}${line}: expected a config that runs, but ${kind}: ${messageOf(error)}; ${advice}`,
    { cause: error },
  );
}

/** `:12:3` from a stack that names the file. */
function placeOf(error: unknown, file: string): string {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const at = stack.indexOf(file);
  return at === -1 ? "" : (/^:\d+(?::\d+)?/.exec(stack.slice(at + file.length))?.[0] ?? "");
}

function checkConfig(module: unknown, file: string): Config {
  const config = (module as { readonly default?: unknown } | undefined)?.default;
  const fail = (problem: string): never => {
    throw new CultivarError("config", `${file}: ${problem}`);
  };
  const targets = (config as { readonly targets?: unknown } | undefined | null)?.targets;
  if (typeof targets !== "object" || targets === null) {
    fail(
      `expected \`export default defineConfig({ targets: { ... } })\`, got ${config === undefined ? "no default export" : config === null ? "null" : `${typeof config} without targets`}`,
    );
  }
  const entries = Object.entries(targets as Readonly<Record<string, unknown>>);
  if (entries.length === 0) fail("targets is empty; give at least one");
  for (const [name, target] of entries) checkTarget(name, target, fail);
  return config as Config;
}

/** Every option of a target, and whether there is no target without it. */
const options: Readonly<Record<keyof ConfigTarget, boolean>> = {
  program: true,
  metric: true,
  data: true,
  optimizer: true,
  budget: true,
  models: false,
  seed: false,
  vary: false,
  gate: false,
  targetScore: false,
  patience: false,
  concurrency: false,
  name: false,
  run: false,
  fingerprint: false,
  journal: false,
  cache: false,
  signal: false,
  clock: false,
};
const known = Object.keys(options) as readonly (keyof ConfigTarget)[];

function checkTarget(name: string, target: unknown, fail: (problem: string) => never): void {
  if (!namePattern.test(name)) {
    fail(
      `target ${JSON.stringify(name)}: expected a name that can name a file, of letters, digits, dots, - and _; rename it`,
    );
  }
  const given = (typeof target === "object" && target !== null ? target : {}) as Partial<ConfigTarget>;
  const missing = known.filter((key) => options[key] && given[key] === undefined);
  if (missing.length > 0)
    fail(
      `target ${name}: ${missing.join(", ")} is missing; a target is { program, metric, data, optimizer, models, budget }`,
    );
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(options, key));
  if (unknown !== undefined)
    fail(
      `target ${name}: ${JSON.stringify(oneLine(unknown, 60))} is no option of a target; check the name, these are: ${known.join(", ")}`,
    );
  if (typeof (given.program as { readonly with?: unknown } | undefined)?.with !== "function") {
    fail(
      `target ${name}: program must be a module (predict, chainOfThought, react, program, tune), got ${typeof given.program}`,
    );
  }
}
