import { fileURLToPath } from "node:url";
import { isCultivarError, messageOf } from "../ground/errors.ts";
import type { ExampleRow } from "../values/example.ts";
import { csvRecords, dataError, jsonRecords, jsonlRecords } from "./row-records.ts";
import type { RowRecord } from "./row-records.ts";

/**
 * Makes an example row of a file's row; `index` counts rows from 0. Annotate `row` to say what the file holds
 * (`(row: { question: string; answer: string }) => ...`); the annotation is taken on trust.
 */
export type RowMap<R, E extends ExampleRow> = (row: R, index: number) => E;

/**
 * The rows of a JSON Lines file, in order: one JSON object per line. Without `map` each must already be
 * `{ input, expected?, group?, tags? }`. Throws `data` errors that name the file and line, and for an empty file.
 */
export function jsonl<E extends ExampleRow, R = Readonly<Record<string, unknown>>>(
  path: string | URL,
  map: RowMap<R, E>,
): Promise<readonly E[]>;
export function jsonl<E extends ExampleRow = ExampleRow>(path: string | URL): Promise<readonly E[]>;
export function jsonl(path: string | URL, map?: RowMap<never, ExampleRow>): Promise<readonly ExampleRow[]> {
  return rowsOf("jsonl", path, jsonlRecords, map);
}

/**
 * The rows of a CSV file with a header line, in order; every value is a string. Needs the package csv-parse. Errors as
 * {@link jsonl}; a row that spans lines is named by its first one.
 */
export function csv<E extends ExampleRow, R = Readonly<Record<string, string>>>(
  path: string | URL,
  map: RowMap<R, E>,
): Promise<readonly E[]>;
export function csv<E extends ExampleRow = ExampleRow>(path: string | URL): Promise<readonly E[]>;
export function csv(path: string | URL, map?: RowMap<never, ExampleRow>): Promise<readonly ExampleRow[]> {
  return rowsOf("csv", path, csvRecords, map);
}

/** The rows of a JSON file that holds one array of objects, at most 256 MiB. Errors as {@link jsonl}, by row from 1. */
export function json<E extends ExampleRow, R = Readonly<Record<string, unknown>>>(
  path: string | URL,
  map: RowMap<R, E>,
): Promise<readonly E[]>;
export function json<E extends ExampleRow = ExampleRow>(path: string | URL): Promise<readonly E[]>;
export function json(path: string | URL, map?: RowMap<never, ExampleRow>): Promise<readonly ExampleRow[]> {
  return rowsOf("json", path, jsonRecords, map);
}

/** The objects of a JSON Lines file, one at a time, as they stand there: for files too large to hold. Errors as {@link jsonl}. */
export async function* jsonlRows(path: string | URL): AsyncGenerator<Readonly<Record<string, unknown>>> {
  for await (const { record } of jsonlRecords(pathOf(path))) yield record;
}

const pathOf = (path: string | URL): string => (typeof path === "string" ? path : fileURLToPath(path));

async function rowsOf(
  reader: string,
  source: string | URL,
  records: (path: string) => AsyncIterable<RowRecord>,
  map: RowMap<never, ExampleRow> | undefined,
): Promise<readonly ExampleRow[]> {
  const path = pathOf(source);
  const rows: ExampleRow[] = [];
  for await (const { where, record } of records(path)) {
    if (map === undefined) {
      if (!Object.hasOwn(record, "input")) throw unmapped(reader, path, where, Object.keys(record));
      rows.push(checkRow(record, where));
      continue;
    }
    let row: unknown;
    try {
      row = map(record as never, rows.length);
    } catch (cause) {
      if (isCultivarError(cause)) throw cause;
      throw dataError(
        where,
        `the map of ${reader}() threw on this row (${messageOf(cause, 200)}); columns here: ${Object.keys(record).join(", ")}`,
        cause,
      );
    }
    rows.push(checkRow(row, where));
  }
  if (rows.length === 0)
    throw dataError(path, "expected at least one row, got none; check that this is the right file");
  return rows;
}

/** Says which columns there are, and shows a map over them that could be right. */
function unmapped(reader: string, path: string, where: string, columns: readonly string[]): Error {
  const target =
    columns.find((name) => /^(expected|answer|label|output|target|queue|class)$/i.test(name)) ?? columns.at(-1);
  const member = (name: string): string =>
    /^[a-zA-Z_$][\w$]*$/.test(name) ? `row.${name}` : `row[${JSON.stringify(name)}]`;
  const inputs = columns.filter((name) => name !== target).slice(0, 4);
  const fields = inputs.map(
    (name) => `${/^[a-zA-Z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)}: ${member(name)}`,
  );
  const example = `${reader}(${JSON.stringify(path)}, (row) => ({ input: { ${fields.join(", ")} }${target === undefined ? "" : `, expected: ${member(target)}`} }))`;
  return dataError(
    where,
    `expected a row { input, expected? }, got the columns ${columns.join(", ") || "(none)"}; give a map, for example ${example}`,
  );
}

function checkRow(value: unknown, where: string): ExampleRow {
  if (typeof value !== "object" || value === null || (value as { input?: unknown }).input === undefined) {
    throw dataError(
      where,
      "expected the map to return { input, expected? }, got a value without input; return an object with input",
    );
  }
  const { group, tags } = value as { readonly group?: unknown; readonly tags?: unknown };
  if (group !== undefined && typeof group !== "string") {
    throw dataError(where, `expected group to be a string, got ${typeof group}; turn it into one`);
  }
  if (tags !== undefined && !(Array.isArray(tags) && tags.every((tag) => typeof tag === "string"))) {
    throw dataError(where, "expected tags to be an array of strings, got something else; make it one");
  }
  return value as ExampleRow;
}
