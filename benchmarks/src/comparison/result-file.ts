import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { messageOf, parseJsonSafely } from "@cultivar/core";
import type { RunSpec } from "./run-record.ts";
import type { Row } from "./summary.ts";

/** What `npm run bench` and `npm run bench:peers` print and write. */
export interface ResultFile {
  readonly command: string;
  readonly commit?: string;
  readonly seeds: readonly number[];
  readonly rowsPerSplit: RunSpec["rows"];
  readonly node: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Columns that could not be measured; of peers only. */
  readonly missing?: readonly { readonly peer: string; readonly why: string }[];
  readonly rows: readonly Row[];
}

/** Rows that may be compared: of one noise level, budget and size. */
export interface Level {
  readonly noise: number;
  readonly persistent: boolean;
  readonly budget: number;
  readonly rowsPerSplit: RunSpec["rows"];
  readonly rows: readonly Row[];
}

/** Reads results. Throws for what is none, naming the file. */
export function readResults(path: string): ResultFile {
  let found: unknown;
  try {
    found = parseJsonSafely(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`${path}: ${messageOf(error)}`, { cause: error });
  }
  if (isResult(found)) return found;
  throw new Error(`${path}: expected what npm run bench -- --out FILE writes, got an object without command and rows`);
}

function isResult(found: unknown): found is ResultFile {
  if (typeof found !== "object" || found === null) return false;
  const { command, rows, rowsPerSplit } = found as Partial<Record<keyof ResultFile, unknown>>;
  return typeof command === "string" && Array.isArray(rows) && typeof rowsPerSplit === "object";
}

/** Whether other frameworks' optimizers are in it. */
function isOfPeers({ command }: ResultFile): boolean {
  return command.startsWith("npm run bench:peers");
}

/** The rows, a peer that has the name of one of our optimizers told apart from it. */
function namedApart(file: ResultFile, own: ReadonlySet<string>): readonly Row[] {
  if (!isOfPeers(file)) return file.rows;
  return file.rows.map((row) => (own.has(row.optimizer) ? { ...row, optimizer: `${row.optimizer} (peer)` } : row));
}

/**
 * The rows of several files by level, in the order in which they come. A row that two files have alike counts once; throws
 * when they differ in it. A peer with the name of one of ours is marked.
 */
export function levelsOf(files: readonly ResultFile[]): readonly Level[] {
  const levels = new Map<string, Level & { readonly rows: Row[] }>();
  const own = new Set(files.filter((file) => !isOfPeers(file)).flatMap(({ rows }) => rows.map((row) => row.optimizer)));
  for (const file of files) {
    const { rowsPerSplit } = file;
    for (const row of namedApart(file, own)) {
      const { noise, persistent, budget } = row;
      const { train, val, test } = rowsPerSplit;
      const key = JSON.stringify([noise, persistent, budget, train, val, test]);
      const level = levels.get(key) ?? { noise, persistent, budget, rowsPerSplit, rows: [] };
      levels.set(key, level);
      const known = level.rows.find((one) => one.world === row.world && one.optimizer === row.optimizer);
      if (known === undefined) level.rows.push(row);
      else if (!isDeepStrictEqual([known.seeds, known.scores], [row.seeds, row.scores]))
        throw new Error(
          `${row.optimizer} on ${row.world} is in two files with different seeds or scores; leave one of them out`,
        );
    }
  }
  return [...levels.values()];
}
