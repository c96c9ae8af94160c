import { describe, expect, test } from "vitest";
import { best, testWorld } from "../fixtures/test-world.ts";
import { declared, meanScore, schemaLayout } from "../fixtures/layouts.ts";
import { bestInstructions, houseRules } from "../house-rules.ts";
import { simulated } from "../simulated.ts";
import { stanceOf, windows } from "../wording.ts";
import { productCodes as world } from "./product-codes.ts";
import { productRules } from "./product-rules.ts";

// every fifth rule is taken out of the best prompt; what each of the others decides is counted below
const checked = houseRules(world).filter((_rule, i) => i % 5 === 0);
testWorld(world, {
  idle: houseRules(world)
    .filter((rule) => !checked.includes(rule))
    .map((rule) => rule.id),
});

describe("many small rules", () => {
  test("there are forty and two decoys, and each one decides 1.5 to 3 % of the rows", () => {
    expect(houseRules(world)).toHaveLength(40);
    expect(world.rules).toHaveLength(42);
    const rows = world.examples(20_000, 31);
    const decided = new Map<string, number>();
    for (const { input, expected } of rows) {
      for (const { id } of houseRules(world)) {
        let asked = false;
        const { shelf } = world.solve(input, (rule) => (rule === id ? !(asked = true) : true));
        if (asked && shelf !== expected["shelf"]) decided.set(id, (decided.get(id) ?? 0) + 1);
      }
    }
    // a standard error is 0.09 percentage points
    const shares = houseRules(world).map(({ id }) => decided.get(id)! / rows.length);
    expect(Math.min(...shares)).toBeGreaterThan(0.0135);
    expect(Math.max(...shares)).toBeLessThan(0.031);
  });

  test("all forty stated at once are followed about 95 times in a hundred", async () => {
    const lm = simulated({ world, role: "student" });
    const rows = world
      .examples(4000, 32)
      .filter((row) => world.solve(row.input, () => false)["shelf"] !== row.expected["shelf"]);
    const followed = await meanScore(world, lm, schemaLayout, best(world), rows);
    expect(rows.length).toBeGreaterThan(2500);
    expect(followed).toBeGreaterThan(0.935);
    expect(followed).toBeLessThan(0.965);
  });

  test("half of the rules get half of the way, a single one next to nowhere, and the decoys backwards", async () => {
    const lm = simulated({ world, role: "student" });
    const rows = world.examples(2000, 33);
    const score = (rules: typeof productRules): Promise<number> =>
      meanScore(
        world,
        lm,
        schemaLayout,
        { instructions: { shelve: bestInstructions(world.program.modules[0]!, rules) } },
        rows,
      );
    const start = await meanScore(world, lm, schemaLayout, declared(world), rows);
    const whole = await meanScore(world, lm, schemaLayout, best(world), rows);
    const half = await score(houseRules(world).filter((_rule, i) => i % 2 === 0));
    expect(Math.abs((half - start) / (whole - start) - 0.5)).toBeLessThan(0.1);
    expect((await score(productRules.slice(0, 1))) - start).toBeLessThan(0.04);
    const decoys = productRules.filter((rule) => rule.decoy === true).map(({ decoy: _decoy, ...rule }) => rule);
    expect(await score(decoys)).toBeLessThan(start);
  });
});

test.each([
  ["candles", "Scented candle lines are seasonal"],
  ["batteries", "A battery of any kind: household"],
  ["craft-knives", "Put a craft knife in stationery"],
  ["torches", "Any torch is an outdoor product, not electrical."],
  ["hot-water-bottles", "hot water bottle => health"],
  ["solar-powered", "If it runs on solar power, shelf = outdoor"],
  ["opened-box", "Anything with an opened-box mark goes straight to the outlet."],
  ["glow-in-the-dark", "Glow-in-the-dark items are seasonal."],
])("%s is recognised in words that nobody wrote down for it: %s", (id, text) => {
  expect(productRules.filter((rule) => stanceOf(windows(text), rule) === "stated").map((rule) => rule.id)).toEqual([
    id,
  ]);
});
