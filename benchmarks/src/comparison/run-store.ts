import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { RunRecord, RunSpec } from "./run-record.ts";
import { specKey } from "./run-record.ts";

const rootFolder = join(import.meta.dirname, "..", "..", "..");
const arenaFiles = ["arena.ts", "run-record.ts"].map((file) => `benchmarks/src/comparison/${file}`);
const own = ["contestants.ts", "given-choices.ts", "run-one.ts"].map((file) => `benchmarks/src/comparison/${file}`);

/** What decides the outcome of a run of ours. */
export const searchCode: readonly string[] = [
  "packages/core/src",
  "packages/adapters/src",
  "packages/optimizers/src",
  ...arenaFiles,
  ...own,
];

/** What decides how a world answers and scores, whoever searches. */
export const worldCode: readonly string[] = [
  ...["ground", "values", "programs", "judging"].map((floor) => `packages/core/src/${floor}`),
  "packages/adapters/src/simulated",
  "packages/adapters/src/simulated-server",
  ...arenaFiles,
];

/** Hash of files and of the TypeScript in folders (paths from the repository's root), tests left out; 16 hex digits. */
export function codeHash(paths: readonly string[]): string {
  const hash = createHash("sha256");
  const add = (path: string): void => {
    hash.update(`${path}\n`);
    hash.update(readFileSync(join(rootFolder, path)));
  };
  for (const path of paths) {
    if (statSync(join(rootFolder, path)).isFile()) add(path);
    else for (const source of sourcesIn(path)) add(source);
  }
  return hash.digest("hex").slice(0, 16);
}

/** The TypeScript in a folder, tests left out, in order; paths from the repository's root. */
export function sourcesIn(folder: string): readonly string[] {
  const found = readdirSync(join(rootFolder, folder), { recursive: true, encoding: "utf8" });
  const sources = found.filter((file) => file.endsWith(".ts") && !/\.test(?:-d)?\.ts$/.test(file));
  return sources.toSorted().map((file) => `${folder}/${file}`);
}

/** Records of runs, kept from one invocation to the next. */
export interface RunStore {
  get(spec: RunSpec): RunRecord | undefined;
  add(record: RunRecord): void;
}

/** Where records that took hours are kept for everybody, in files of the same names. */
export const keptFolder: string = join(rootFolder, "benchmarks", "results");

/**
 * Records in a file of JSON lines, and in the file of that name in {@link keptFolder}; only those of the same code are
 * seen. A torn last line is left out.
 */
export function runStore(path: string, code: string, kept: string = keptFolder): RunStore {
  const known = new Map<string, RunRecord>();
  const linesOf = (file: string): readonly string[] => (existsSync(file) ? readFileSync(file, "utf8").split("\n") : []);
  const lines = linesOf(path);
  for (const line of [...linesOf(join(kept, basename(path))), ...lines]) {
    const record = parse(line);
    if (isRecord(record) && record.code === code) known.set(specKey(record), record);
  }
  mkdirSync(dirname(path), { recursive: true });
  if (lines.length > 0 && lines.at(-1) !== "") appendFileSync(path, "\n");
  return {
    get: (spec) => known.get(specKey(spec)),
    add: (record) => {
      known.set(specKey(record), record);
      appendFileSync(path, `${JSON.stringify(record)}\n`);
    },
  };
}

/** Whether it tells which run it is of, and what became of it. */
export function isRecord(found: unknown): found is RunRecord {
  if (typeof found !== "object" || found === null) return false;
  const { world, optimizer, seed, rows, outcome, error } = found as Partial<Record<keyof RunRecord, unknown>>;
  const isNamed = typeof world === "string" && typeof optimizer === "string" && typeof seed === "number";
  const isWhole = typeof rows === "object" && rows !== null;
  return isNamed && isWhole && (outcome !== undefined || error !== undefined);
}

function parse(line: string): unknown {
  if (line === "") return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
