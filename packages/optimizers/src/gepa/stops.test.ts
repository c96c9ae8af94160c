import { describe, expect, test } from "vitest";
import { member, poolOf } from "./fixtures/members.ts";
import { onPlateau, whenDry, whenLittleToGain, whenSolved } from "./stops.ts";

const solved = member([1, 1]);
const partly = member([1, undefined]);
const open = member([1, 0]);

describe("a search stops", () => {
  test.each([
    [
      "when dry, with the last reason",
      whenDry(3),
      poolOf([open], { idle: 3, idleWhy: "the reply is empty" }),
      /3 steps .* the reply is empty/,
    ],
    ["not before", whenDry(3), poolOf([open], { idle: 2 }), /^goes on$/],
    ["when every val row has the best score", whenSolved, poolOf([open, solved]), /best score/],
    ["not when only the rows seen so far have it", whenSolved, poolOf([open, partly]), /^goes on$/],
    ["on a plateau", onPlateau(5), poolOf([open], { stale: 5 }), /nothing better .* 5 steps/],
    ["not while better ones come", onPlateau(5), poolOf([open], { stale: 4 }), /^goes on$/],
    [
      "when little is to be gained",
      whenLittleToGain(0.1, 2),
      poolOf([open], { gains: [1, 0.1, 0] }),
      /gained 0.05 each/,
    ],
    ["not while much is", whenLittleToGain(0.1, 2), poolOf([open], { gains: [0, 0.1, 0.1] }), /^goes on$/],
    ["not before there are enough proposals", whenLittleToGain(0.1, 3), poolOf([open], { gains: [0, 0] }), /^goes on$/],
  ])("%s", (_, rule, pool, why) => {
    expect(rule.why(pool, 1) ?? "goes on").toMatch(why);
  });

  test("when solved, by rows: the mean of thirty scores of 0.7 is not 0.7", () => {
    const mean = Array.from({ length: 30 }, () => 0.7).reduce((sum, one) => sum + one, 0) / 30;
    expect(mean).toBeLessThan(0.7);
    expect(whenSolved.why(poolOf([member(Array.from({ length: 30 }, () => 0.7))]), 0.7)).toMatch(/best score/);
    expect(whenSolved.why(poolOf([member([undefined, undefined])]), 0.7)).toBeUndefined();
  });

  test("refuses a gain that is none", () => {
    for (const least of [Number.NaN, -0.1])
      expect(() => whenLittleToGain(least)).toThrow(/least gain .* at least 0, got/);
  });

  test("refuses counts below 1", () => {
    for (const make of [() => whenDry(0), () => onPlateau(0.5), () => whenLittleToGain(0.1, 0)])
      expect(make).toThrow(/must be a whole number of at least 1/);
  });
});
