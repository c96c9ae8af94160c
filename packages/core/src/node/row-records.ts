import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { CultivarError } from "../ground/errors.ts";
import { parseJsonSafely } from "../ground/json.ts";
import { readTextFile } from "./atomic-file.ts";
import { fileLines } from "./file-lines.ts";
import { readError, said, textChunks } from "./text-chunks.ts";

/** One row of a data file as it stands there. */
export interface RowRecord {
  /** `train.jsonl:12`, or `train.json: row 3` (from 1): for messages. */
  readonly where: string;
  readonly record: Readonly<Record<string, unknown>>;
}

const maxJsonBytes = 256 * 1024 * 1024;

/** A `data` error at a place. */
export function dataError(where: string, what: string, cause?: unknown): CultivarError {
  return new CultivarError("data", `${where}: ${what}`, { cause, fields: { where } });
}

function asRecord(value: unknown, where: string): RowRecord {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const got = Array.isArray(value) ? "an array" : value === null ? "null" : `a ${typeof value}`;
    throw dataError(
      where,
      `expected an object like {"question": "...", "answer": "..."}, got ${got}; make each row one object`,
    );
  }
  return { where, record: value as Readonly<Record<string, unknown>> };
}

/** The rows of a JSON Lines file; blank lines are skipped but counted. */
export async function* jsonlRecords(path: string): AsyncGenerator<RowRecord> {
  const handle = await open(path, "r").catch((cause: unknown) => {
    throw readError(path, cause);
  });
  try {
    for await (const { number, bytes } of fileLines(handle)) {
      const where = `${path}:${number}`;
      let text: string;
      try {
        // One decoder per line: each may begin with a byte order mark, as files glued together have it.
        text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      } catch (cause) {
        throw dataError(where, "expected UTF-8 text, got other bytes; save the file as UTF-8", cause);
      }
      if (text.trim() === "") continue;
      let value: unknown;
      try {
        value = parseJsonSafely(text);
      } catch (cause) {
        throw dataError(
          where,
          `expected one JSON object per line, got what is no JSON (${said(cause)}); correct or delete the line`,
          cause,
        );
      }
      yield asRecord(value, where);
    }
  } catch (cause) {
    throw cause instanceof CultivarError ? cause : readError(path, cause);
  } finally {
    await handle.close();
  }
}

/** The rows of a JSON file that holds one array of objects; at most 256 MiB. */
export async function* jsonRecords(path: string): AsyncGenerator<RowRecord> {
  let text: string;
  try {
    text = await readTextFile(path, maxJsonBytes);
  } catch (error) {
    throw readError(path, (error as Error).cause ?? error);
  }
  if (text.trim() === "") return;
  let value: unknown;
  try {
    value = parseJsonSafely(text);
  } catch (cause) {
    throw dataError(
      path,
      `expected a JSON array of rows, got what is no JSON (${said(cause)}); correct it there`,
      cause,
    );
  }
  if (!Array.isArray(value)) {
    throw dataError(
      path,
      `expected a JSON array of rows, got ${typeof value}; wrap the rows in [ ], or read JSON Lines with jsonl()`,
    );
  }
  for (const [index, row] of value.entries()) yield asRecord(row, `${path}: row ${index + 1}`);
}

const refusedColumns = new Set(["__proto__", "constructor", "prototype"]);

function checkHeader(path: string, header: readonly string[]): void {
  const seen = new Set<string>();
  for (const [index, name] of header.entries()) {
    if (name.trim() === "")
      throw dataError(`${path}:1`, `expected a name for every column, column ${index + 1} has none; name it`);
    if (refusedColumns.has(name))
      throw dataError(`${path}:1`, `a column named ${JSON.stringify(name)} is not allowed; rename it`);
    if (seen.has(name))
      throw dataError(`${path}:1`, `expected different column names, got ${JSON.stringify(name)} twice; rename one`);
    seen.add(name);
  }
}

async function loadCsvParse(): Promise<typeof import("csv-parse")> {
  try {
    return await import("csv-parse");
  } catch (cause) {
    throw new CultivarError(
      "missing-package",
      "csv(): reading CSV needs the package csv-parse; install it: npm install csv-parse",
      {
        cause,
        fields: { package: "csv-parse" },
      },
    );
  }
}

const matches = (fields: readonly string[], pattern: RegExp): number =>
  fields.reduce((sum, field) => sum + (field.match(pattern)?.length ?? 0), 0);

/**
 * The rows of a CSV file with a header line; every value is a string. Quoted values may hold line ends. Needs the
 * optional package csv-parse (`missing-package` without it).
 */
export async function* csvRecords(path: string): AsyncGenerator<RowRecord> {
  const { parse } = await loadCsvParse();
  let header: readonly string[] | undefined;
  // csv-parse counts a CRLF inside quotes as two lines.
  let miscounted = 0;
  // The first lines of the records that are parsed and not yet handed out.
  const firstLines: number[] = [];
  const parser = parse({
    bom: true,
    skip_empty_lines: true,
    // Called as parsing goes, so it knows all before a malformed line; the stream drops what it still holds then.
    on_record(values: string[], { lines }) {
      miscounted += matches(values, /\r\n/g);
      if (header === undefined) {
        checkHeader(path, values);
        header = values;
        return null;
      }
      firstLines.push(lines - miscounted - matches(values, /\r\n|\r|\n/g));
      return values;
    },
  });
  const source = Readable.from(textChunks(path));
  // pipe() does not hand errors on.
  source.once("error", (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    for await (const values of parser as AsyncIterable<readonly string[]>) {
      const record = Object.fromEntries(values.map((value, index) => [header?.[index] ?? "", value]));
      yield { where: `${path}:${firstLines.shift()}`, record };
    }
  } catch (cause) {
    if (cause instanceof CultivarError) throw cause;
    throw csvError(path, miscounted, header, cause);
  } finally {
    source.destroy();
    parser.destroy();
  }
}

function csvError(
  path: string,
  miscounted: number,
  header: readonly string[] | undefined,
  cause: unknown,
): CultivarError {
  const { code, lines, record } = cause as { code?: string; lines?: number; record?: readonly string[] };
  if (typeof lines !== "number") return readError(path, cause);
  const where = `${path}:${lines - miscounted}`;
  if (code === "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH") {
    return dataError(
      where,
      `expected ${header?.length} values (${(header ?? []).join(", ")}), got ${record?.length ?? "another number"}; quote values that hold commas`,
      cause,
    );
  }
  return dataError(
    where,
    `malformed CSV (${said(cause)}); quote values that hold quotes and double the quotes in them`,
    cause,
  );
}
