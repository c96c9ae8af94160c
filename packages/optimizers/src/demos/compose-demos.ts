import type { DemoRow, Rng } from "@cultivar/core";
import { canonicalJson } from "@cultivar/core";

/**
 * A demo set: all of `traced`, then labelled rows drawn from `pool` while there are fewer than `most` in all. No input
 * and no source comes twice; of two that would, the first one stays.
 */
export function composeDemos(
  traced: readonly DemoRow[],
  pool: readonly DemoRow[],
  most: number,
  rng: Rng,
): readonly DemoRow[] {
  const kept: DemoRow[] = [];
  const inputs = new Set<string>();
  const sources = new Set<string>();
  const add = (row: DemoRow): void => {
    const input = canonicalJson(row.input);
    if (inputs.has(input) || (row.source !== undefined && sources.has(row.source))) return;
    inputs.add(input);
    if (row.source !== undefined) sources.add(row.source);
    kept.push(row);
  };
  for (const row of traced) add(row);
  for (const row of rng.shuffle(pool)) if (kept.length < most) add(row);
  return kept;
}
