import { describe, expect, test } from "vitest";
import { reaches, reachTable } from "./reach.ts";
import type { RunRecord } from "./run-record.ts";

type Steps = readonly (readonly [calls: number, score: number])[];

function run(optimizer: string, seed: number, steps: Steps, more: { world?: string; score?: number } = {}): RunRecord {
  const curve = steps.map(([evaluations, score]) => ({ evaluations, score }));
  return {
    world: more.world ?? "a",
    optimizer,
    seed,
    noise: 0,
    persistent: false,
    budget: 100,
    rows: { train: 1, val: 1, test: 1 },
    code: "c",
    outcome: {
      score: more.score ?? curve.at(-1)?.score ?? 0.5,
      baseline: 0.5,
      optimum: 1,
      curve,
      metricCalls: 100,
      lmCalls: 1,
      inputTokens: 1,
      outputTokens: 1,
      seconds: 1,
      end: "budget",
    },
  };
}

const records = [
  run("other", 0, [
    [20, 0.6],
    [80, 0.7],
  ]),
  run("other", 1, [[60, 0.8]]),
  run("other", 2, [[40, 0.9]]),
  run("mine", 0, [
    [10, 0.65],
    [30, 0.75],
  ]),
  run("mine", 1, [[20, 0.8]]),
  // never gets there
  run("mine", 2, [[20, 0.85]]),
  // the other gains nothing here
  run("other", 0, [], { world: "b" }),
  run("mine", 0, [[10, 0.9]], { world: "b" }),
  // nobody to pair with
  run("mine", 9, [[5, 1]]),
];

describe("calls to another one's final score", () => {
  test("paired by seed: medians, a run that never gets there counts as the budget, no gain is no goal", () => {
    expect(reaches(records, "mine", "other")).toEqual([
      { world: "a", noise: 0, persistent: false, n: 3, challenger: 30, other: 60, never: 1, budget: 100 },
    ]);
  });

  test("of a run that was made again the last one counts", () => {
    const again = run("mine", 2, [[15, 0.95]]);
    expect(reaches([...records, again], "mine", "other")).toMatchObject([{ challenger: 20, never: 0 }]);
  });

  test("what is returned counts where no incumbent was as good; a goal below the baseline takes nothing", () => {
    const pair = [
      run("other", 0, [[50, 0.7]]),
      run("mine", 0, [[10, 0.6]], { score: 0.7 }),
      run("other", 1, [[50, 0.6]], { score: 0.45 }),
      run("mine", 1, [[10, 0.6]]),
    ];
    expect(reaches(pair, "mine", "other")).toMatchObject([{ challenger: 50, other: 25 }]);
  });

  test("as a table", () => {
    const text = reachTable(reaches(records, "mine", "other"), "mine", "other");
    expect(text).toContain("| `a` | 0 | 100 | 3 | 30 | 60 | 1 | 0.30 | 0.50 |");
    expect(text).toContain("Medians over 1 rows: 0.30 of the budget, 0.50 of what other took.");
  });
});
