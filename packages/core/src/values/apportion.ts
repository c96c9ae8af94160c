/**
 * Whole numbers in proportion to `shares` (at least 0, sum above 0) that sum to `total`: each is its exact quota
 * rounded down, and what is left goes to the largest remainders, earlier ones first (Hamilton's method).
 */
export function largestRemainder(shares: readonly number[], total: number): readonly number[] {
  const sum = shares.reduce((a, b) => a + b, 0);
  const quotas = shares.map((share) => tidy((share / sum) * total));
  const whole = quotas.map(Math.floor);
  const left = total - whole.reduce((a, b) => a + b, 0);
  // In billionths: equal remainders must not be ordered by the noise of doubles.
  const order = quotas
    .map((quota, index) => ({ index, remainder: Math.round((quota - whole[index]!) * 1e9) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of order.slice(0, left)) whole[index]! += 1;
  return whole;
}

/**
 * A table of whole numbers with these row and column sums (which have one total), every cell its exact share `rows[i]
 * * columns[j] / total` rounded up or down: controlled rounding, which always exists. Each row starts by largest
 * remainder; columns that got too much then pass units on to columns that lack some, along a path of cells that stay
 * within rounding.
 */
export function contingency(rows: readonly number[], columns: readonly number[]): readonly (readonly number[])[] {
  const total = columns.reduce((a, b) => a + b, 0);
  const table = rows.map((row) => [...largestRemainder(columns, row)]);
  const quota = rows.map((row) => columns.map((column) => tidy((row * column) / total)));
  const excess = columns.map((column, j) => table.reduce((sum, row) => sum + row[j]!, 0) - column);
  for (let from = excess.findIndex((value) => value > 0); from !== -1; from = excess.findIndex((value) => value > 0)) {
    const path = pathToLack(table, quota, excess, from);
    if (path === undefined) break;
    for (const { row, give, take } of path) {
      table[row]![give]! -= 1;
      table[row]![take]! += 1;
    }
    excess[from]! -= 1;
    excess[path.at(-1)!.take]! += 1;
  }
  return table;
}

/** One unit that moves between two cells of a row. */
interface Move {
  readonly row: number;
  readonly give: number;
  readonly take: number;
}

/** The shortest chain of moves from column `from` to one that lacks a unit, no cell leaving its rounding. */
function pathToLack(
  table: readonly (readonly number[])[],
  quota: readonly (readonly number[])[],
  excess: readonly number[],
  from: number,
): readonly Move[] | undefined {
  const paths = new Map<number, readonly Move[]>([[from, []]]);
  // A Map is walked in insertion order, also over what is added meanwhile: a breadth-first search.
  for (const [give, path] of paths) {
    if (excess[give]! < 0) return path;
    for (const take of excess.keys()) {
      if (paths.has(take)) continue;
      const row = table.findIndex((cells, i) => cells[give]! > quota[i]![give]! && cells[take]! < quota[i]![take]!);
      if (row !== -1) paths.set(take, [...path, { row, give, take }]);
    }
  }
  return undefined;
}

/** A quota that is whole but for rounding, as a whole number: 0.1 * 30 is not 3 in doubles. */
function tidy(quota: number): number {
  const near = Math.round(quota);
  return Math.abs(quota - near) < 1e-9 * Math.max(1, near) ? near : quota;
}
