/** What stands between whole and fraction. */
export type DecimalMark = "." | ",";

// Groups of three, or India's groups of two before the last three; never starting with a zero.
const western = /^[1-9]\d{0,2}(?:_\d{3})+$/;
const indian = /^[1-9]\d?(?:_\d{2})*_\d{3}$/;

/**
 * Digits with separators as plain digits with at most one point, ready for `Number`. Without `decimal` the form
 * decides, and where it cannot ("1,234", "1.234") the point is the decimal mark. Undefined for badly placed
 * separators: "1,23,4", "1.234.5".
 */
export function readDigits(text: string, decimal?: DecimalMark): string | undefined {
  const trimmed = text.endsWith(".") ? text.slice(0, -1) : text;
  const mark = decimal ?? decimalMarkOf(trimmed);
  const at = trimmed.lastIndexOf(mark);
  const whole = at === -1 ? trimmed : trimmed.slice(0, at);
  const fraction = at === -1 ? "" : trimmed.slice(at + 1);
  if (!/^\d*$/.test(fraction) || (whole === "" && fraction === "")) return undefined;
  const separators = new Set(whole.replaceAll(/\d/g, ""));
  if (separators.size > 1 || separators.has(mark)) return undefined;
  if (separators.size === 1) {
    const grouped = whole.replaceAll(/\D/g, "_");
    if (!western.test(grouped) && !indian.test(grouped)) return undefined;
  }
  const plain = whole.replaceAll(/\D/g, "");
  return `${plain === "" ? "0" : plain}${fraction === "" ? "" : `.${fraction}`}`;
}

/** The decimal mark that a number's own form tells; "." where it tells nothing. */
function decimalMarkOf(text: string): DecimalMark {
  const points = text.split(".").length - 1;
  const commas = text.split(",").length - 1;
  if (points > 0 && commas > 0) return text.lastIndexOf(",") > text.lastIndexOf(".") ? "," : ".";
  // Two of a kind can only separate thousands.
  if (points > 1) return ",";
  if (commas !== 1) return ".";
  const [whole = "", fraction = ""] = text.split(",");
  // "1 234,5": another separator groups the thousands. "1,5", "0,123": no group of three after 1 to 999.
  const grouping = fraction.length === 3 && /^[1-9]\d{0,2}$/.test(whole);
  return grouping ? "." : ",";
}
