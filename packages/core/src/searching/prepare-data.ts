import { CultivarError } from "../ground/errors.ts";
import { rng } from "../ground/rng.ts";
import type { AnyModule } from "../programs/module.ts";
import { definition } from "../programs/module.ts";
import type { Example, ExampleRow } from "../values/example.ts";
import { inputHash, toExamples } from "../values/example.ts";
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
  const named = { train: data.train, val: data.val, test: data.test };
  for (const [split, rows] of Object.entries(named)) if (rows !== undefined) checkRows(module, split, rows);
  let train = toExamples(data.train);
  let val: readonly Example[];
  if (data.val === undefined) {
    if (train.length < 2)
      throw new CultivarError(
        "data",
        `${module.name}: data.train has ${train.length} row and there is no data.val; val is cut from train, which takes at least 2 rows`,
      );
    const cut = halve(train, seed);
    ({ train, val } = cut);
    remarks.push(`no data.val: ${val.length} of ${data.train.length} train rows were set apart as val (seed ${seed})`);
  } else {
    val = toExamples(data.val);
  }
  const test = data.test === undefined ? [] : toExamples(data.test);
  if (data.test === undefined)
    remarks.push("no data.test: the val score below was used to choose, so it flatters the result");
  if (data.overlap !== "allow") refuseOverlap(module.name, { train, val, test });
  return { train, val, test, remarks };
}

/** Val is half of train; rows with the same input or group stay on one side. */
function halve(rows: readonly Example[], seed: number): { train: readonly Example[]; val: readonly Example[] } {
  const units = new Map<string, Example[]>();
  for (const row of rows) {
    const key = row.group === undefined ? `input ${inputHash(row.input)}` : `group ${row.group}`;
    units.set(key, [...(units.get(key) ?? []), row]);
  }
  const shuffled = rng(seed, "val from train").shuffle([...units.values()]);
  const inVal = new Set<string>();
  for (const unit of shuffled.slice(0, -1)) {
    if (inVal.size >= Math.floor(rows.length / 2)) break;
    for (const { id } of unit) inVal.add(id);
  }
  if (inVal.size === 0)
    throw new CultivarError(
      "data",
      "data.train: all rows have one input or one group, so no val can be cut from them; give data.val",
    );
  return { train: rows.filter(({ id }) => !inVal.has(id)), val: rows.filter(({ id }) => inVal.has(id)) };
}

function checkRows(module: AnyModule, split: string, rows: readonly ExampleRow[]): void {
  const where = `${module.name}: data.${split}`;
  if (!Array.isArray(rows))
    throw new CultivarError(
      "data",
      `${where} must be a list of rows { input, expected? }, got ${typeof rows}; await the file reader`,
    );
  if (rows.length === 0)
    throw new CultivarError("data", `${where} is empty; an empty set passes nothing, leave it out or fill it`);
  const { rejectInput } = module[definition];
  for (const [index, row] of rows.entries()) {
    if (typeof row !== "object" || row === null || !("input" in row)) {
      const keys = typeof row === "object" && row !== null ? Object.keys(row).join(", ") : typeof row;
      throw new CultivarError(
        "data",
        `${where}[${index}] must be { input, expected? }, got ${keys}; map it: rows.map((row) => ({ input: { ... }, expected: ... }))`,
      );
    }
    const problem = rejectInput?.(row.input);
    if (problem !== undefined)
      throw new CultivarError("data", `${where}[${index}]: the input does not fit the signature: ${problem}`);
  }
}

function refuseOverlap(name: string, splits: Readonly<Record<string, readonly Example[]>>): void {
  const first = new Map<string, { split: string; index: number }>();
  for (const [split, rows] of Object.entries(splits)) {
    for (const [index, row] of rows.entries()) {
      const hash = inputHash(row.input);
      const before = first.get(hash);
      if (before === undefined) first.set(hash, { split, index });
      else if (before.split !== split) {
        throw new CultivarError(
          "data",
          `${name}: the same input is in two splits: ${before.split}[${before.index}] and ${split}[${index}]; drop one, split by group, or set data.overlap to "allow"`,
        );
      }
    }
  }
}
