import type { Candidate, ComponentId, Space } from "../values/component.ts";
import type { Example } from "../values/example.ts";
import { demoLeaks } from "./demo-leaks.ts";
import type { PreparedData } from "./prepare-data.ts";
import type { Shingles } from "./shingles.ts";
import { leakWords, shinglesOf, shinglesOfRow, shinglesOfText, windows, wordsOf, wordsOfRow } from "./shingles.ts";

/** Keeps held-out rows out of proposed texts. */
export interface LeakGuard {
  /** Why a candidate leaks held-out rows, or undefined; and the component whose text repeats a train row, if one does. */
  check(candidate: Candidate): {
    readonly leak: string | undefined;
    readonly copiesTrain: ComponentId | undefined;
  };
  /** What to tell the user of words of held-out rows that stand in the baseline already: one remark per component. */
  ownWords(): readonly string[];
}

type Splits = Pick<PreparedData, "train" | "val" | "test">;

/**
 * Guards the free-text components of a space against 12 or more consecutive words of a val or test row (of a shorter
 * row: its whole input, from 3 words on) that occur nowhere in train. What the baseline's text of the same component
 * holds is not proposed: the user put it there, and keeping it tells nothing new. Of a sequence that it holds only in
 * part, every 12 words that it does not hold still leak. Of demo sets, no demo may have a held-out row's whole input as
 * its own, or 12 of its words in its output. Built at the first check; linear in the data's words.
 */
export function leakGuard(space: Space, baseline: Candidate, { train, val, test }: Splits): LeakGuard {
  const texts = Object.keys(space).filter((id) => space[id]!.kind === "text");
  const demos = Object.keys(space).filter((id) => space[id]!.kind === "demos");
  const inDemos = demoLeaks([...val, ...test], train);
  const own = new Map(texts.map((id) => [id, shinglesOfText(baseline[id]!)]));
  let built: { readonly held: Shingles; readonly train: Shingles } | undefined;
  const build = (): { readonly held: Shingles; readonly train: Shingles } =>
    (built ??= { held: onlyHeldOut([...val, ...test], train), train: shinglesOf(train) });
  const judge = remembered((id, text) => {
    const words = wordsOf(text);
    return { leak: holds(words, build().held, own.get(id)), copies: holds(words, build().train) };
  });
  const judgeDemos = remembered((id, set) => inDemos.holds(set, build().held.get(leakWords), baseline[id]!));
  return {
    check(candidate) {
      let copiesTrain: ComponentId | undefined;
      for (const id of texts) {
        const text = candidate[id]!;
        if (text === baseline[id]) continue;
        const { leak, copies } = judge(id, text);
        if (leak)
          return {
            leak: `component ${id} repeats a val or test row (${leakWords} words in a row, or the whole of a shorter input); held-out rows must stay unseen`,
            copiesTrain,
          };
        if (copies) copiesTrain ??= id;
      }
      for (const id of demos)
        if (candidate[id] !== baseline[id] && judgeDemos(id, candidate[id]!))
          return {
            leak: `component ${id} shows a val or test row (its whole input as a demo's, or ${leakWords} words of it in a demo's output); held-out rows must stay unseen, take demos from study.train`,
            copiesTrain,
          };
      return { leak: undefined, copiesTrain };
    },
    ownWords: () => ownWords(own, { train, val, test }),
  };
}

/** The same answer for the same value: most asks bring candidates that were seen before. */
function remembered<T>(judge: (id: ComponentId, value: string) => T): (id: ComponentId, value: string) => T {
  const known = new Map<ComponentId, Map<string, T>>();
  return (id, value) => {
    const ofId = known.get(id) ?? new Map<string, T>();
    known.set(id, ofId);
    if (!ofId.has(value)) ofId.set(value, judge(id, value));
    return ofId.get(value)!;
  };
}

/** Shingles of held-out rows that occur nowhere in train. */
function onlyHeldOut(heldOut: readonly Example[], train: readonly Example[]): Shingles {
  const held = shinglesOf(heldOut);
  removeThose(held, train);
  return held;
}

/** Takes out of `held` what occurs anywhere in the rows. */
function removeThose(held: ReadonlyMap<number, Set<number>>, rows: readonly Example[]): void {
  for (const row of rows) {
    const words = wordsOfRow(row);
    for (const [length, hashes] of held) for (const hash of windows(words, length)) hashes.delete(hash);
  }
}

/** Whether one of the sequences stands among `words`, those in `except` aside. */
function holds(words: readonly number[], shingles: Shingles, except?: Shingles): boolean {
  for (const [length, known] of shingles) {
    const free = except?.get(length);
    for (const hash of windows(words, length)) if (known.has(hash) && free?.has(hash) !== true) return true;
  }
  return false;
}

/** Looks the other way round, for the few words of the prompts in the rows: nothing need be built of the data. */
function ownWords(own: ReadonlyMap<ComponentId, Shingles>, { train, val, test }: Splits): readonly string[] {
  const heldOut = [...val.map((row) => ["val", row] as const), ...test.map((row) => ["test", row] as const)];
  const shared = new Map<number, Set<number>>();
  for (const [, row] of heldOut)
    for (const [length, hash] of shinglesOfRow(row))
      if ([...own.values()].some((shingles) => shingles.get(length)!.has(hash)))
        shared.set(length, (shared.get(length) ?? new Set()).add(hash));
  if (shared.size > 0) removeThose(shared, train);
  return [...own].flatMap(([id, shingles]) => {
    const stands = ([length, hash]: readonly [number, number]): boolean =>
      shared.get(length)?.has(hash) === true && shingles.get(length)!.has(hash);
    const found = heldOut.filter(([, row]) => shared.size > 0 && [...shinglesOfRow(row)].some(stands));
    return found.length === 0 ? [] : [ownRemark(id, found)];
  });
}

function ownRemark(id: ComponentId, rows: readonly (readonly [split: string, row: Example])[]): string {
  const [split, row] = rows[0]!;
  const others = rows.length === 1 ? "" : ` and of ${rows.length - 1} more`;
  return `${id} already holds words of ${split} row ${row.id}${others} that occur nowhere in train (${leakWords} in a row, or the whole of a shorter input); proposals may keep them, but the score on such a row flatters: reword ${id}, or move the row to train`;
}
