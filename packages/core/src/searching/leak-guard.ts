import type { Candidate, Space } from "../values/component.ts";
import type { ExampleRow } from "../values/example.ts";

/** Law 5: a proposed text may not hold this many consecutive words of a held-out row. */
export const leakWords = 12;
/** Shorter inputs than this are too common to mean anything: "Paris" may stand in any prompt. */
const fewestWords = 3;

/** Says why a candidate leaks held-out rows, or undefined; `copies` are train rows that a text repeats. */
export interface LeakGuard {
  check(candidate: Candidate): { readonly leak: string | undefined; readonly copiesTrain: string | undefined };
}

/** Word sequences by length, each as a 53-bit rolling-free hash: two strings per word would not fit in memory. */
type Shingles = Map<number, Set<number>>;

/**
 * Guards the free-text components of a space against 12 or more consecutive words of a val or test row (of a shorter
 * row: its whole input, from 3 words on) that occur nowhere in train. Texts equal to the baseline's pass: the user wrote
 * them. Built at the first check; linear in the data's words.
 */
export function leakGuard(
  space: Space,
  baseline: Candidate,
  train: readonly ExampleRow[],
  heldOut: readonly ExampleRow[],
): LeakGuard {
  let built: { held: Shingles; train: Shingles } | undefined;
  const build = (): { held: Shingles; train: Shingles } => {
    const held = shinglesOf(heldOut, new Map());
    const inTrain: Shingles = new Map([...held.keys()].map((length) => [length, new Set<number>()]));
    for (const row of train) {
      const words = wordsOfRow([row.input, row.expected]);
      for (const [length, known] of inTrain) for (const hash of windows(words, length)) known.add(hash);
    }
    for (const [length, hashes] of held) for (const hash of inTrain.get(length)!) hashes.delete(hash);
    return { held, train: shinglesOf(train, new Map()) };
  };
  const verdicts = new Map<string, { leak: boolean; copies: boolean }>();
  const judge = (text: string): { leak: boolean; copies: boolean } => {
    let verdict = verdicts.get(text);
    if (verdict === undefined) {
      built ??= build();
      const words = wordsOf(text);
      verdict = { leak: holds(words, built.held), copies: holds(words, built.train) };
      verdicts.set(text, verdict);
    }
    return verdict;
  };
  return {
    check(candidate) {
      let copiesTrain: string | undefined;
      for (const [id, { kind }] of Object.entries(space)) {
        const text = candidate[id]!;
        if (kind !== "text" || text === baseline[id]) continue;
        const { leak, copies } = judge(text);
        if (leak)
          return {
            leak: `component ${id} repeats a val or test row (${leakWords} words in a row, or the whole of a shorter input); held-out rows must stay unseen`,
            copiesTrain,
          };
        if (copies) copiesTrain ??= id;
      }
      return { leak: undefined, copiesTrain };
    },
  };
}

function holds(words: readonly number[], shingles: Shingles): boolean {
  for (const [length, known] of shingles) for (const hash of windows(words, length)) if (known.has(hash)) return true;
  return false;
}

function shinglesOf(rows: readonly ExampleRow[], into: Shingles): Shingles {
  const add = (length: number, hash: number): void => {
    let known = into.get(length);
    if (known === undefined) into.set(length, (known = new Set()));
    known.add(hash);
  };
  for (const row of rows) {
    for (const hash of windows(wordsOfRow([row.input, row.expected]), leakWords)) add(leakWords, hash);
    const whole = wordsOfRow(row.input);
    if (whole.length >= fewestWords && whole.length < leakWords)
      for (const hash of windows(whole, whole.length)) add(whole.length, hash);
  }
  return into;
}

/** The words of a row's texts, one text after the other: a copy that runs over two fields is found too. */
function wordsOfRow(value: unknown): number[] {
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

/** FNV-1a over each lower-cased word. */
function wordsOf(text: string): number[] {
  const hashes: number[] = [];
  for (const [word] of text.normalize("NFKC").toLowerCase().matchAll(wordPattern)) {
    let hash = 0x811c9dc5;
    for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
    hashes.push(hash >>> 0);
  }
  return hashes;
}

/** One hash per window of `length` words: a polynomial modulo a 50-bit range, exact in doubles. */
function* windows(words: readonly number[], length: number): Generator<number> {
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
