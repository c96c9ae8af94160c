import { CultivarError } from "../ground/errors.ts";
import { contentHash } from "../ground/hash.ts";
import type { Rng } from "../ground/rng.ts";
import { rng } from "../ground/rng.ts";
import { contingency, largestRemainder } from "./apportion.ts";
import type { ExampleRow } from "./example.ts";
import { inputHash } from "./example.ts";

export type SplitName = "train" | "val" | "test";

/**
 * Rows of one split. A plain array fits any of them; rows that `split` marked as test do not fit where train is
 * wanted. The mark is a type only: no such property exists.
 */
export interface Rows<E, S extends SplitName> extends ReadonlyArray<E> {
  readonly _split?: S;
}

/**
 * Shares that sum to at most 1, or row counts that sum to at most the number of rows. What is left over is not used.
 */
export interface Ratios {
  readonly train: number;
  readonly val?: number;
  readonly test?: number;
}

/** What `split` gives: a part that was not asked for is absent. */
export type Split<E, R extends Ratios = Ratios> = { readonly train: Rows<E, "train"> } & Part<E, R, "val"> &
  Part<E, R, "test">;

type Part<E, R, S extends "val" | "test"> =
  R extends Readonly<Record<S, number>>
    ? { readonly [P in S]: Rows<E, S> }
    : { readonly [P in S]?: R extends { readonly [Q in S]?: number } ? Rows<E, S> : never };

export interface SplitOptions<E> {
  /** The same seed and the same rows, in any order, always give the same split. 0 is a seed. */
  readonly seed: number;
  /** Keeps the proportions of this key (a label, say) in every part, within rounding. */
  readonly stratify?: (row: E) => string | number | boolean;
  /** Rows with the same key stay together. Default: the row's `group`. Undefined means a row of its own. */
  readonly group?: (row: E) => string | undefined;
}

/** Rows that must stay together. */
interface Unit<E> {
  readonly rows: readonly E[];
  /** Rows of each stratum, by its index. */
  readonly counts: ReadonlyMap<number, number>;
}

const names = ["train", "val", "test"] as const;

/**
 * Cuts rows into train, val and test. Rows of one group stay together, and so do rows with the same input. Rows are
 * first put in the order of their content hashes, then shuffled by seed: the order in which they come does not
 * matter, and the parts come out shuffled. Sizes are exact (largest remainder) when every row stands alone, also per
 * stratum, within rounding; with groups they are as near as a greedy assignment gets, largest groups first. Throws
 * `data` errors: no rows, ratios that do not fit, a part that would be empty.
 */
export function split<E extends ExampleRow, const R extends Ratios>(
  rows: readonly E[],
  ratios: R,
  options: SplitOptions<E>,
): Split<E, R> {
  if (!Number.isFinite(options.seed)) fail(`seed must be a finite number, got ${options.seed}`);
  const sizes = sizesOf(ratios, rows.length);
  const random = rng(options.seed, "split");
  const strata = new Map<string, number>();
  const stratumOf = (row: E): number => {
    const key = JSON.stringify(options.stratify?.(row) ?? null);
    const index = strata.get(key) ?? strata.size;
    strata.set(key, index);
    return index;
  };
  const units = random.shuffle(unitsOf(rows, options.group ?? ((row) => row.group), stratumOf));
  const totals = Array.from({ length: strata.size }, () => 0);
  for (const { counts } of units) for (const [stratum, count] of counts) totals[stratum]! += count;
  const parts = assign(units, contingency(totals, sizes), random);
  const result: { [S in SplitName]?: readonly E[] } = {};
  for (const [index, name] of names.entries()) {
    if (ratios[name] === undefined) continue;
    const part = parts[index]!;
    if (part.length === 0) {
      fail(
        `${name} gets none of ${rows.length} rows in ${units.length} groups (rows of one group, or with the same input, stay together); give it a larger share, or more groups`,
      );
    }
    result[name] = Object.freeze(part);
  }
  return result as Split<E, R>;
}

function fail(problem: string): never {
  throw new CultivarError("data", `split: ${problem}`);
}

/** Rows of train, val, test and of what is not used; they sum to n. */
function sizesOf(ratios: Ratios, n: number): readonly number[] {
  const wanted = names.map((name) => ratios[name]);
  const shown = names.flatMap((name) => (ratios[name] === undefined ? [] : [`${name}: ${ratios[name]}`])).join(", ");
  if (n === 0) fail("there are no rows; expected at least one for each part");
  for (const [index, ratio] of wanted.entries()) {
    if (ratio === undefined ? index === 0 : !(Number.isFinite(ratio) && ratio > 0)) {
      fail(`${names[index]!} must be a share or a count above 0, got ${ratio}; leave val or test out to have none`);
    }
  }
  const values = wanted.map((ratio) => ratio ?? 0);
  const sum = values.reduce((a, b) => a + b, 0);
  // 0.7 + 0.2 + 0.1 is not 1 in doubles.
  if (sum <= 1 + 1e-9) {
    const rest = sum > 1 - 1e-9 ? 0 : 1 - sum;
    return largestRemainder([...values, rest], n);
  }
  if (!values.every((value) => Number.isInteger(value))) {
    fail(`{ ${shown} } must be shares that sum to at most 1, or whole numbers of rows; the sum is ${sum}`);
  }
  if (sum > n) fail(`{ ${shown} } needs ${sum} rows, but there are ${n}`);
  return [...values, n - sum];
}

/** Joins rows that share a group or an input, in an order that only their content decides. */
function unitsOf<E extends ExampleRow>(
  rows: readonly E[],
  groupOf: (row: E) => string | undefined,
  stratumOf: (row: E) => number,
): readonly Unit<E>[] {
  // Only rows with equal inputs need it.
  const contents = new Map<E, string>();
  const contentOf = (row: E): string => {
    const known = contents.get(row) ?? contentHash(row);
    contents.set(row, known);
    return known;
  };
  const keyed = rows
    .map((row) => ({ row, input: inputHash(row.input) }))
    .sort((a, b) => compare(a.input, b.input) || compare(contentOf(a.row), contentOf(b.row)));
  const parent = keyed.map((_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (parent[root] !== root) root = parent[root] = parent[parent[root]!]!;
    return root;
  };
  const first = new Map<string, number>();
  for (const [index, { row, input }] of keyed.entries()) {
    const group = groupOf(row);
    for (const key of group === undefined ? [`i${input}`] : [`i${input}`, `g${group}`]) {
      const earlier = first.get(key);
      if (earlier === undefined) first.set(key, index);
      else {
        const [a, b] = [rootOf(earlier), rootOf(index)];
        parent[Math.max(a, b)] = Math.min(a, b);
      }
    }
  }
  const units = new Map<number, { rows: E[]; counts: Map<number, number> }>();
  for (const [index, { row }] of keyed.entries()) {
    const root = rootOf(index);
    const unit = units.get(root) ?? { rows: [], counts: new Map<number, number>() };
    units.set(root, unit);
    const stratum = stratumOf(row);
    unit.rows.push(row);
    unit.counts.set(stratum, (unit.counts.get(stratum) ?? 0) + 1);
  }
  return [...units.values()];
}

/**
 * Gives each unit to the part that lacks most rows of its strata, largest units first; `lacking[stratum][part]` are
 * the exact targets, so that units of one row fill them exactly. Each part keeps the shuffled order.
 */
function assign<E>(units: readonly Unit<E>[], targets: readonly (readonly number[])[], random: Rng): readonly E[][] {
  const lacking = targets.map((row) => [...row]);
  const parts = Array.from({ length: names.length + 1 }, (_, index) => index);
  const chosen = new Map<Unit<E>, number>();
  // A stable sort: units of one size stay shuffled.
  for (const unit of [...units].sort((a, b) => b.rows.length - a.rows.length)) {
    const need = (part: number): number => {
      let sum = 0;
      for (const [stratum, count] of unit.counts) sum += count * lacking[stratum]![part]!;
      return sum;
    };
    const most = Math.max(...parts.map(need));
    const part = random.pick(parts.filter((index) => need(index) === most));
    chosen.set(unit, part);
    for (const [stratum, count] of unit.counts) lacking[stratum]![part]! -= count;
  }
  return parts.map((part) => units.filter((unit) => chosen.get(unit) === part).flatMap((unit) => unit.rows));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
