import { wordsOf } from "./words.ts";

/** Weights of the words of a text, of unit length; empty for a text without words. */
export type WordVector = ReadonlyMap<string, number>;

/** How much a word weighs that so many of so many texts hold. */
export type Weighing = (holders: number, texts: number) => number;

/**
 * By how few of the texts hold a word. One that all of them hold weighs little, not nothing: two texts may differ in
 * nothing else. Source: tf-idf (Salton and Buckley, 1988), smoothed.
 */
export const rarity: Weighing = (holders, texts) => Math.log((1 + texts) / (1 + holders)) + 0.1;

/** Texts as vectors of word counts, weighted. */
export function wordVectors(texts: readonly string[], weigh: Weighing = rarity): readonly WordVector[] {
  return vectorsOf(texts.map(wordsOf), weigh);
}

/** Lists of words, one for each text, as vectors of counts, weighted. */
export function vectorsOf(lists: readonly (readonly string[])[], weigh: Weighing): readonly WordVector[] {
  const holders = holdersOf(lists);
  return lists.map((words) => {
    const counts = [...countsOf(words)];
    return unit(new Map(counts.map(([one, count]) => [one, count * weigh(holders.get(one)!, lists.length)])));
  });
}

/** How many of the lists hold each word. */
export function holdersOf(lists: readonly (readonly string[])[]): ReadonlyMap<string, number> {
  return countsOf(lists.flatMap((words) => [...new Set(words)]));
}

function countsOf(words: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const one of words) counts.set(one, (counts.get(one) ?? 0) + 1);
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
