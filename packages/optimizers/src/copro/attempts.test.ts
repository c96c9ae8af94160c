import { describe, expect, test } from "vitest";
import type { Tried } from "./attempts.ts";
import { attemptsOf, scoreText } from "./attempts.ts";

const tried = (a: string, b: string, mean?: number): Tried => ({ candidate: { a, b }, mean });

describe("attempts", () => {
  test("are each text once with the best score of those that held it, the worst first", () => {
    const all = [tried("a0", "b0", 0.3), tried("a1", "b0", 0.5), tried("a2", "b0", 0.2), tried("a1", "b1", 0.7)];
    expect(attemptsOf(all, "a")).toEqual([
      { text: "a2", score: 0.2 },
      { text: "a0", score: 0.3 },
      { text: "a1", score: 0.7 },
    ]);
    expect(attemptsOf(all, "b")).toEqual([
      { text: "b0", score: 0.5 },
      { text: "b1", score: 0.7 },
    ]);
  });

  test("of equal scores have the first one last, as it is the incumbent", () => {
    const all = [tried("a0", "b", 0.5), tried("a1", "b", 0.5), tried("a2", "b", 0.5)];
    expect(attemptsOf(all, "a").map(({ text }) => text)).toEqual(["a2", "a1", "a0"]);
  });

  test("that could not be scored are the worst", () => {
    const all = [tried("a0", "b", -1), tried("a1", "b"), tried("a2", "b"), tried("a2", "b", 0)];
    expect(attemptsOf(all, "a").map(({ score }) => score)).toEqual([undefined, -1, 0]);
  });

  test("scores read as people write them", () => {
    expect([0.123456, 1, -0.5, undefined].map(scoreText)).toEqual([
      "scored 0.123",
      "scored 1",
      "scored -0.5",
      "could not be scored",
    ]);
  });
});
