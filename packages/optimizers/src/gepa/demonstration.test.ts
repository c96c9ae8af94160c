import { decodeDemos, encodeDemos } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { examples } from "../fixtures/fake-study.ts";
import { demonstration } from "./demonstration.ts";
import type { DeskOptions } from "./fixtures/desk.ts";
import { deskOf } from "./fixtures/desk.ts";
import { member } from "./fixtures/members.ts";
import { luck } from "./urges.ts";
import { currentBest } from "./parents.ts";

const move = demonstration({ parents: currentBest, most: 4 });
const proposed = async (options: DeskOptions = {}) => {
  const desk = deskOf({ train: examples(10), ...options });
  const found = await move.propose(desk);
  return {
    desk,
    found,
    sources:
      found.draft === undefined ? [] : decodeDemos(found.draft.candidate["m.demos"]!).rows.map(({ source }) => source),
  };
};

describe("demonstration", () => {
  test("shows labelled train rows, at most so many, each once, and changes nothing else", async () => {
    for (let step = 0; step < 20; step++) {
      const { desk, found, sources } = await proposed({ step });
      expect([2, 4]).toContain(sources.length);
      expect(new Set(sources).size).toBe(sources.length);
      expect(found.draft!.candidate["m.instructions"]).toBe(desk.study.baseline["m.instructions"]);
      expect(desk.study.asks).toEqual([]);
    }
  });

  test("rows that the parent fails come first", async () => {
    const failing = new Map([
      ["r3", 0],
      ["r7", 0],
      ["r1", 1],
    ]);
    for (let step = 0; step < 10; step++) {
      const { sources } = await proposed({
        step,
        members: ({ baseline }) => [member([0], { candidate: baseline, train: failing })],
      });
      expect(sources).toEqual(expect.arrayContaining(["r3", "r7"]));
    }
  });

  test("half of the draws keep the demos that are there, as far as there is room", async () => {
    const kept: boolean[] = [];
    const own = { input: { q: "own" }, output: { a: "own" }, source: "own" };
    for (let step = 0; step < 40; step++) {
      const { sources } = await proposed({
        step,
        members: ({ baseline }) => [
          member([0], { candidate: { ...baseline, "m.demos": encodeDemos({ rows: [own] }) } }),
        ],
      });
      expect(sources.length).toBeLessThanOrEqual(4);
      kept.push(sources.includes("own"));
    }
    const share = kept.filter(Boolean).length / 40;
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.6);
  });

  test("where no label fits, the parent's own right runs are shown, and it costs no more than it says", async () => {
    const train = examples(10).map(({ id, input }) => ({ id, input, expected: "something else" }));
    const { desk, sources } = await proposed({
      train,
      score: (_candidate, id) => Number(["r1", "r2", "r5"].includes(id)),
    });
    const asked = desk.study.asks.flatMap(({ ids }) => ids);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.length).toBeLessThanOrEqual(move.cost(desk.study));
    expect(sources.every((source) => ["r1", "r2", "r5"].includes(source!))).toBe(true);
    const none = await proposed({ train, score: () => 0 });
    expect(none.found.draft).toBeUndefined();
  });

  test("is tested on rows that its parent was seen on, once it failed some", async () => {
    const seen = new Map(Array.from({ length: 8 }, (_, i) => [`r${i}`, Number(i > 4)]));
    const { desk, found } = await proposed({
      members: ({ baseline }) => [member([0], { candidate: baseline, train: seen })],
      score: () => 1,
    });
    const trial = await found.draft!.test!();
    expect(trial.refusal).toBeUndefined();
    const ids = desk.study.asks.flatMap((ask) => ask.ids);
    expect(ids.every((id) => seen.has(id))).toBe(true);
    expect(ids.length).toBeLessThanOrEqual(move.cost(desk.study));
    const worse = await proposed({
      members: ({ baseline }) => [member([0], { candidate: baseline, train: seen })],
      score: () => 0,
    });
    expect((await worse.found.draft!.test!()).refusal).toBeDefined();
    expect((await proposed()).found.draft!.test).toBeUndefined();
  });

  test("wants no step without demos in the space, and none before the first reflection", () => {
    const desk = deskOf();
    const shown = new Map([["r0", 1]]);
    const { "m.instructions": instructions } = desk.study.space;
    const bare = deskOf({ space: { "m.instructions": instructions! } });
    expect(move.urge(desk.pool, desk.study)).toBe(0);
    expect(move.urge({ ...desk.pool, shown }, desk.study)).toBeGreaterThan(0);
    expect(move.urge({ ...bare.pool, shown }, bare.study)).toBe(0);
  });

  test("refuses to show nothing", () =>
    expect(() => demonstration({ parents: currentBest, most: 0 })).toThrow(/the most demos/));
});

test("luck is 1 untried, falls with tries in vain, and never to 0", () => {
  expect(luck(undefined)).toBe(1);
  expect(luck({ tries: 3, wins: 3 })).toBe(1);
  expect(luck({ tries: 3, wins: 1 })).toBe(0.5);
  expect(luck({ tries: 1000, wins: 0 })).toBeGreaterThan(0);
});
