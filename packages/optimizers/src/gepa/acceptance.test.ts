import type { Row } from "@cultivar/core";
import { expect, test } from "vitest";
import { gainOf, holds, improves } from "./acceptance.ts";

const rows = (...scores: readonly (number | undefined)[]): readonly Row[] =>
  scores.map((score, i) => ({ id: `r${i}`, ...(score !== undefined && { score }) }));

test.each([
  ["a rise", rows(0, 0, 1), rows(1, 0, 1), 1, 3, true, true],
  ["a fall", rows(1, 0, 1), rows(0, 0, 1), -1, 3, false, false],
  ["a tie", rows(1, 0), rows(0, 1), 0, 2, false, true],
  ["a tie but for rounding", rows(0, 0, 0.3), rows(0.1, 0.2, 0), 0, 3, false, true],
  ["an unscored row on either side", rows(0, undefined, 0), rows(1, 1, undefined), 1, 1, true, true],
  ["no row on both sides", rows(undefined, 0), rows(1, undefined), Number.NaN, 0, false, false],
  ["no row at all", rows(), rows(), Number.NaN, 0, false, false],
])("%s", (_, before, after, sum, count, rose, held) => {
  expect(gainOf(before, after)).toEqual({ sum, rows: count });
  expect(improves.accepts(before, after)).toBe(rose);
  expect(holds.accepts(before, after)).toBe(held);
});
