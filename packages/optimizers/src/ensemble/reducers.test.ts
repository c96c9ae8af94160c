import { describe, expect, test } from "vitest";
import { majorityVote, meanOf } from "./reducers.ts";

describe("majorityVote", () => {
  const a1 = { queue: "a", reasoning: "1" };
  const a2 = { queue: "a", reasoning: "2" };
  const b1 = { queue: "b", reasoning: "1" };
  test.each([
    ["the only one", ["queue"], [b1], b1],
    ["the first of the largest group", ["queue"], [b1, a1, a2], a1],
    ["of a tie, the group that appeared first", ["queue"], [b1, a1], b1],
    ["whole outputs, without fields", [], [a1, b1, { ...b1 }], b1],
    ["several fields together", ["queue", "reasoning"], [a2, a1, b1, { ...a1 }], a1],
    ["a field that is missing", ["queue"], [{ queue: undefined, reasoning: "" }, a1, a2], a1],
  ] as const)("takes %s", (_, fields, outputs, expected) => {
    expect(majorityVote<"queue" | "reasoning">(...fields)(outputs)).toBe(expected);
  });
});

test("meanOf takes the first output with the mean of a field", () => {
  const outputs = [1, 2, 6].map((rating, i) => ({ rating, note: `note ${i}` }));
  expect(meanOf("rating")(outputs)).toEqual({ rating: 3, note: "note 0" });
});

test("reducers stand in fingerprints with what they were made of", () => {
  expect(String(majorityVote("queue"))).not.toBe(String(majorityVote("topic")));
  expect(String(meanOf("a"))).not.toBe(String(meanOf("b")));
});
