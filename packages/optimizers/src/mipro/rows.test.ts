import { describe, expect, test } from "vitest";
import { fullRows, halving } from "./rows.ts";

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
  });
});

test("full rows are one level", () => expect(fullRows.levels(50)).toEqual([50]));
