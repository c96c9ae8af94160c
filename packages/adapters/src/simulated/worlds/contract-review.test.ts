import type { Candidate, Models, Optimizer } from "@cultivar/core";
import { compile, evaluate, spaceOf } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { layouts } from "../fixtures/layouts.ts";
import type { Prompts } from "../fixtures/layouts.ts";
import { best, testWorld } from "../fixtures/test-world.ts";
import { bestInstructions } from "../house-rules.ts";
import { judge, metricOf } from "../judge.ts";
import { optimumOf, programOf } from "../program.ts";
import { modelsOf, simulated } from "../simulated.ts";
import { stanceOf, windows } from "../wording.ts";
import { contractReview as world } from "./contract-review.ts";

testWorld(world, { rows: 600 });

const names = ["small", "medium", "large"] as const;
const [extract, judging] = world.program.modules;
const program = programOf(world);
const declaredCandidate = Object.fromEntries(
  Object.entries(spaceOf(program)).map(([id, component]) => [id, component.initial]),
);
const studentOf = (student: string): Models["default"] => simulated({ world, role: "student", student });
const models: Models = {
  default: studentOf("small"),
  choices: Object.fromEntries(names.map((name) => [name, studentOf(name)])),
};
const rows = world.examples(700, 31);

async function scoreOf(candidate: Candidate, data = rows): Promise<number> {
  const { rows: scored } = await evaluate(program, { models, candidate, data, metric: metricOf(world) });
  return scored.reduce((sum, row) => sum + row.score!, 0) / scored.length;
}

describe("choosing students", () => {
  const told = optimumOf(world, declaredCandidate);

  test("one pair of students is the best with the best instructions, by a margin", async () => {
    const scores = new Map<string, number>();
    for (const first of names)
      for (const second of names)
        scores.set(`${first} ${second}`, await scoreOf({ ...told, "extract.model": first, "judge.model": second }));
    const ranked = [...scores].toSorted((a, b) => b[1] - a[1]);
    expect(ranked[0]![0]).toBe("small medium");
    expect(ranked[0]![1] - ranked[1]![1]).toBeGreaterThan(0.015);
    // the large one does judge better where it is told the rule that only it can follow, before its cost
    const all = { ...told, "judge.instructions": bestInstructions(judging!, world.rules), "judge.model": "large" };
    const large = await scoreOf(all);
    expect(large / (1 - 0.16)).toBeGreaterThan(ranked[0]![1] / (1 - 0.05) + 0.003);
    expect(large).toBeLessThan(ranked[0]![1] - 0.05);
    // neither the model nor the instructions are enough alone
    expect(await scoreOf({ ...declaredCandidate, "judge.model": "medium" })).toBeLessThan(world.baseline.score + 0.05);
    expect(scores.get("small small")!).toBeLessThan(world.optimum.score - 0.15);
  });

  test("the default student alone reaches what is declared, told the rules that it can follow", async () => {
    const { misses = [] } = world.students!["small"]!;
    const able = world.rules.filter((rule) => !misses.includes(rule.id));
    const instructions = Object.fromEntries(
      world.program.modules.map((module) => [`${module.name}.instructions`, bestInstructions(module, able)]),
    );
    const data = world.examples(1500, 32);
    expect(
      Math.abs((await scoreOf({ ...declaredCandidate, ...instructions }, data)) - world.scoreOfDefault),
    ).toBeLessThan(0.035);
  });

  test("the best prompts are worth the same in every layout when the best students read them", async () => {
    const lms = { extract: studentOf("small"), judge: studentOf("medium") };
    const inLayout = async (layout: (typeof layouts)[number], { instructions }: Prompts): Promise<number> => {
      let sum = 0;
      for (const row of rows) {
        const first = await lms.extract.generate(layout.request(extract!, instructions["extract"]!, [], row.input));
        const facts = layout.parse(first.text);
        const input = { ...row.input, ...world.between!("extract", facts) };
        const second = await lms.judge.generate(layout.request(judging!, instructions["judge"]!, [], input));
        sum += judge(world, row, { ...facts, ...layout.parse(second.text) }, ["small", "medium"]).score;
      }
      return sum / rows.length;
    };
    for (const layout of layouts)
      expect(Math.abs((await inLayout(layout, best(world))) - world.optimum.score), `in ${layout.name}`).toBeLessThan(
        0.025,
      );
  });

  test("a compile that may choose the judge's model finds it, and the choice is in the result", async () => {
    const tried: string[] = [];
    const scripted: Optimizer = {
      name: "scripted",
      async run(study) {
        expect(study.space["judge.model"]?.choices).toEqual(["small", "medium", "large"]);
        for (const model of names) {
          const candidate = { ...study.baseline, ...worded, "judge.model": model };
          tried.push(model);
          await study.evaluate({ candidate, split: "val", ids: study.val });
        }
      },
    };
    const worded = Object.fromEntries(
      Object.entries(world.optimum.instructions).map(([module, text]) => [`${module}.instructions`, text]),
    );
    const result = await compile(program, {
      metric: metricOf(world),
      data: { train: world.examples(20, 41), val: world.examples(150, 42), test: world.examples(150, 43) },
      optimizer: scripted,
      models,
      budget: { evaluations: 1000 },
      seed: 0,
      vary: { "judge.model": ["small", "medium", "large"] },
    });
    expect(tried).toEqual(["small", "medium", "large"]);
    expect(result.candidate["judge.model"]).toBe("medium");
  });
});

describe("costs", () => {
  test("the metric takes off the students that the trace names, each call once", async () => {
    const data = rows.slice(0, 60);
    const told = optimumOf(world, declaredCandidate);
    for (const [first, second] of [
      ["small", "medium"],
      ["large", "small"],
    ] as const) {
      const candidate = { ...told, "extract.model": first, "judge.model": second };
      const { rows: scored } = await evaluate(program, { models, candidate, data, metric: metricOf(world) });
      const free = {
        ...world,
        students: Object.fromEntries(names.map((n) => [n, { ...world.students![n]!, cost: 0 }])),
      };
      const unpaid = await evaluate(program, { models, candidate, data, metric: metricOf(free) });
      const cost = world.students![first]!.cost + world.students![second]!.cost;
      scored.forEach((row, i) => expect(row.score).toBeCloseTo(unpaid.rows[i]!.score! * (1 - cost), 10));
    }
  });

  test("models are told apart by id, identity and price", () => {
    expect(Object.keys(modelsOf(world))).toEqual([
      "simulated-student",
      ...names.map((name) => `simulated-student-${name}`),
      "simulated-teacher",
    ]);
    expect(new Set(names.map((name) => studentOf(name).endpoint)).size).toBe(3);
    for (const name of names) expect(studentOf(name).price).toEqual(world.students![name]!.price);
    expect(simulated({ world, role: "student" }).modelId).toBe("simulated-student-small");
    expect(() => studentOf("huge")).toThrow(/must be small or medium or large, got "huge"/);
  });
});

describe("wordings that nobody wrote down for it", () => {
  test.each([
    ["term-in-days", "The term must be expressed in days (1 month = 30)."],
    ["business-days", "Working days need converting to calendar days."],
    ["duty-bearer", "bound_party: the party that must perform."],
    ["mutual", "If the obligation is mutual, write both."],
    ["short-payment", "If payment is due in fewer than 30 days, negotiate."],
    ["low-cap", "Refuse limits of liability that lie under 360 days of fees."],
    ["long-renewal", "Notice periods above 60 days for auto-renewal should be renegotiated."],
    ["supplier-exit", "Termination by the vendor with less than 90 days: reject"],
    ["one-sided-secrecy", "NDAs in one direction are rejected."],
    ["data-abroad", "Any export of personal data leads to rejection: verdict = reject."],
    ["free-pricing", "Always reject unilateral fee increases."],
    ["background-rights", "Clauses that transfer prior IP must be rejected."],
  ])("%s: %s", (id, text) => {
    expect(
      stanceOf(
        windows(text),
        world.rules.find((rule) => rule.id === id)!,
      ),
    ).toBe("stated");
  });
});

test("wrong facts spoil the judgement: a judge with all rules errs on a hasty reader's facts", () => {
  const judgeRules = new Set(world.rules.filter((r) => r.module === "judge" && r.decoy !== true).map((r) => r.id));
  const wrong = rows.filter((row) => {
    const output = world.solve(row.input, (id) => judgeRules.has(id));
    return output["verdict"] !== row.expected["verdict"];
  });
  expect(wrong.length / rows.length).toBeGreaterThan(0.08);
});
