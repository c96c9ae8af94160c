import { expect, test } from "vitest";
import { ablation } from "./ablation.ts";
import { deskOf } from "./fixtures/desk.ts";
import { member, poolOf } from "./fixtures/members.ts";
import { currentBest } from "./parents.ts";

const space = { "m.instructions": { kind: "text" as const, initial: "Answer.", role: "the instructions of m" } };
const texts = ["Answer.\n- One.\n\n- Two.", "Answer.\n- One.\n", "Answer.\n\n- Two."];
const longest = member([1, 1], { candidate: { "m.instructions": texts[0]! } });
const move = ablation({ parents: currentBest });

test("takes one line away, never the first, and none whose absence was tried", async () => {
  const found = new Set<string>();
  for (let step = 0; step < 30; step++) {
    const { draft } = await move.propose(deskOf({ space, step, members: () => [longest] }));
    expect(draft).toMatchObject({ parents: [0], component: "m.instructions" });
    found.add(draft!.candidate["m.instructions"]!);
  }
  expect(found).toEqual(new Set(["Answer.\n\n- Two.", "Answer.\n- One.\n"]));
  const others = texts.slice(1).map((text) => member([0, 0], { candidate: { "m.instructions": text } }));
  expect(await move.propose(deskOf({ space, members: () => [longest, ...others] }))).toEqual({});
});

test("waits for a second member, and expects a little of a shorter text", async () => {
  const desk = deskOf({ space, members: () => [longest] });
  expect(move.urge(poolOf([longest]), desk.study)).toBe(0);
  expect(move.urge(poolOf([longest, longest]), desk.study)).toBeGreaterThan(0);
  const { draft } = await move.propose(desk);
  expect((await draft!.test!()).promise!.mean).toBeGreaterThan(0);
});
