import { CultivarError, messageOf } from "../ground/errors.ts";
import { contentHash } from "../ground/hash.ts";
import type { AnyModule } from "../programs/module.ts";
import { definition } from "../programs/module.ts";
import type { Example, ExampleRow } from "../values/example.ts";
import { inputHash, toExamples } from "../values/example.ts";
import { split } from "../values/split.ts";
import type { Data } from "./target.ts";

export interface PreparedData {
  readonly train: readonly Example[];
  readonly val: readonly Example[];
  readonly test: readonly Example[];
  readonly remarks: readonly string[];
}

/** Checks rows, cuts val from train by seed when there is none, and refuses the same input in two splits. */
export function prepareData(module: AnyModule, data: Data<ExampleRow>, seed: number): PreparedData {
  const remarks: string[] = [];
  checkRows(module, "train", data.train);
  for (const name of ["val", "test"] as const) if (data[name] !== undefined) checkRows(module, name, data[name]);
  let train = examplesOf(module, "train", data.train);
  let val = examplesOf(module, "val", data.val ?? []);
  const test = examplesOf(module, "test", data.test ?? []);
  // Before the cut, which would move the rows that the message names.
  if (data.overlap !== "allow") refuseOverlap(module.name, { train, val, test });
  if (data.val === undefined) {
    ({ train, val } = halve(module.name, train, seed));
    remarks.push(`no data.val: ${val.length} of ${data.train.length} train rows were set apart as val (seed ${seed})`);
  }
  if (data.test === undefined)
    remarks.push("no data.test: the val score below was used to choose, so it flatters the result");
  return { train, val, test, remarks };
}

/** Says of val and test how many rows are copies: they weigh twice, and make errors look smaller than they are. */
export function duplicateRemarks({ val, test }: Pick<PreparedData, "val" | "test">): readonly string[] {
  return Object.entries({ val, test }).flatMap(([name, rows]) => {
    const distinct = new Set(rows.map(({ input, expected }) => contentHash([input, expected ?? null]))).size;
    const copies = rows.length - distinct;
    if (copies === 0) return [];
    const are = copies === 1 ? "1 is an exact copy" : `${copies} are exact copies`;
    return [
      `data.${name}: of ${rows.length} rows ${are} of another (same input and expected); scores count each one, and standard errors assume independent rows, so they look smaller than they are; drop the copies`,
    ];
  });
}

/** Val is half of train; rows with the same input or group stay on one side. */
function halve(
  name: string,
  rows: readonly Example[],
  seed: number,
): { train: readonly Example[]; val: readonly Example[] } {
  let inVal: ReadonlySet<string>;
  try {
    inVal = new Set(split(rows, { train: 0.5, val: 0.5 }, { seed }).val.map(({ id }) => id));
  } catch (cause) {
    throw new CultivarError(
      "data",
      `${name}: there is no data.val, and data.train cannot be cut in two: it has ${rows.length} row(s), and those with one input or one group stay together; give data.val`,
      { cause },
    );
  }
  return { train: rows.filter(({ id }) => !inVal.has(id)), val: rows.filter(({ id }) => inVal.has(id)) };
}

/** Rows with their ids, which takes JSON. */
function examplesOf(module: AnyModule, name: string, rows: readonly ExampleRow[]): readonly Example[] {
  try {
    return toExamples(rows);
  } catch (cause) {
    throw new CultivarError("data", `${module.name}: data.${name}: ${messageOf(cause)}`, { cause });
  }
}

function checkRows(module: AnyModule, name: string, rows: readonly ExampleRow[]): void {
  const where = `${module.name}: data.${name}`;
  if (!Array.isArray(rows))
    throw new CultivarError(
      "data",
      `${where} must be a list of rows { input, expected? }, got ${typeof rows}; await the file reader`,
    );
  if (rows.length === 0)
    throw new CultivarError("data", `${where} is empty; an empty set passes nothing, leave it out or fill it`);
  const { rejectInput } = module[definition];
  for (const [index, row] of rows.entries()) {
    if (typeof row !== "object" || row === null || row.input === undefined) {
      const keys = typeof row === "object" && row !== null ? Object.keys(row).join(", ") : typeof row;
      throw new CultivarError(
        "data",
        `${where}[${index}] must be { input, expected? }, got ${keys}; map it: rows.map((row) => ({ input: { ... }, expected: ... }))`,
      );
    }
    const problem = rejectInput?.(row.input);
    if (problem !== undefined)
      throw new CultivarError(
        "data",
        `${where}[${index}]: the input does not fit the signature: ${problem}; mend the row, or map it in the reader`,
      );
  }
}

function refuseOverlap(name: string, splits: Readonly<Record<string, readonly Example[]>>): void {
  const first = new Map<string, { split: string; index: number }>();
  for (const [where, rows] of Object.entries(splits)) {
    for (const [index, row] of rows.entries()) {
      const hash = inputHash(row.input);
      const before = first.get(hash);
      if (before === undefined) first.set(hash, { split: where, index });
      else if (before.split !== where) {
        throw new CultivarError(
          "data",
          `${name}: the same input is in two splits: ${before.split}[${before.index}] and ${where}[${index}]; drop one, split by group, or set data.overlap to "allow"`,
        );
      }
    }
  }
}
