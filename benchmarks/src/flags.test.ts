import { expect, test } from "vitest";
import { parseNames, parseSeeds, parseShares, parseWhole } from "./flags.ts";

test("seeds are numbers, lists and ranges", () => {
  expect(parseSeeds("3")).toEqual([3]);
  expect(parseSeeds("1, 2,5..7,2")).toEqual([1, 2, 5, 6, 7]);
  expect(parseSeeds("-1..1")).toEqual([-1, 0, 1]);
  for (const text of ["", "5..3", "a", "1.5", "1..", "1e99999"])
    expect(() => parseSeeds(text), `seeds ${text}`).toThrow(/--seeds: expected whole numbers/);
});

test("shares lie in [0, 1]", () => {
  expect(parseShares("0,0.1, 1")).toEqual([0, 0.1, 1]);
  expect(parseShares("0.1,-0,0,0.10")).toEqual([0.1, 0]);
  for (const text of ["", "2", "-0.1", "x", "0,"])
    expect(() => parseShares(text), `shares ${text}`).toThrow(/--noise: expected shares/);
});

test("whole numbers have a least", () => {
  expect(parseWhole("width", "3")).toBe(3);
  expect(parseWhole("width", "0", 0)).toBe(0);
  for (const text of ["", " ", "0", "-1", "1.5", "x", "1e99"])
    expect(() => parseWhole("width", text), `width ${text}`).toThrow(/--width: expected a whole number from 1, got/);
});

test("names are among those known", () => {
  expect(parseNames("worlds", "a, b", ["a", "b", "c"])).toEqual(["a", "b"]);
  expect(parseNames("worlds", "b,a,b", ["a", "b", "c"])).toEqual(["b", "a"]);
  expect(() => parseNames("worlds", "a,x", ["a", "b"])).toThrow('--worlds: expected some of a, b, got "x"');
});
