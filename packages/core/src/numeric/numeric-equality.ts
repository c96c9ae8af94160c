import { CultivarError } from "../ground/errors.ts";
import type { ExpectedOptions, ExpectedRow, HasField } from "../judging/metrics/field.ts";
import { expectedOf, fieldOf, show } from "../judging/metrics/field.ts";
import type { Metric, ScoreResult } from "../judging/metric.ts";
import { metric } from "../judging/metric.ts";
import { finalQuantity } from "./final-number.ts";
import type { NumberOptions, Quantity } from "./parse-number.ts";
import { parseQuantity } from "./parse-number.ts";
import { convert } from "./units.ts";

export interface NumericEqualityOptions<E> extends ExpectedOptions<E>, NumberOptions {
  /** Largest absolute difference, in the expected value's unit. Default 0. */
  readonly tolerance?: number;
  /** Largest difference as a share of the expected value. Default 1e-9: what rounding of doubles needs. */
  readonly relativeTolerance?: number;
  /**
   * `whole` (default): the text must be one number. `final`: the final answer of a worked solution, see
   * `finalNumber`.
   */
  readonly extract?: "whole" | "final";
  /**
   * `auto` (default): two different units are converted ("5 km" is "5000 m") and must fit; words that are no units
   * are ignored, and so is a unit that only one side has. `strict`: both sides must have units that fit, or both
   * none. `ignore`: numbers only.
   */
  readonly units?: "auto" | "strict" | "ignore";
}

/**
 * 1 when the field's number equals the expected one within tolerance, else 0. Both may be numbers or texts: thousands
 * separators, currency signs, percent, fractions, scientific notation and units are read (`parseQuantity`). Different
 * currencies differ. mathjs is loaded only when two different units meet. Throws a `metric` error when the expected
 * value holds no number.
 */
export function numericEquality<K extends string, E = ExpectedRow>(
  field: K,
  options: NumericEqualityOptions<E> = {},
): Metric<E, HasField<K>> {
  const name = `numericEquality(${field})`;
  const limits = [options.tolerance ?? 0, options.relativeTolerance ?? 1e-9] as const;
  if (!limits.every((limit) => Number.isFinite(limit) && limit >= 0)) {
    throw new CultivarError(
      "metric",
      `${name}: tolerances must be finite numbers of at least 0, got ${limits.join(" and ")}`,
    );
  }
  return metric(
    async ({ example, output }): Promise<ScoreResult> => {
      const raw = expectedOf(name, field, example, options);
      const expected = quantityOf(raw, options);
      if (expected === undefined) {
        throw new CultivarError(
          "metric",
          `${name}: the expected value ${show(raw)} holds no number; correct the row, or pass expected: (example) => number`,
        );
      }
      const given = fieldOf(output, field);
      const actual = quantityOf(given, options);
      const wanted = describe(expected);
      if (actual === undefined) {
        return {
          score: 0,
          feedback: `${field}: expected the number ${wanted}, got ${show(given)}: ${unreadable(given, options)}`,
        };
      }
      const matched = await inUnitOf(expected, actual, options.units ?? "auto");
      if (typeof matched === "string")
        return { score: 0, feedback: `${field}: expected ${wanted}, got ${describe(actual)}: ${matched}` };
      const difference = Math.abs(matched - expected.value);
      if (difference <= Math.max(limits[0], limits[1] * Math.abs(expected.value))) {
        return { score: 1, feedback: `${field}: correct (${describe(actual)})` };
      }
      return {
        score: 0,
        feedback: `${field}: expected ${wanted}, got ${describe(actual)}${miss(expected.value, matched)}`,
      };
    },
    { name, options },
  );
}

function quantityOf(value: unknown, options: NumericEqualityOptions<never>): Quantity | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? { value } : undefined;
  if (typeof value === "bigint") return { value: Number(value) };
  if (typeof value !== "string") return undefined;
  return options.extract === "final" ? finalQuantity(value, options) : parseQuantity(value, options);
}

/** The actual value in the expected one's unit, or why they cannot be compared. */
async function inUnitOf(
  expected: Quantity,
  actual: Quantity,
  units: "auto" | "strict" | "ignore",
): Promise<number | string> {
  if (expected.currency !== undefined && actual.currency !== undefined && expected.currency !== actual.currency) {
    return `the currency is wrong (${actual.currency} instead of ${expected.currency})`;
  }
  const [wanted, given] = [expected.unit, actual.unit];
  if (units === "ignore" || wanted === given) return actual.value;
  if (wanted === undefined || given === undefined) {
    if (units === "auto") return actual.value;
    return given === undefined ? `the unit is missing (${wanted})` : `no unit is wanted (${given})`;
  }
  const converted = await convert(actual.value, given, wanted);
  if ("value" in converted) return converted.value;
  if (converted.problem === "other-dimension") return `${given} cannot be converted to ${wanted}`;
  return units === "auto" ? actual.value : `${converted.unit} is no known unit, and the units differ`;
}

function describe({ value, unit, currency }: Quantity): string {
  return `${value}${currency === undefined ? "" : ` ${currency}`}${unit === undefined ? "" : ` ${unit}`}`;
}

function unreadable(given: unknown, options: NumericEqualityOptions<never>): string {
  if (typeof given !== "string") return "that is no number";
  if (options.extract === "final") return "there is no number in it";
  return finalQuantity(given, options) === undefined
    ? "there is no number in it"
    : "give the number alone, without words before it or a calculation";
}

/** The difference, and the kinds of slip that a prompt can prevent. */
function miss(expected: number, actual: number): string {
  const difference = Number((actual - expected).toPrecision(6));
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.abs(b);
  const text = ` (${difference > 0 ? "too high" : "too low"} by ${Math.abs(difference)})`;
  if (expected !== 0 && near(actual, -expected)) return `${text}: the sign is wrong`;
  const tens = Math.log10(actual / expected);
  if (Number.isFinite(tens) && Number.isInteger(Math.round(tens * 1e9) / 1e9))
    return `${text}: wrong by a power of ten`;
  return text;
}
