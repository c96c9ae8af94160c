import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readDigits } from "./digits.ts";
import { parseNumber, parseQuantity } from "./parse-number.ts";

describe("parseNumber", () => {
  test.each<[string, number | undefined]>([
    ["18", 18],
    ["-18", -18],
    ["+18", 18],
    ["−18", -18],
    [" 18. ", 18],
    [".5", 0.5],
    ["0.50", 0.5],
    ["1,234", 1234],
    ["1.234", 1.234],
    ["1,234.5", 1234.5],
    ["1.234,5", 1234.5],
    ["1 234,5", 1234.5],
    ["1\u00A0234\u202F567", 1234567],
    ["1'234.50", 1234.5],
    ["12,34,567", 1234567],
    ["1,234,567", 1234567],
    ["1.234.567", 1234567],
    ["1,5", 1.5],
    ["0,123", 0.123],
    ["1,23,4", undefined],
    ["1,2345,678", undefined],
    ["1.234.56", undefined],
    ["0,123,456", undefined],
    ["1,234.567,8", undefined],
    ["$1,234.50", 1234.5],
    ["-$5", -5],
    ["$-5", -5],
    ["-$-5", undefined],
    ["5 €", 5],
    ["US$ 7", 7],
    ["EUR 7", 7],
    ["\\$18", 18],
    ["1{,}000", 1000],
    ["50%", 0.5],
    ["12.5 percent", 0.125],
    ["3/4", 0.75],
    ["1 1/2", 1.5],
    ["-1 1/2", -1.5],
    ["½", 0.5],
    ["1½", 1.5],
    ["1/0", undefined],
    ["1e3", 1000],
    ["1.5E-3", 0.0015],
    ["3 x 10^5", 3e5],
    ["3×10⁵", 3e5],
    ["1.1e2", 110],
    ["10²", undefined],
    ["1e999", undefined],
    ["2.5 million", 2.5e6],
    ["18 eggs", 18],
    ["１８", 18],
    ["", undefined],
    ["eggs", undefined],
    ["the answer is 18", undefined],
    ["18 or 20", undefined],
    ["3x + 2 = 5", undefined],
    ["9 = 9", undefined],
    ["NaN", undefined],
    ["Infinity", undefined],
    ["zeros(1e9)", undefined],
    ["0x10", undefined],
    [`1${"0".repeat(300)}`, undefined],
  ])("%j is %s", (text, value) => {
    expect(parseNumber(text)).toBe(value);
  });

  test.each<[string, "." | ",", number | undefined]>([
    ["1.234", ",", 1234],
    ["1.234", ".", 1.234],
    ["1,234", ",", 1.234],
    ["1,234", ".", 1234],
    ["1,5", ".", undefined],
    ["1.234,5", ".", undefined],
    ["1 234,5", ",", 1234.5],
  ])("%j with decimal %j is %s", (text, decimal, value) => {
    expect(parseNumber(text, { decimal })).toBe(value);
  });

  test("percent as a number", () => {
    expect(parseNumber("60%", { percent: "number" })).toBe(60);
  });

  test.each([
    ["5 km", { value: 5, unit: "km" }],
    ["9.81 m/s²", { value: 9.81, unit: "m/s^2" }],
    ["3 m^2", { value: 3, unit: "m^2" }],
    ["$5 per hour", { value: 5, unit: "per hour", currency: "USD" }],
    ["5 GBP", { value: 5, currency: "GBP" }],
    ["£5", { value: 5, currency: "GBP" }],
    ["20 °C", { value: 20, unit: "°C" }],
    ["3 duck eggs.", { value: 3, unit: "duck eggs" }],
  ])("%j keeps what stands around the number", (text, quantity) => {
    expect(parseQuantity(text)).toEqual(quantity);
  });

  test("reads back every finite number that JavaScript prints", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }), (value) => {
        expect(parseNumber(String(value), { decimal: "." })).toBe(value === 0 ? parseNumber(String(value)) : value);
      }),
    );
  });

  test("reads back grouped numbers of English and German print", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 10 ** 12 }), fc.integer({ min: 0, max: 99 }), (whole, cents) => {
        const value = Number(`${whole}.${String(cents).padStart(2, "0")}`);
        const english = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2 }).format(value);
        const german = new Intl.NumberFormat("de-DE", { minimumFractionDigits: 2 }).format(value);
        expect(parseNumber(english)).toBe(value);
        expect(parseNumber(german)).toBe(value);
      }),
    );
  });

  test("answers at once on any text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("1", ",", ".", " ", "-", "/", "e", "x", "$", "%", "a"), maxLength: 400 }),
        (text) => {
          const value = parseNumber(text);
          expect(value === undefined || Number.isFinite(value)).toBe(true);
        },
      ),
    );
  });
});

test("readDigits refuses mixed separators", () => {
  expect(readDigits("1'234 567")).toBeUndefined();
  expect(readDigits("1'234'567")).toBe("1234567");
});
