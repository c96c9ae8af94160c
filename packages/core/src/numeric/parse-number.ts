import type { DecimalMark } from "./digits.ts";
import { readDigits } from "./digits.ts";

export interface NumberOptions {
  /**
   * The decimal mark. Without it each number decides by its own form ("1,234.5", "1.234,5", "1 234,5", "1,5",
   * "1.234.567"), and one that could be either ("1,234", "1.234") is read with a point as the decimal mark.
   */
  readonly decimal?: DecimalMark;
  /** What "50%" is: 0.5 (`fraction`, the default) or 50 (`number`). */
  readonly percent?: "fraction" | "number";
}

/** A number with what stood around it. */
export interface Quantity {
  readonly value: number;
  /** The words after the number, as written, spaces levelled: "km", "m/s", "duck eggs". */
  readonly unit?: string;
  /** ISO code where the sign has one ("$" is USD), else the sign itself. */
  readonly currency?: string;
}

const currencies: Readonly<Record<string, string>> = {
  $: "USD",
  us$: "USD",
  "€": "EUR",
  "£": "GBP",
  "¥": "JPY",
  "₹": "INR",
};
const code = "USD|EUR|GBP|JPY|INR|CNY|CHF|CAD|AUD";
const money = String.raw`(?:US)?\p{Sc}|(?:${code})(?![A-Za-z])`;
const magnitudes: Readonly<Record<string, number>> = { thousand: 1e3, million: 1e6, billion: 1e9, trillion: 1e12 };

/** Digits with separators: each separator stands between digits. A point may come first: ".5". */
const digits = String.raw`(?:\d+(?:[.,'’_ ]\d+)*\.?(?!\d)|\.\d+)`;
const grammar = new RegExp(
  [
    String.raw`^(?<sign>[+-]?)\s?(?<before>${money})?\s?(?<inner>[+-]?)`,
    String.raw`(?:(?<whole>\d+)\s(?<top>\d+)/(?<bottom>\d+)|(?<numerator>\d+)\s?/\s?(?<denominator>\d+)(?![\d.,])`,
    String.raw`|(?<digits>${digits})(?:[eE](?<exponent>[+-]?\d{1,3})(?![\d\p{L}])|\s?[x×*]\s?10\^?(?<power>\(?[+-]?\d{1,3}\)?))?)`,
    String.raw`(?:\s?(?<magnitude>thousand|million|billion|trillion)(?!\p{L}))?`,
    String.raw`\s?(?<after>${money})?\s?(?<percent>%|per ?cent(?!\p{L}))?(?<rest>.*)$`,
  ].join(""),
  "iu",
);

const vulgar = /(\d)?\s?([\u00BC-\u00BE\u2150-\u215E])/gu;
const superscripts = /[\u2070\u00B9\u00B2\u00B3\u2074-\u2079\u207A\u207B]+/gu;

/**
 * Levels the ways of writing one number: Unicode NFKC, minus signs, spaces, LaTeX dollar signs and commas, "1½" as "1
 * 1/2", "10⁵" as "10^5". Vulgar fractions and superscripts come first, because NFKC alone would turn "1½" into "11⁄2"
 * and "10⁵" into "105".
 */
export function levelNumberText(text: string): string {
  return text
    .replace(vulgar, (_all, before: string | undefined, fraction: string) => {
      const plain = fraction.normalize("NFKC").replace("\u2044", "/");
      return before === undefined ? plain : `${before} ${plain}`;
    })
    .replace(superscripts, (raised) => `^${raised.normalize("NFKC")}`)
    .normalize("NFKC")
    .replace(/[\u2212\u2010\u2011]/gu, "-")
    .replace(/\\(?=[$%])|\\[,!;]/gu, "")
    .replaceAll("{,}", ",")
    .replace(/\s+/gu, " ")
    .trim();
}

/**
 * Reads a text that is one number: sign, currency sign, thousands separators, decimals, scientific notation ("1.5e3",
 * "3 x 10^5"), fractions ("3/4", "1 1/2"), "2.5 million", percent, then any words, kept as `unit`. Undefined when the
 * text is anything else: words before the number, a second number after it, badly placed separators, a division by
 * zero. Nothing is evaluated.
 */
export function parseQuantity(text: string, options: NumberOptions = {}): Quantity | undefined {
  if (text.length > 200) return undefined;
  const found = grammar.exec(levelNumberText(text))?.groups;
  if (found === undefined || (found["sign"] !== "" && found["inner"] !== "")) return undefined;
  const size = magnitudeOf(found, options);
  // "5 km" is a quantity; "5 or 6", "3x + 2" and "10^2" are not.
  const unit = (found["rest"] ?? "")
    .trim()
    .replace(/[.,;:!]+$/u, "")
    .trim();
  if (size === undefined || /(?<!\^-?|\p{L})\d|^\^|[=+<>]/u.test(unit)) return undefined;
  const negative = found["sign"] === "-" || found["inner"] === "-";
  const sign = found["before"] ?? found["after"];
  return {
    value: negative ? -size : size,
    ...(unit !== "" && { unit }),
    ...(sign !== undefined && { currency: currencies[sign.toLowerCase()] ?? sign.toUpperCase() }),
  };
}

function magnitudeOf(found: Readonly<Record<string, string | undefined>>, options: NumberOptions): number | undefined {
  let size: number | undefined;
  if (found["bottom"] !== undefined) {
    size = Number(found["whole"]) + Number(found["top"]) / Number(found["bottom"]);
  } else if (found["denominator"] !== undefined) {
    size = Number(found["numerator"]) / Number(found["denominator"]);
  } else {
    const plain = readDigits(found["digits"] ?? "", options.decimal);
    const power = found["exponent"] ?? found["power"]?.replaceAll(/[()]/g, "");
    // Through text, so that "1.1e2" is the nearest double and not 1.1 * 100.
    size = plain === undefined ? undefined : Number(power === undefined ? plain : `${plain}e${Number(power)}`);
  }
  if (size === undefined || !Number.isFinite(size)) return undefined;
  if (found["magnitude"] !== undefined) size *= magnitudes[found["magnitude"].toLowerCase()]!;
  return found["percent"] !== undefined && options.percent !== "number" ? size / 100 : size;
}

/**
 * The number in a text that is one number, whatever stands around it (see {@link parseQuantity}); undefined for any
 * other text.
 */
export function parseNumber(text: string, options: NumberOptions = {}): number | undefined {
  return parseQuantity(text, options)?.value;
}
