import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RunRecord, RunSpec } from "./run-record.ts";
import { specKey } from "./run-record.ts";

const rootFolder = join(import.meta.dirname, "..", "..", "..");
/** What decides the outcome of a run. */
const folders = ["packages/core/src", "packages/adapters/src", "packages/optimizers/src"];
const files = ["arena.ts", "contestants.ts", "run-one.ts", "run-record.ts"];

/** Hash of all code that a run goes through, 16 hex digits. */
export function codeHash(): string {
  const hash = createHash("sha256");
  const add = (path: string): void => {
    hash.update(`${path}\n`);
    hash.update(readFileSync(join(rootFolder, path)));
  };
  for (const folder of folders) {
    const found = readdirSync(join(rootFolder, folder), { recursive: true, encoding: "utf8" });
    const own = found.filter((file) => file.endsWith(".ts") && !/\.test(?:-d)?\.ts$/.test(file));
    for (const file of own.toSorted()) add(`${folder}/${file}`);
  }
  for (const file of files) add(`benchmarks/src/comparison/${file}`);
  return hash.digest("hex").slice(0, 16);
}

/** Records of runs, kept from one invocation to the next. */
export interface RunStore {
  get(spec: RunSpec): RunRecord | undefined;
  add(record: RunRecord): void;
}

/** Records in a file of JSON lines; only those of the same code are seen. A torn last line is left out. */
export function runStore(path: string, code: string): RunStore {
  const known = new Map<string, RunRecord>();
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  for (const line of lines) {
    const record = parse(line);
    if (record?.code === code) known.set(specKey(record), record);
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

function parse(line: string): RunRecord | undefined {
  if (line === "") return undefined;
  try {
    return JSON.parse(line) as RunRecord;
  } catch {
    return undefined;
  }
}
