import { describe, expect, test } from "vitest";
import { completing } from "./completing.ts";
import { deskOf } from "./fixtures/desk.ts";
import { member, poolOf } from "./fixtures/members.ts";

describe("completing", () => {
  const half = member([1, undefined], { quality: { mean: 0.9, variance: 0.01 } });
  const whole = member([0.5, 0.5]);
  test.each([
    ["waits for its steps", [whole, half], 1, 0],
    ["comes before all others then", [whole, half], 2, Number.POSITIVE_INFINITY],
    ["comes at one step only", [whole, half], 3, 0],
    ["has nothing to do when the leader was seen on all of val", [whole], 9, 0],
    ["leaves those alone that are not the leader", [member([1, 1]), half], 9, 0],
  ])("%s", (_, members, stale, urge) => {
    const desk = deskOf();
    expect(completing(2).urge(poolOf(members, { stale }), desk.study)).toBe(urge);
  });

  test.each([-3, 0.5, Number.NaN])("refuses %d steps", (steps) => {
    expect(() => completing(steps)).toThrow(/the steps of completing must be a whole number of at least 0/);
  });

  test("scores the leader on the rows that it was not seen on, and proposes nothing", async () => {
    const desk = deskOf({ val: ["v0", "v1"], members: () => [whole, half] });
    const { draft, seen } = await completing(2).propose(desk);
    expect(draft).toBeUndefined();
    expect(desk.study.asks).toMatchObject([{ split: "val", ids: ["v1"] }]);
    expect(seen).toMatchObject([{ place: 1, split: "val", rows: [{ id: "v1", score: 1 }] }]);
    // no more than the pass over val that is reserved for a draft
    expect(completing(2).cost(desk.study)).toBe(0);
  });
});
