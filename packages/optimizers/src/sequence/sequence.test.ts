import type { Candidate, Optimizer, Study } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { bootstrap } from "../bootstrap/bootstrap.ts";
import { fakeStudy } from "../fixtures/fake-study.ts";
import { labeledFewShot } from "../labeled-few-shot/labeled-few-shot.ts";
import { sequence } from "./sequence.ts";

/** Keeps the study it was given, and scores the baseline with another instruction on val. */
function trying(instructions: string): Optimizer & { studies: Study[]; starts: Candidate[] } {
  const studies: Study[] = [];
  const starts: Candidate[] = [];
  return {
    name: `trying ${instructions}`,
    studies,
    starts,
    async run(study) {
      studies.push(study);
      starts.push(study.baseline);
      const candidate = { ...study.baseline, "m.instructions": instructions };
      await study.evaluate({ candidate, split: "val", ids: study.val });
    },
  };
}

const scores: Readonly<Record<string, number>> = { better: 0.5, worse: 0.1, best: 0.9 };

describe("sequence", () => {
  test("starts each stage from the best so far, whoever found it", async () => {
    const stages = ["better", "worse", "best", "last"].map(trying);
    const study = fakeStudy({ score: (candidate) => scores[candidate["m.instructions"]!] ?? 0 });
    await sequence(...stages).run(study);
    expect(stages.map(({ starts }) => starts[0]!["m.instructions"])).toEqual(["Answer.", "better", "better", "best"]);
    expect(stages[3]!.studies[0]!.space["m.instructions"]!.initial).toBe("best");
    expect(stages[3]!.studies[0]!.space["m.instructions"]!.role).toBe(study.space["m.instructions"]!.role);
  });

  test("gives equal stages, nested ones too, streams of their own", async () => {
    const stages = ["a", "b", "c", "d"].map(trying);
    await sequence(sequence(stages[0]!, stages[1]!), sequence(stages[2]!, sequence(stages[3]!))).run(fakeStudy());
    const draws = stages.map(({ studies }) => studies[0]!.rng("x").next());
    expect(new Set(draws).size).toBe(4);
  });

  test("keeps what core's tools look up in a study", async () => {
    const key = Symbol("chains");
    const stage = trying("a");
    await sequence(stage).run({ ...fakeStudy(), [key]: "host" } as Study);
    expect((stage.studies[0] as unknown as Record<symbol, unknown>)[key]).toBe("host");
  });

  test("is named and fingerprinted by its stages", () => {
    const { name, options } = sequence(labeledFewShot({ k: 3 }), bootstrap({ maxRounds: 2 }));
    expect(name).toBe("sequence(labeledFewShot, bootstrap)");
    expect(options).toEqual([
      { name: "labeledFewShot", options: { k: 3 } },
      { name: "bootstrap", options: { maxBootstrapped: 4, maxLabeled: 16, maxRounds: 2 } },
    ]);
  });

  test("starts no further stage once the run has ended", async () => {
    const late = trying("late");
    await expect(sequence(trying("first"), late).run(fakeStudy({ evaluations: 1 }))).rejects.toThrow("run-ended");
    expect(late.starts).toEqual([]);
  });

  test("refuses to be empty", () => {
    expect(() => sequence()).toThrow("sequence: expected at least one optimizer, got none");
  });
});
