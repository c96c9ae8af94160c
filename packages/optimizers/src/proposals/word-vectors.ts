/** Weights of the words of a text, of unit length; empty for a text without words. */
export type WordVector = ReadonlyMap<string, number>;

const word = /[\p{L}\p{M}\p{N}]+/gu;

/**
 * Texts as vectors of word counts, weighted by how few of the texts hold a word. A word that all of them hold weighs
 * little, not nothing: two texts may differ in nothing else. Source: tf-idf (Salton and Buckley, 1988), smoothed.
 */
export function wordVectors(texts: readonly string[]): readonly WordVector[] {
  const counted = texts.map(countsOf);
  const holders = new Map<string, number>();
  for (const counts of counted) for (const one of counts.keys()) holders.set(one, (holders.get(one) ?? 0) + 1);
  const rarity = (one: string): number => Math.log((1 + texts.length) / (1 + holders.get(one)!)) + 0.1;
  return counted.map((counts) => unit(new Map([...counts].map(([one, count]) => [one, count * rarity(one)]))));
}

function countsOf(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [one] of text.normalize("NFKC").toLowerCase().matchAll(word)) counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
}

function unit(vector: WordVector): WordVector {
  const length = Math.hypot(...vector.values());
  return length === 0 ? vector : new Map([...vector].map(([one, weight]) => [one, weight / length]));
}

/** 1 minus the cosine of two vectors, in [0, 1]; 0 for two empty ones. */
export function wordDistance(a: WordVector, b: WordVector): number {
  if (a.size === 0 && b.size === 0) return 0;
  let dot = 0;
  for (const [one, weight] of a) dot += weight * (b.get(one) ?? 0);
  return Math.min(1, Math.max(0, 1 - dot));
}
