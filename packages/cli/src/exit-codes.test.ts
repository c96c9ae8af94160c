import { CultivarError } from "@cultivar/core";
import type { ErrorCode } from "@cultivar/core";
import { expect, test } from "vitest";
import { exitCodeOf } from "./exit-codes.ts";

test.each<[ErrorCode, number]>([
  ["config", 10],
  ["data", 10],
  ["metric", 10],
  ["artifact", 10],
  ["price-unknown", 10],
  ["missing-package", 10],
  ["stale", 1],
  ["run-ended", 3],
  ["auth", 20],
  ["quota", 20],
  ["transport", 20],
  ["journal", 30],
  ["locked", 30],
  ["storage", 30],
  ["aborted", 130],
])("%s exits %i", (code, exit) => expect(exitCodeOf(new CultivarError(code, ""))).toBe(exit));

test("anything else is a bug", () => expect(exitCodeOf(new TypeError("x"))).toBe(70));
