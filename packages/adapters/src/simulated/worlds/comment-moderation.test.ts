import { rng } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { declared, meanScore, schemaLayout } from "../fixtures/layouts.ts";
import { testWorld } from "../fixtures/test-world.ts";
import { judge } from "../judge.ts";
import { evidenceFor } from "../reading/lesson.ts";
import { simulated } from "../simulated.ts";
import type { DemoPair } from "../world.ts";
import { stanceOf, windows } from "../wording.ts";
import { commentModeration as world } from "./comment-moderation.ts";
import { invoiceExtraction } from "./invoice-extraction.ts";

testWorld(world);

/** Demos taken from rows as they come. */
function demosOf(count: number, seed: number): readonly DemoPair[] {
  return world.examples(count, 100 + seed).map(({ input, expected }) => ({ input, output: expected }));
}

describe("what makes comment-moderation hard", () => {
  test("a wrong verdict comes back as a number and nothing else", () => {
    const rows = world.examples(400, 5);
    const wrong = rows.map((row) =>
      judge(
        world,
        row,
        world.solve(row.input, () => false),
      ),
    );
    expect(wrong.filter(({ score }) => score < 1).length).toBeGreaterThan(150);
    for (const judgement of wrong) expect(Object.keys(judgement)).toEqual(["score"]);
  });

  test("demos teach slowly: eight close a part of the way, less than in invoice-extraction", async () => {
    const share = async (one: typeof world): Promise<number> => {
      const lm = simulated({ world: one, role: "student" });
      const rows = one.examples(200, 6);
      const module = one.program.modules[0]!;
      let sum = 0;
      // many sets of demos, each against the declared prompt on the same rows: sets differ more than rows
      const sets = 10;
      const before = await meanScore(one, lm, schemaLayout, declared(one), rows);
      for (let seed = 1; seed <= sets; seed++) {
        const demos = one.examples(8, 100 + seed).map(({ input, expected }) => ({ input, output: expected }));
        sum += await meanScore(one, lm, schemaLayout, { ...declared(one), demos: { [module.name]: demos } }, rows);
      }
      return (sum / sets - before) / (one.optimum.score - before);
    };
    const [here, there] = [await share(world), await share(invoiceExtraction)];
    expect(here).toBeGreaterThan(0.05);
    expect(here).toBeLessThan(0.35);
    expect(here).toBeLessThan(there - 0.3);
  });

  test("worked examples show each rule to whoever induces it", () => {
    const shown = demosOf(60, 9)
      .map(
        ({ input, output }) =>
          `post: ${String(input["post"])}\naction: ${String(output["action"])}\ncategory: ${String(output["category"])}`,
      )
      .join("\n\n");
    const evidence = evidenceFor(world, world.program.modules[0]!, shown);
    const house = world.rules.filter((rule) => rule.decoy !== true).map((rule) => rule.id);
    expect([...evidence.keys()].toSorted()).toEqual(house.toSorted());
  });

  test("stating a decoy alone costs more than two points", () => {
    const rows = world.examples(2000, 7);
    const mean = (follows: (id: string) => boolean): number =>
      rows.reduce((sum, row) => sum + world.compare(row.expected, world.solve(row.input, follows)).score, 0) / 2000;
    for (const decoy of world.rules.filter((rule) => rule.decoy === true))
      expect(mean((id) => id === decoy.id)).toBeLessThan(mean(() => false) - 0.02);
  });

  test("slips always change the action", () => {
    const output = { action: "hide", category: "abuse" };
    for (let i = 0; i < 20; i++) expect(world.mistake("moderate", output, rng(i, "slip"))["action"]).not.toBe("hide");
  });
});

test.each([
  ["own-business", "Hide posts in which people advertise their own company."],
  ["second-hand", "Used gear sold by members should be allowed."],
  ["swearing", "Allow profanity that is not directed at anybody."],
  ["quoted-insult", "If the writer quotes an insult they received, allow the comment."],
  ["private-details", "Personal information such as a phone number => escalate"],
  ["race-result", "Remove spoilers of race results."],
  ["medical-advice", "Dosage recommendations must be escalated."],
  ["complaint-about-us", "Criticism of the moderation team: escalate, category = appeal"],
])("words that nobody wrote down for %s: %s", (id, text) => {
  const said = windows(text);
  expect(world.rules.filter((rule) => stanceOf(said, rule) === "stated").map((rule) => rule.id)).toEqual([id]);
});
