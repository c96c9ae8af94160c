import { describe, expect, test } from "vitest";
import { fullRows, halving, ladderOf, leastRowsOf, mostFailures } from "./rows.ts";

describe("halving", () => {
  test.each([
    [50, [6, 12, 24, 50]],
    [48, [6, 12, 24, 48]],
    [30, [6, 12, 30]],
    [8, [8]],
    [6, [6]],
    [3, [3]],
    [1, [1]],
  ])("%i rows have the levels %j", (rows, levels) => expect(halving().levels(rows)).toEqual(levels));

  test("refuses options out of range", () => {
    expect(() => halving({ least: 0 })).toThrow(/least of halving must be a whole number of at least 1/);
    expect(() => halving({ factor: 1 })).toThrow(/factor of halving/);
    expect(() => halving({ least: 2, failures: 6 })).toThrow(/failures of halving must be at most least, 2, got 6/);
    expect(() => halving({ failures: -1 })).toThrow(/failures of halving must be a whole number of at least 0/);
  });
});

test("full rows are one level", () => expect(fullRows.levels(50)).toEqual([50]));

test.each([
  [halving(), 50, 6],
  [halving(), 200, 6],
  [halving({ least: 10 }), 200, 10],
  [halving({ failures: 3 }), 50, 3],
  [halving({ failures: 0 }), 50, 0],
  [halving(), 16, 2],
  [halving(), 8, 0],
  [fullRows, 50, 0],
  [{ ...halving({ least: 2 }), failures: 6 }, 50, 2],
])("%j of %i val rows lets %i failures come first", (rows, val, most) => expect(mostFailures(rows, val)).toBe(most));

test("levels count the failures that come first", () => {
  expect(ladderOf(halving(), 50, 6)).toEqual({ levels: [6, 12, 24, 56], factor: 2 });
  expect(ladderOf(halving(), 50, 0)).toEqual({ levels: [6, 12, 24, 50], factor: 2 });
});

test("the least rows are enough for any number of failures", () => {
  expect([0, 1, 2].map((failures) => leastRowsOf(halving(), 16, failures))).toEqual([22, 22, 22]);
  expect(leastRowsOf(halving(), 50, 6)).toBe(18);
});
