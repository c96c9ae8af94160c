import type { TaskRow } from "./ax-run.ts";

/** Told of each scored row, in order, and of the texts that were being tried. */
export type IncumbentWatch = (
  row: Pick<TaskRow, "id">,
  score: number,
  instructions: Readonly<Record<string, string>>,
) => Promise<void>;

/**
 * AxGEPA doesn't say what its best program is before it ends, but what it scores shows it: its choice is the best mean
 * over all of val, the later one of equals. `found` is called when a pass over val, first row to last under the same
 * texts, is at least as good as every one before.
 */
export function incumbentWatch(
  val: readonly Pick<TaskRow, "id">[],
  found: (instructions: Readonly<Record<string, string>>) => Promise<void>,
): IncumbentWatch {
  let best = -Infinity;
  let pass: { readonly key: string; count: number; sum: number } | undefined;
  return async (row, score, instructions) => {
    const key = JSON.stringify(instructions);
    if (row.id === val[0]?.id) pass = { key, count: 0, sum: 0 };
    if (pass === undefined) return;
    if (pass.key !== key || val[pass.count]?.id !== row.id) {
      pass = undefined;
      return;
    }
    pass.count += 1;
    pass.sum += score;
    if (pass.count < val.length || pass.sum < best) return;
    best = pass.sum;
    pass = undefined;
    await found(instructions);
  };
}
