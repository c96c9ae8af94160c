import { describe, expect, test } from "vitest";
import { declared, layouts, meanScore, schemaLayout } from "../fixtures/layouts.ts";
import { best, testWorld } from "../fixtures/test-world.ts";
import { simulated } from "../simulated.ts";
import type { TrainingRow } from "../strength.ts";
import type { Output, WorldRow } from "../world.ts";
import { stanceOf, windows } from "../wording.ts";
import { houseDialect as world } from "./house-dialect.ts";

testWorld(world, { idle: "all" });

const rows = world.examples(1000, 61);
const texts = (output: Output): Record<string, string> =>
  Object.fromEntries(Object.entries(output).map(([name, value]) => [name, String(value)]));
const right = (row: WorldRow): TrainingRow => ({ module: "log", inputs: row.input, outputs: texts(row.expected) });
const habit = (row: WorldRow): TrainingRow => ({
  module: "log",
  inputs: row.input,
  outputs: texts(world.solve(row.input, () => false)),
});
const trainedOn = (trained: readonly TrainingRow[]): ReturnType<typeof simulated> =>
  simulated({ world, role: "student", trained });
const score = (trained: readonly TrainingRow[]): Promise<number> =>
  meanScore(world, trainedOn(trained), schemaLayout, declared(world), rows);

describe("prompts", () => {
  test("neither rules nor demos nor both change a single reply's score", async () => {
    const lm = simulated({ world, role: "student" });
    const demos = { log: world.examples(16, 62).map((row) => ({ input: row.input, output: row.expected })) };
    const before = await meanScore(world, lm, schemaLayout, declared(world), rows);
    for (const prompts of [best(world), { ...declared(world), demos }, { ...best(world), demos }])
      expect(await meanScore(world, lm, schemaLayout, prompts, rows)).toBe(before);
    expect(world.optimum.score).toBe(world.baseline.score);
  });
});

describe("training", () => {
  test("300 right rows give the score that is declared, in every layout", async () => {
    const scores: number[] = [];
    for (const seed of [71, 72, 73, 74]) scores.push(await score(world.examples(world.trained.rows, seed).map(right)));
    const mean = scores.reduce((sum, one) => sum + one, 0) / scores.length;
    expect(Math.abs(mean - world.trained.score)).toBeLessThan(0.012);
    const lm = trainedOn(world.examples(300, 71).map(right));
    for (const layout of layouts)
      expect(Math.abs((await meanScore(world, lm, layout, declared(world), rows)) - scores[0]!)).toBeLessThan(0.015);
  });

  test("more rows help, each time less per row", async () => {
    const by = async (size: number): Promise<number> => score(world.examples(size, 75).map(right));
    const [none, few, some, many, most] = [await by(0), await by(30), await by(100), await by(300), await by(2000)];
    expect(none).toBeLessThan(few);
    expect(few).toBeLessThan(some);
    expect(some).toBeLessThan(many);
    expect(many).toBeLessThan(most);
    expect((few - none) / 30).toBeGreaterThan((some - few) / 70);
    expect((some - few) / 70).toBeGreaterThan((many - some) / 200);
    expect((many - some) / 200).toBeGreaterThan((most - many) / 1700);
    expect(most).toBeGreaterThan(0.97);
  });

  test("rows with the student's own words teach nothing, and among right ones they harm", async () => {
    const before = await score([]);
    const data = world.examples(300, 76);
    expect(await score(data.map(habit))).toBe(before);
    const good = await score(data.slice(0, 150).map(right));
    const spoiled = await score([...data.slice(0, 150).map(right), ...data.slice(150, 270).map(habit)]);
    expect(spoiled).toBeLessThan(good - 0.05);
    expect(spoiled).toBeGreaterThan(before);
    const foreign = data.map((row) => ({ ...right(row), module: "other" }));
    expect(await score(foreign)).toBe(before);
  });

  test("a prompt neither adds to what was learned nor takes it away", async () => {
    const lm = trainedOn(world.examples(300, 71).map(right));
    const plain = await meanScore(world, lm, schemaLayout, declared(world), rows);
    const told = await meanScore(world, lm, schemaLayout, best(world), rows);
    // other prompts draw anew, so scores differ by chance
    expect(Math.abs(told - plain)).toBeLessThan(0.02);
  });

  test("what a student was trained on is part of its identity", () => {
    const data = world.examples(3, 76);
    const endpoints = [[], data.map(right), data.map(habit)].map((trained) => trainedOn(trained).endpoint);
    expect(new Set(endpoints).size).toBe(3);
  });
});

test("the rarest word is seen in one report in sixty, the commonest rule in all", () => {
  const asked = new Map<string, number>();
  for (const row of world.examples(4000, 77)) {
    const once = new Set<string>();
    world.solve(row.input, (id) => once.add(id).has(id));
    for (const id of once) asked.set(id, (asked.get(id) ?? 0) + 1);
  }
  expect(asked.get("bare-hour")! / 4000).toBe(1);
  expect(asked.get("snow")! / 4000).toBeGreaterThan(0.012);
  expect(asked.get("snow")! / 4000).toBeLessThan(0.022);
  expect(asked.size).toBe(world.rules.length);
});

describe("wordings that nobody wrote down for it", () => {
  test.each([
    ["bare-hour", "Drop the separator from times: four digits, please."],
    ["short-platform", "Platforms are abbreviated as P4 and so on."],
    ["plus-metres", "km 12.4 becomes k12+400"],
    ["letter-rank", "Use one letter for priorities."],
    ["signal", "Signal problems = dark lamp"],
    ["person", "Trespassers are logged as walker."],
    ["water", "A flooded line is a wet bed."],
  ])("%s: %s", (id, text) => {
    expect(
      stanceOf(
        windows(text),
        world.rules.find((rule) => rule.id === id)!,
      ),
    ).toBe("stated");
  });
});
