import { describe, expect, test } from "vitest";
import type { Prompts } from "../fixtures/layouts.ts";
import { declared, layouts, run } from "../fixtures/layouts.ts";
import { best, testWorld } from "../fixtures/test-world.ts";
import { judge } from "../judge.ts";
import { simulated } from "../simulated.ts";
import { teacher } from "../teacher.ts";
import { stanceOf, windows } from "../wording.ts";
import { leadRules } from "./lead-rules.ts";
import { leadScoring as world } from "./lead-scoring.ts";

testWorld(world, { idle: "all" });

const start = declared(world).instructions["score"]!;
const shown = (count: number): Prompts["demos"] => {
  return { score: world.examples(count, 52).map(({ input, expected }) => ({ input, output: expected })) };
};
const prompts: readonly (readonly [what: string, prompts: Prompts])[] = [
  ["every true rule", best(world)],
  ["every wording of every rule", { instructions: { score: leadRules.flatMap((rule) => rule.statements).join("\n") } }],
  ["sixteen demos", { instructions: { score: start }, demos: shown(16)! }],
  ["rules and demos", { ...best(world), demos: shown(8)! }],
  ["a long prompt", { instructions: { score: `${start}\n${"Think of the whole funnel. ".repeat(2000)}` } }],
  ["hardly a prompt", { instructions: { score: "Answer." } }],
];

describe("nothing can help", () => {
  const rows = world.examples(60, 51);

  test("the optimum is the baseline", () => {
    expect(world.optimum.score).toBe(world.baseline.score);
  });

  test.each(prompts)("%s changes no answer in any layout", async (_what, tried) => {
    const lm = simulated({ world, role: "student" });
    for (const layout of layouts) {
      for (const row of rows) {
        const habit = await run(world, lm, layout, declared(world), row);
        expect(await run(world, lm, layout, tried, row)).toEqual(habit);
      }
    }
  });

  test("the same prompts would help a student that listens", async () => {
    const listening = { ...world, isNull: false };
    const lm = simulated({ world: listening, role: "student" });
    let right = 0;
    for (const row of rows)
      right += judge(listening, row, await run(listening, lm, layouts[0]!, best(world), row)).score;
    expect(right / rows.length).toBeGreaterThan(0.9);
  });

  test("teachers have plenty to propose", () => {
    const mistakes = world.examples(30, 53).map((row) => {
      const { feedback } = judge(
        world,
        row,
        world.solve(row.input, () => false),
      );
      return `lead: ${row.input["lead"]!}\nfeedback: ${feedback!}`;
    });
    const prompt = `Improve this instruction:\n\`\`\`\n${start}\n\`\`\`\n\n${mistakes.join("\n\n")}\n\nWrite the new instruction.`;
    const reply = teacher({ world, skill: 0.8, seed: 0 })(
      { messages: [{ role: "user", content: [{ type: "text", text: prompt }] }] },
      0,
    );
    const proposed = leadRules.filter((rule) => stanceOf(windows(reply), rule) === "stated");
    expect(proposed.length).toBeGreaterThanOrEqual(5);
  });
});

test.each([
  ["decision-maker", "Mark any director as a high priority lead."],
  ["student", "If the lead is a student: low"],
  ["competitor", "People from competing firms rank low."],
  ["referral", "Leads referred by customers are high."],
  ["price-list", "Call leads who downloaded our pricing."],
  ["tender", "An open RFP calls for a phone call."],
  ["private-address", "If they write from a free email address, wait."],
  ["newsletter", "Newsletter readers: next_step = email"],
])("%s is recognised in words that nobody wrote down for it: %s", (id, text) => {
  expect(leadRules.filter((rule) => stanceOf(windows(text), rule) === "stated").map((rule) => rule.id)).toEqual([id]);
});
