import type { NumberOptions, Quantity } from "./parse-number.ts";
import { levelNumberText, parseQuantity } from "./parse-number.ts";

/**
 * How answers are announced, most explicit first: GSM8K's `#### 18`, LaTeX's `\boxed{18}`, `A: 18`, `the final answer
 * is 18`.
 */
const announcements: readonly RegExp[] = [
  /####\s*(.+)/gu,
  /\\boxed\{((?:[^{}]|\{[^{}]*\})*)\}/gu,
  /(?:^|\n)[^\S\n]*(?:\*\*)?A(?:\*\*)?:(?:\*\*)?\s*(.+)/gu,
  /\banswer(?:\*\*)?\s*(?::|=|\bis\b)(?:\*\*)?:?\s*(.+)/giu,
];

// A number inside running text: no spaces as separators, and no sign where a minus or a hyphen would stand ("9-4",
// "covid-19").
const sign = String.raw`(?<![\p{L}\d)])(?<![\d)]\s)`;
const inText = new RegExp(
  [
    String.raw`(?:(?<![\p{L}\d.])|(?<=\dx))(?:${sign}[+-])?(?:US)?\p{Sc}?\s?(?:${sign}-)?`,
    String.raw`(?:\d+\s\d+/\d+|\d+/\d+(?![\d/])|(?:\d+(?:[.,]\d+)*|\.\d+)(?:[eE][+-]?\d{1,3}(?![\p{L}\d])|\s?[x×*]\s?10\^[+-]?\d{1,3})?)`,
    String.raw`(?:\s?%)?(?:\s(?:thousand|million|billion|trillion)\b)?`,
  ].join(""),
  "giu",
);

/**
 * The final answer of a worked solution, with its unit: what the last announced answer says (`#### 18`, `\boxed{18}`,
 * a line `A: 18`, "the answer is 18"), else the last number in the text. Undefined when there is no number. Of an
 * announced answer in words the first number counts: "A: 18 eggs of 20" is 18. Texts over 100,000 characters are read
 * from their end.
 */
export function finalQuantity(text: string, options: NumberOptions = {}): Quantity | undefined {
  const tail = text.slice(-100_000);
  for (const announcement of announcements) {
    const answer = [...tail.matchAll(announcement)].at(-1)?.[1];
    if (answer === undefined) continue;
    // Up to the end of its sentence, without markup.
    const plain = answer.replaceAll(/\*\*|`|\\\(|\\\)|\\text\{[^}]*\}/gu, "").trim();
    const found = parseQuantity(plain, options) ?? numbersIn(plain, options)[0];
    if (found !== undefined) return found;
  }
  return numbersIn(tail, options).at(-1);
}

/** The final answer's number; see {@link finalQuantity}. */
export function finalNumber(text: string, options: NumberOptions = {}): number | undefined {
  return finalQuantity(text, options)?.value;
}

function numbersIn(text: string, options: NumberOptions): readonly Quantity[] {
  return [...levelNumberText(text).matchAll(inText)].flatMap(([token]) => {
    const found = parseQuantity(token, options);
    return found === undefined ? [] : [found];
  });
}
