/**
 * Numbers in text and their comparison: `@cultivar/core/numeric`. mathjs, an optional peer, is loaded when units
 * meet.
 */
export type { DecimalMark } from "./digits.ts";
export { finalNumber, finalQuantity } from "./final-number.ts";
export type { NumericEqualityOptions } from "./numeric-equality.ts";
export { numericEquality } from "./numeric-equality.ts";
export type { NumberOptions, Quantity } from "./parse-number.ts";
export { parseNumber, parseQuantity } from "./parse-number.ts";
