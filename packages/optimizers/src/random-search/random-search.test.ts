import type { Space } from "@cultivar/core";
import { candidateHash, decodeDemos, encodeDemos, noDemos } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { examples, fakeStudy, oneModule } from "../fixtures/fake-study.ts";
import { randomSearch } from "./random-search.ts";

type Study = ReturnType<typeof fakeStudy>;
const demoRows = (study: Study) => study.tried().map((candidate) => decodeDemos(candidate["m.demos"]!).rows);
const reasons = (study: Study) => study.notes.map((note) => (note.type === "proposal" ? note.why : note.text));
const formats: Space = {
  "m.format": { kind: "choice", initial: "json", role: "the format of m", choices: ["json", "markers"] },
};

describe("randomSearch", () => {
  test("tries labels, a bootstrap in train order, then random draws, each once on all of val", async () => {
    const study = fakeStudy({ train: examples(30) });
    await randomSearch({ candidates: 3, maxBootstrapped: 4, maxLabeled: 6 }).run(study);
    expect(reasons(study)).toEqual([
      "labelled demos only",
      "bootstrapped demos in train order",
      ...[1, 2, 3].map((n) => `random draw ${n}: shuffled train rows, drawn choices`),
    ]);
    const traced = demoRows(study).map((rows) => rows.filter(({ augmented }) => augmented).map(({ source }) => source));
    expect(traced[0]).toEqual([]);
    expect(traced[1]).toEqual(["r0", "r1", "r2", "r3"]);
    for (const sources of traced.slice(2)) {
      expect(sources.length).toBeGreaterThanOrEqual(1);
      expect(sources.length).toBeLessThanOrEqual(4);
    }
    for (const rows of demoRows(study)) expect(rows).toHaveLength(6);
    for (const ask of study.asks.filter(({ split }) => split === "val")) expect(ask.ids).toEqual(study.val);
  });

  test("tries no demos first when the baseline has some", async () => {
    const initial = encodeDemos({ rows: [{ input: { q: "own" }, output: { a: "own" } }] });
    const study = fakeStudy({ space: { ...oneModule, "m.demos": { ...oneModule["m.demos"]!, initial } } });
    await randomSearch({ candidates: 0 }).run(study);
    expect(reasons(study)[0]).toBe("no demos");
    expect(study.tried()[0]!["m.demos"]).toBe(noDemos);
  });

  test("runs no train row twice, over all bootstraps", async () => {
    const study = fakeStudy({ train: examples(8), score: (_, id, sample) => (id.startsWith("v") ? 1 : sample) });
    await randomSearch({ candidates: 16, maxRounds: 2 }).run(study);
    const visits = study.asks.flatMap(({ split, ids, sample }) =>
      split === "train" ? ids.map((id) => `${id}/${sample}`) : [],
    );
    expect(visits.length).toBeGreaterThan(8);
    expect(new Set(visits).size).toBe(visits.length);
  });

  test("draws given instructions and choices of the space", async () => {
    const study = fakeStudy({ space: { ...oneModule, ...formats }, train: examples(30) });
    await randomSearch({ candidates: 16, instructions: { "m.instructions": ["Be brief."] } }).run(study);
    const seen = new Set(study.tried().map((candidate) => `${candidate["m.instructions"]} ${candidate["m.format"]}`));
    expect(seen).toEqual(new Set(["Answer. json", "Answer. markers", "Be brief. json", "Be brief. markers"]));
  });

  test("tries each point of a tiny space once, then ends", async () => {
    const study = fakeStudy({ space: formats, train: examples(4) });
    await randomSearch({ instructions: {} }).run(study);
    expect(study.tried()).toEqual([{ "m.format": "markers" }]);
    expect(reasons(study).at(-1)).toBe("randomSearch: ended early, 8 draws in a row were repeats");
    expect(study.asks.every(({ split }) => split === "val")).toBe(true);
  });

  test("ends on one train row", async () => {
    const study = fakeStudy({ train: examples(1) });
    await randomSearch().run(study);
    const hashes = study.tried().map(candidateHash);
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashes.length).toBeLessThanOrEqual(2);
  });

  test("works on labels alone", async () => {
    const study = fakeStudy({ train: examples(30) });
    await randomSearch({ candidates: 2, maxBootstrapped: 0, maxLabeled: 3 }).run(study);
    expect(study.asks.every(({ split }) => split === "val")).toBe(true);
    expect(demoRows(study).map((rows) => rows.length)).toEqual([3, 3, 3, 3]);
  });

  test("works on runs alone", async () => {
    const study = fakeStudy({ train: examples(30) });
    await randomSearch({ candidates: 2, maxBootstrapped: 2, maxLabeled: 0 }).run(study);
    expect(demoRows(study).every((rows) => rows.length <= 2 && rows.every(({ augmented }) => augmented))).toBe(true);
  });

  test.each([1, 2, 3, 5, 7, 8, 20])("stops within %d evaluations, with whole passes only", async (evaluations) => {
    const study = fakeStudy({ train: examples(9), evaluations });
    await randomSearch().run(study);
    expect(study.remaining()).toBeGreaterThanOrEqual(0);
    // Nothing is left that a further pass could have used.
    expect(study.remaining()).toBeLessThan(study.val.length);
  });

  test("draws by the seed, 0 included", async () => {
    const tried = async (seed: number): Promise<readonly string[]> => {
      const study = fakeStudy({ train: examples(30), seed });
      await randomSearch({ candidates: 4 }).run(study);
      return study.tried().map(candidateHash);
    };
    expect(await tried(0)).toEqual(await tried(0));
    expect(await tried(0)).not.toEqual(await tried(1));
  });

  test("refuses options out of range, and unknown components", async () => {
    expect(() => randomSearch({ candidates: -1 })).toThrow(
      "randomSearch: candidates must be a whole number of at least 0",
    );
    expect(() => randomSearch({ maxRounds: 0 })).toThrow("randomSearch: maxRounds must be");
    await expect(randomSearch({ instructions: { x: ["a"] } }).run(fakeStudy())).rejects.toThrow(
      /which is no text component/,
    );
  });
});
