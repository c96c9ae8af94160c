import type { ComponentSpec, Example } from "@cultivar/core";
import { wholeNumber } from "../demos/limits.ts";
import type { Rewrite } from "./reply.ts";
import { textsOf, wordsOf } from "./words.ts";

/** A text that need not be proposed again: it was turned down before, or it is among the values already. */
export interface RefusedText {
  readonly text: string;
  readonly why: string;
  /** It is told apart but never shown to a proposer: it held words of held-out rows, say. */
  readonly withheld?: true;
}

/** What a proposed text is checked against. */
export interface Against {
  /** The text that it is to replace. */
  readonly current: string;
  readonly spec: ComponentSpec;
  readonly refused: readonly RefusedText[];
  /** The train rows that its proposer was shown. */
  readonly shown: readonly Example[];
}

/** One thing that is looked at before a proposed text costs an evaluation. Pure. */
export interface Check {
  /** With its settings: part of the run's fingerprint. */
  readonly name: string;
  /** What the proposer is told of it beforehand, as a clause in the imperative; undefined when there is nothing to say. */
  asks?(against: Against): string | undefined;
  /** What is wrong with a text, as a clause; undefined when nothing is. The proposer and the user read it. */
  problem(text: string, against: Against): string | undefined;
}

/** The very text that it is to replace. */
export const unchanged: Check = {
  name: "unchanged",
  problem: (text, { current }) => (text.trim() === current.trim() ? "the text is unchanged" : undefined),
};

/** The text that it is to replace, but for punctuation, case and white space. */
export const restated: Check = {
  name: "restated",
  problem: (text, { current }) =>
    folded(text) === folded(current)
      ? "the text differs from the present one in punctuation, case or white space at most"
      : undefined,
};

/** A text that need not be proposed again, but for punctuation, case and white space. */
export const repeated: Check = {
  name: "repeated",
  problem(text, { refused }) {
    const same = folded(text);
    const known = refused.findLast((one) => folded(one.text) === same);
    if (known === undefined) return undefined;
    const why = known.withheld === true ? "" : ` (${known.why})`;
    return `the text says the same as an earlier one${why}`;
  },
};

/** Placeholders such as {name} that it no longer holds: what fills them in would find no place. */
export const placeholders: Check = {
  name: "placeholders",
  asks({ current }) {
    const names = placeholdersOf(current);
    return names.length === 0 ? undefined : `keep the placeholders ${names.join(", ")} as they are`;
  },
  problem(text, { current }) {
    const lost = placeholdersOf(current).filter((one) => !text.includes(one));
    return lost.length === 0 ? undefined : `the text has lost the placeholders ${lost.join(", ")}`;
  },
};

/**
 * `words` consecutive words of one train row that its proposer was shown, in its input or expected output, that the
 * present text does not hold: they help that row and no other. What stands in several of the rows is a convention of
 * the data and may be said. Held-out rows are not known here: core refuses their words later. Throws a `config` error
 * unless `words` is a whole number of at least 1.
 */
export function copied(words = 12): Check {
  wholeNumber("hygiene", "words of copied", words, 1);
  return {
    name: `copied(${words})`,
    problem(text, { current, shown }) {
      const found = [...runsOf(wordsOf(text), words)];
      if (found.length === 0) return undefined;
      const own = new Set(runsOf(wordsOf(current), words));
      const rows = new Map<string, number>();
      for (const { input, expected } of shown)
        for (const run of new Set([...textsOf([input, expected])].flatMap((one) => [...runsOf(wordsOf(one), words)])))
          rows.set(run, (rows.get(run) ?? 0) + 1);
      const copy = found.find((run) => rows.get(run) === 1 && !own.has(run));
      return copy === undefined ? undefined : `the text copies a training example (${JSON.stringify(copy)})`;
    },
  };
}

export interface LengthLimit {
  /** From 1. Default 8,000, some 2,000 tokens: the published winners have 1,280 on average (artifact of GEPA's paper). */
  readonly maxChars?: number;
  /** So many times the initial text may be written at least, from 1. Default 3. */
  readonly times?: number;
}

/**
 * More characters than `maxChars` and than `times` the length of the component's initial text; the present text's length
 * is always allowed. Against the initial text and not the present one, since a limit that follows its text does not hold.
 * Throws `config` errors unless both are whole numbers of at least 1.
 */
export function overlong({ maxChars = 8000, times = 3 }: LengthLimit = {}): Check {
  wholeNumber("hygiene", "maxChars of overlong", maxChars, 1);
  wholeNumber("hygiene", "times of overlong", times, 1);
  const limitOf = ({ current, spec }: Against): number =>
    Math.max(maxChars, times * spec.initial.length, current.length);
  return {
    name: `overlong(${maxChars}, ${times})`,
    asks: (against) => `write ${limitOf(against)} characters at most`,
    problem(text, against) {
      const limit = limitOf(against);
      return text.length <= limit ? undefined : `the text has ${text.length} characters, ${limit} are allowed`;
    },
  };
}

/** What the component itself does not allow. */
export const disallowed: Check = {
  name: "disallowed",
  problem: (text, { spec }) => spec.reject?.(text),
};

/** All checks, with their defaults. */
export const hygiene: readonly Check[] = [
  unchanged,
  restated,
  repeated,
  placeholders,
  copied(),
  overlong(),
  disallowed,
];

/** What the published algorithm needs: a new text that the component allows. */
export const plainChecks: readonly Check[] = [unchanged, disallowed];

/** A proposed text, or the first thing that is wrong with it. What was rejected before stays so. */
export function checked(found: Rewrite, against: Against, checks: readonly Check[]): Rewrite {
  if ("rejected" in found) return found;
  for (const check of checks) {
    const problem = check.problem(found.text, against);
    if (problem !== undefined) return { rejected: problem };
  }
  return found;
}

/**
 * A text without what says nothing: bullets, quotes and emphasis around words, stops and commas after words, and case. What
 * may be a format that the text asks for stays: signs that stand alone or in quotes, and those within words and numbers.
 */
function folded(text: string): string {
  return text
    .normalize("NFKC")
    .replaceAll(/[\u2018\u2019]/g, "'")
    .replaceAll(/[\u201C\u201D]/g, '"')
    .replaceAll(/[\u2010-\u2015]/g, "-")
    .replaceAll(/^[ \t]*[-*\u2022][ \t]+/gm, "")
    .replaceAll(/(?<=[\p{L}\p{N}}\])][*_"'`]*)[.,;:!?]+(?=[*_"'`]*(?:\s|$))/gu, "")
    .replaceAll(/(?<![^\s(])["'`*]+(?=[\p{L}\p{N}{[(])|(?<=[\p{L}\p{N}}\])])["'`*]+(?![^\s).,;:!?])/gu, "")
    .toLowerCase()
    .replaceAll(/\s+/g, " ")
    .trim();
}

function placeholdersOf(text: string): readonly string[] {
  return [...new Set(text.match(/\{[\p{L}_][\p{L}\p{N}_.-]*\}/gu))];
}

/** Every `length` consecutive words. */
function* runsOf(words: readonly string[], length: number): Generator<string> {
  for (let from = 0; from + length <= words.length; from++) yield words.slice(from, from + length).join(" ");
}
