import type { Embedder } from "@cultivar/core";
import { CultivarError } from "@cultivar/core";

export interface HashedNgramsOptions {
  /** Length of the vectors. Default 256. */
  readonly dimensions?: number;
  /** Sizes of the n-grams. Default 1, 2 and 3. */
  readonly n?: readonly number[];
}

/**
 * A local embedder without a model: the word n-grams of a text, and the character n-grams (of two letters up) of its
 * words, are hashed to a place and a sign (feature hashing, Weinberger et al. 2009), damped by a square root and scaled to
 * length 1. Texts with common words and word parts are near; meaning is not seen. Deterministic on every machine. A text
 * without a letter or digit gives zeros. Throws `config` for options out of range.
 */
export function hashedNgrams(options: HashedNgramsOptions = {}): Embedder {
  const dimensions = options.dimensions ?? 256;
  const sizes = options.n ?? [1, 2, 3];
  if (!Number.isInteger(dimensions) || dimensions < 1) {
    throw new CultivarError(
      "config",
      `hashedNgrams: dimensions must be a whole number of at least 1, got ${dimensions}`,
    );
  }
  if (sizes.length === 0 || sizes.some((n) => !Number.isInteger(n) || n < 1)) {
    throw new CultivarError(
      "config",
      `hashedNgrams: n must list whole numbers of at least 1, got [${sizes.join(", ")}]`,
    );
  }
  return {
    provider: "local",
    modelId: `hashed-ngrams-${dimensions}-${sizes.join(".")}`,
    price: { inputUsd: 0, outputUsd: 0, asOf: "2026-11-22" },
    embed: (texts) =>
      Promise.resolve({ vectors: texts.map((text) => embedText(text, dimensions, sizes)), usage: { inputTokens: 0 } }),
  };
}

function embedText(text: string, dimensions: number, sizes: readonly number[]): readonly number[] {
  const words =
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  const counts = new Map<string, number>();
  const add = (feature: string): void => void counts.set(feature, (counts.get(feature) ?? 0) + 1);
  for (const n of sizes) {
    for (let at = 0; at + n <= words.length; at++) add(`w ${words.slice(at, at + n).join(" ")}`);
    if (n === 1) continue;
    for (const word of words) {
      // Code points, so that no letter outside the basic plane is cut in two; the marks tell ends from middles.
      const letters = ["^", ...Array.from(word), "$"];
      for (let at = 0; at + n <= letters.length; at++) add(`c ${letters.slice(at, at + n).join("")}`);
    }
  }
  const vector = Array.from({ length: dimensions }, () => 0);
  for (const [feature, count] of counts) {
    const hash = fnv1a(feature);
    // The sign comes from the top bit and the place from the others, so that they are independent.
    vector[(hash & 0x7fffffff) % dimensions]! += (hash >>> 31 === 0 ? 1 : -1) * Math.sqrt(count);
  }
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** FNV-1a, 32 bits, over UTF-16 units, with a final mix: the plain hash is weak in its top bits for short texts. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
