import { describe, expect, test } from "vitest";
import type { Standing } from "./rows.ts";
import { fullRows, halving } from "./rows.ts";

const at = (asked: number, mean: number, open = true): Standing => ({ asked, mean: () => mean, open });

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

  test("the best half of a level goes up, once, and the highest level first", () => {
    const levels = [6, 12, 24];
    const trials = [at(24, 0.5), at(6, 0.9), at(6, 0.2), at(12, 0.8), at(6, 0.7), at(12, 0.4)];
    // three reached 12 rows: the best one of them goes to 24; six reached 6: of their best three, 1 and 4 are still there
    expect(halving().promoted(trials, levels)).toEqual([3, 1, 4]);
  });

  test("nothing goes up from a level that fewer than two have reached, or that cannot win any more", () => {
    expect(halving().promoted([at(6, 1)], [6, 12])).toEqual([]);
    expect(halving().promoted([at(12, 0), at(6, 1, false)], [6, 12])).toEqual([]);
    expect(halving({ factor: 3 }).promoted([at(12, 0), at(6, 1)], [6, 12])).toEqual([]);
  });

  test("equals go up in the order in which they were first seen", () => {
    expect(halving().promoted([at(6, 1), at(6, 1), at(6, 1), at(6, 1)], [6, 12])).toEqual([0, 1]);
  });

  test("refuses options out of range", () => {
    expect(() => halving({ least: 0 })).toThrow(/least of halving must be a whole number of at least 1/);
    expect(() => halving({ factor: 1 })).toThrow(/factor of halving/);
  });
});

test("full rows promote nobody: everybody is there", () => {
  expect(fullRows.levels(50)).toEqual([50]);
  expect(fullRows.promoted([at(50, 1)], [50])).toEqual([]);
});
