import type { Candidate } from "@cultivar/core";
import { encodeDemos, evaluate, moduleSpans, spaceOf } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { testWorld } from "../fixtures/test-world.ts";
import { houseRules } from "../house-rules.ts";
import { judge, metricOf } from "../judge.ts";
import { programOf } from "../program.ts";
import { simulated } from "../simulated.ts";
import type { DemoPair } from "../world.ts";
import { stanceOf, windows } from "../wording.ts";
import { claimsPipeline as world } from "./claims-pipeline.ts";
import { claimsRules } from "./claims-rules.ts";

testWorld(world, { rows: 600 });

const culprit = "assess";
const names = world.program.modules.map((module) => module.name);

describe("five modules with one culprit", () => {
  const program = programOf(world);
  const baseline: Candidate = Object.fromEntries(
    Object.entries(spaceOf(program)).map(([id, component]) => [id, component.initial]),
  );
  const rows = world.examples(1500, 41);
  const lm = simulated({ world, role: "student" });
  const run = (candidate: Candidate, data = rows): ReturnType<typeof evaluate> =>
    evaluate(program, { models: { default: lm }, candidate, data, metric: metricOf(world) });
  const score = async (candidate: Candidate): Promise<number> => {
    const { rows: scored } = await run(candidate);
    return scored.reduce((sum, row) => sum + row.score!, 0) / scored.length;
  };
  const perfect = (modules: readonly string[]): Candidate => ({
    ...baseline,
    ...Object.fromEntries(modules.map((name) => [`${name}.instructions`, world.optimum.instructions[name]!])),
  });

  test("it is neither first nor last, has seven rules, and no other has more than one", () => {
    expect(names).toHaveLength(5);
    expect(names.slice(1, -1)).toContain(culprit);
    const count = (name: string): number => houseRules(world).filter((rule) => rule.module === name).length;
    expect(count(culprit)).toBe(7);
    expect(Math.max(...names.filter((name) => name !== culprit).map(count))).toBeLessThanOrEqual(1);
  });

  test("perfect instructions for it alone go nearly all the way, for the four others nearly nowhere", async () => {
    const start = await score(baseline);
    const way = (await score(perfect(names))) - start;
    expect(way).toBeGreaterThan(0.45);
    expect(((await score(perfect([culprit]))) - start) / way).toBeGreaterThanOrEqual(0.95);
    expect(((await score(perfect(names.filter((name) => name !== culprit)))) - start) / way).toBeLessThan(0.05);
  });

  test("feedback speaks of the claim: it names no module and no field between them", () => {
    const inner = world.program.modules.flatMap((module) => [module.name, ...module.outputs.map((one) => one.name)]);
    const secret = new RegExp(`\\b(?:${inner.filter((name) => name !== "settlement").join("|")})\\b`);
    let hinted = 0;
    for (const row of rows) {
      const { feedback, byModule } = judge(
        world,
        row,
        world.solve(row.input, () => false),
      );
      expect(byModule).toBeUndefined();
      const hints = (feedback ?? "").split("\n").slice(1);
      hinted += hints.length > 0 ? 1 : 0;
      // "deductible" is the customer's own word
      expect(hints.join("\n").replaceAll("deductible", "")).not.toMatch(secret);
    }
    expect(hinted).toBeGreaterThan(600);
  });

  test("its demos can be learned from the traces of good runs", async () => {
    const good = await run(perfect(names), world.examples(40, 42));
    const demos = good.rows
      .filter((row) => row.score === 1)
      .flatMap((row) => moduleSpans(row.trace!, culprit))
      .map(({ input, output }) => ({ input, output }) as DemoPair);
    expect(demos.length).toBeGreaterThan(30);
    const shown = { ...baseline, [`${culprit}.demos`]: encodeDemos({ rows: demos.slice(0, 30) }) };
    expect(await score(shown)).toBeGreaterThan((await score(baseline)) + 0.35);
  });
});

test.each([
  ["vacant", "If the house stood vacant, pay only half (coverage: half)."],
  ["late-report", "Claims reported after more than ten days: coverage = half"],
  ["unlocked", "Theft through an unlocked door -> none"],
  ["weak-wind", "Wind below force 8 means no coverage."],
  ["gradual", "Exclude gradual damage: set it to none"],
  ["candle", "An unattended stove or candle halves it: half."],
  ["outdoor-theft", "Outdoor theft is covered 50%."],
  ["waived-deductible", "If the occupants were evacuated, do not apply a deductible: skip it."],
  ["repair-estimate", "With two amounts in the letter use the repair cost."],
])("%s is recognised in words that nobody wrote down for it: %s", (id, text) => {
  const { module } = claimsRules.find((rule) => rule.id === id)!;
  const own = claimsRules.filter((rule) => rule.module === module);
  expect(own.filter((rule) => stanceOf(windows(text), rule) === "stated").map((rule) => rule.id)).toEqual([id]);
});
