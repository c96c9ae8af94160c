import type { Rng } from "@cultivar/core";
import { CultivarError, rng } from "@cultivar/core";

/** Fills `{slot}` from lists; `{number}`, `{amount}` and `{code}` are made up. */
export function fill(template: string, slots: Readonly<Record<string, readonly string[]>>, draw: Rng): string {
  return template.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    if (name === "number") return String(2 + draw.int(38));
    if (name === "amount") return `${5 + draw.int(395)}.${draw.pick(["00", "50", "90", "99"])} euros`;
    if (name === "code") return `${draw.pick(["E", "X", "K"])}-${100 + draw.int(900)}`;
    return draw.pick(slots[name]!);
  });
}

/**
 * `size` items with distinct keys, each made from its own stream: row i of a seed is the same whatever the size, but
 * for the rare repeats that are drawn again. Throws a `data` error when the world has not that many.
 */
export function distinct<T>(
  size: number,
  seed: number,
  label: string,
  make: (draw: Rng) => T,
  keyOf: (item: T) => string,
): readonly T[] {
  const seen = new Set<string>();
  const items: T[] = [];
  for (let attempt = 0; items.length < size; attempt++) {
    if (attempt > 50 * size + 10_000)
      throw new CultivarError(
        "data",
        `${label}: expected a world with ${size} distinct rows, found only ${items.length}; ask for fewer`,
      );
    const item = make(rng(seed, `${label} row ${attempt}`));
    const key = keyOf(item);
    if (seen.has(key)) continue;
    seen.add(key);
    items.push(item);
  }
  return items;
}
