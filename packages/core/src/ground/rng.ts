import { sha256Hex } from "./hash.ts";

/** A seeded stream of random numbers. Every method advances the stream; nothing else does. */
export interface Rng {
  /** Uniform in [0, 1), with 32 bits of resolution. */
  next(): number;
  /** Uniform integer in [0, bound). `bound` is at least 1. */
  int(bound: number): number;
  /** One item, uniformly. Throws RangeError on an empty list. */
  pick<T>(items: readonly T[]): T;
  /** A new list with the items in random order (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** `min(count, items.length)` distinct items in random order. */
  sample<T>(items: readonly T[], count: number): T[];
}

/**
 * The stream named by `seed` and `label`: the same pair always gives the same stream, different pairs give independent
 * ones. Small Fast Counter (sfc32, Doty-Humphrey, PractRand) seeded with the first 96 bits of SHA-256(seed, label).
 */
export function rng(seed: number, label: string): Rng {
  const digest = sha256Hex(`${seed}\u0000${label}`);
  let a = Number.parseInt(digest.slice(0, 8), 16) | 0;
  let b = Number.parseInt(digest.slice(8, 16), 16) | 0;
  let c = Number.parseInt(digest.slice(16, 24), 16) | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  const int = (bound: number): number => Math.floor(next() * bound);
  const sample = <T>(items: readonly T[], count: number): T[] => {
    const pool = [...items];
    const size = Math.max(0, Math.min(count, pool.length));
    for (let i = 0; i < size; i++) {
      const j = i + int(pool.length - i);
      [pool[i], pool[j]] = [pool[j]!, pool[i]!];
    }
    return pool.slice(0, size);
  };
  return {
    next,
    int,
    pick: (items) => {
      if (items.length === 0) throw new RangeError(`rng.pick: cannot pick from an empty list`);
      return items[int(items.length)]!;
    },
    shuffle: (items) => sample(items, items.length),
    sample,
  };
}
