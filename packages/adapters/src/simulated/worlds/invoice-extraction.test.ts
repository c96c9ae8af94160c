import { describe, expect, test } from "vitest";
import { declared, meanScore, schemaLayout } from "../fixtures/layouts.ts";
import type { Prompts } from "../fixtures/layouts.ts";
import { best, testWorld } from "../fixtures/test-world.ts";
import { bestInstructions, houseRules } from "../house-rules.ts";
import { simulated } from "../simulated.ts";
import { strengthOf } from "../strength.ts";
import type { RuleLesson } from "../world.ts";
import { invoiceExtraction as world } from "./invoice-extraction.ts";

// what the demos show need not be said as well
testWorld(world, { idle: "all" });

const rows = world.examples(2000, 81);
const lm = simulated({ world, role: "student" });
const score = (prompts: Prompts): Promise<number> => meanScore(world, lm, schemaLayout, prompts, rows);
const [module] = world.program.modules;
const shown = (count: number, seed: number): NonNullable<Prompts["demos"]> => ({
  extract: world.examples(count, seed).map((row) => ({ input: row.input, output: row.expected })),
});

describe("demos dominate", () => {
  test("instructions alone reach what is declared, clearly below the best prompt", async () => {
    const told = await score({ instructions: world.optimum.instructions });
    expect(Math.abs(told - world.scoreOfInstructions)).toBeLessThan(0.02);
    expect(world.optimum.score - world.scoreOfInstructions).toBeGreaterThan(0.15);
    for (const rule of houseRules(world)) {
      const rules = world.rules.filter((one) => one !== rule);
      expect(
        await score({ instructions: { extract: bestInstructions(module!, rules) } }),
        `without ${rule.id}`,
      ).toBeLessThan(told);
    }
  });

  test("eight demos beat the best instructions, and the best of them alone come near the optimum", async () => {
    const told = await score({ instructions: world.optimum.instructions });
    for (const seed of [1, 2, 3])
      expect(await score({ ...declared(world), demos: shown(8, seed) })).toBeGreaterThan(told + 0.1);
    const alone = await score({ ...declared(world), demos: world.optimum.demos! });
    expect(world.optimum.score - alone).toBeLessThan(0.02);
    expect(await score(best(world))).toBeGreaterThan(alone - 0.01);
  });

  test("stated, shown, both: each is worth more than the one before, and denial ends it", () => {
    const rule = world.rules[0]!;
    const chance = (lesson: RuleLesson): number => strengthOf(world, rule, () => lesson);
    const ladder = [
      chance({ stance: "silent", shown: 0 }),
      chance({ stance: "stated", shown: -1 }),
      chance({ stance: "stated", shown: 0 }),
      chance({ stance: "silent", shown: 1 }),
      chance({ stance: "stated", shown: 1 }),
      chance({ stance: "silent", shown: 4 }),
      chance({ stance: "stated", shown: 4 }),
    ];
    expect(ladder).toEqual(ladder.toSorted((a, b) => a - b));
    expect(new Set(ladder).size).toBe(ladder.length);
    expect(chance({ stance: "denied", shown: 3 })).toBe(0);
  });
});
