import type { ExampleRow } from "../values/example.ts";

/** Law 5: a proposed text may not hold this many consecutive words of a held-out row. */
export const leakWords = 12;
/** Shorter inputs than this are too common to mean anything: "Paris" may stand in any prompt. */
const fewestWords = 3;

/** Word sequences by length, each as a 53-bit rolling-free hash: two strings per word would not fit in memory. */
export type Shingles = ReadonlyMap<number, ReadonlySet<number>>;

/** Every sequence of `leakWords` words of the rows, and every whole input that is shorter, from 3 words on. */
export function shinglesOf(rows: readonly ExampleRow[]): Map<number, Set<number>> {
  const into = new Map<number, Set<number>>();
  for (const row of rows) {
    for (const [length, hash] of shinglesOfRow(row)) {
      let known = into.get(length);
      if (known === undefined) into.set(length, (known = new Set()));
      known.add(hash);
    }
  }
  return into;
}

/** Those of one row, each with its length in words. */
export function* shinglesOfRow(row: ExampleRow): Generator<readonly [length: number, hash: number]> {
  for (const hash of windows(wordsOfRow(row), leakWords)) yield [leakWords, hash];
  const whole = wordsOfValue(row.input);
  if (whole.length >= fewestWords && whole.length < leakWords)
    for (const hash of windows(whole, whole.length)) yield [whole.length, hash];
}

/** Every sequence of words of a text that could be a shingle of a row. */
export function shinglesOfText(text: string): Shingles {
  const words = wordsOf(text);
  const into = new Map<number, Set<number>>();
  for (let length = fewestWords; length <= leakWords; length++) into.set(length, new Set(windows(words, length)));
  return into;
}

/** Input and expected, one after the other. */
export function wordsOfRow({ input, expected }: ExampleRow): readonly number[] {
  return wordsOfValue([input, expected]);
}

/** The words of a value's texts, one text after the other: a copy that runs over two fields is found too. */
export function wordsOfValue(value: unknown): number[] {
  const words: number[] = [];
  for (const text of textsOf(value)) for (const word of wordsOf(text)) words.push(word);
  return words;
}

function* textsOf(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null)
    for (const member of Object.values(value)) yield* textsOf(member);
}

/** Letters, marks and digits of any script; where words are not spaced, each character is one. */
const wordPattern =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]|(?:(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}])[\p{L}\p{M}\p{N}])+/gu;

/** What is not seen: soft hyphens, zero-width characters, variation selectors. A copy with them is a copy. */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;

/** FNV-1a over each lower-cased word, as it is read. */
export function wordsOf(text: string): number[] {
  const hashes: number[] = [];
  for (const [word] of text.normalize("NFKC").replaceAll(invisible, "").toLowerCase().matchAll(wordPattern)) {
    let hash = 0x811c9dc5;
    for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
    hashes.push(hash >>> 0);
  }
  return hashes;
}

/** One hash per window of `length` words: a polynomial modulo a 50-bit range, exact in doubles. */
export function* windows(words: readonly number[], length: number): Generator<number> {
  for (let start = 0; start + length <= words.length; start++) {
    let high = 17;
    let low = 31;
    for (let i = start; i < start + length; i++) {
      high = (Math.imul(high, 31) + words[i]!) | 0;
      low = (Math.imul(low, 1_000_003) ^ words[i]!) | 0;
    }
    yield (high >>> 0) * 1_048_576 + ((low >>> 0) & 0xfffff);
  }
}
