import type { Space } from "@cultivar/core";
import { decodeDemos, encodeDemos, noDemos } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { examples, fakeStudy, oneModule } from "../fixtures/fake-study.ts";
import { bootstrap } from "./bootstrap.ts";

const demosOf = (study: ReturnType<typeof fakeStudy>, id = "m.demos") => decodeDemos(study.tried()[0]![id]!).rows;
const trainRows = (study: ReturnType<typeof fakeStudy>) =>
  study.asks.filter(({ split }) => split === "train").flatMap(({ ids, sample }) => ids.map((id) => `${id}/${sample}`));

describe("bootstrap", () => {
  test("shows what passing runs did, then labels, within both limits", async () => {
    const study = fakeStudy({ train: examples(30) });
    await bootstrap({ maxBootstrapped: 3, maxLabeled: 10 }).run(study);
    const rows = demosOf(study);
    expect(rows.map(({ augmented }) => augmented === true)).toEqual([true, true, true, ...Array(7).fill(false)]);
    expect(rows[0]!.output).toEqual({ a: expect.stringMatching(/^out \d+, sample 0$/) as string });
    expect(trainRows(study)).toHaveLength(3);
  });

  test("tries only as many rows as it takes", async () => {
    const odd = (id: string): number => Number(id.slice(1)) % 2;
    const study = fakeStudy({ train: examples(30), score: (_, id) => odd(id) });
    await bootstrap({ maxBootstrapped: 4 }).run(study);
    const passed = demosOf(study).filter(({ augmented }) => augmented);
    expect(passed).toHaveLength(4);
    expect(passed.every(({ source }) => odd(source!) === 1)).toBe(true);
    expect(trainRows(study).at(-1)).toBe(`${passed.at(-1)!.source}/0`);
  });

  test("tries another sample of a row in further rounds", async () => {
    const study = fakeStudy({ train: examples(2), score: (_, _id, sample) => (sample === 2 ? 1 : 0) });
    await bootstrap({ maxRounds: 3, maxLabeled: 0 }).run(study);
    expect(trainRows(study).sort()).toEqual(["r0/0", "r0/1", "r0/2", "r1/0", "r1/1", "r1/2"]);
    expect(new Set(demosOf(study).map(({ output }) => output["a"]))).toEqual(
      new Set(["out 0, sample 2", "out 1, sample 2"]),
    );
  });

  test("takes a graded score from its threshold on", async () => {
    const study = fakeStudy({ train: examples(10), score: (_, id) => Number(id.slice(1)) / 10 });
    await bootstrap({ maxBootstrapped: 9, maxLabeled: 0, threshold: 0.7 }).run(study);
    expect(new Set(demosOf(study).map(({ source }) => source))).toEqual(new Set(["r7", "r8", "r9"]));
  });

  test("gives each module its own part of a run, and the whole pool of labels", async () => {
    const n: Space = { "n.demos": { kind: "demos", initial: noDemos, role: "the demos of n" } };
    const study = fakeStudy({ space: { ...oneModule, ...n }, train: examples(12) });
    await bootstrap({ maxBootstrapped: 2, maxLabeled: 12 }).run(study);
    // The runs of `m` are in the trace; `n` was never called and gets labels only.
    expect(demosOf(study, "m.demos").filter(({ augmented }) => augmented)).toHaveLength(2);
    expect(demosOf(study, "n.demos").filter(({ augmented }) => augmented)).toHaveLength(0);
    expect(demosOf(study, "m.demos")).toHaveLength(12);
    expect(demosOf(study, "n.demos")).toHaveLength(12);
  });

  test("tries a repeated row once", async () => {
    const row = examples(1)[0]!;
    const study = fakeStudy({ train: [row, { ...row, id: "r0-2" }, { ...row, id: "r0-3" }] });
    await bootstrap().run(study);
    expect(trainRows(study)).toHaveLength(1);
    expect(demosOf(study)).toHaveLength(1);
  });

  test("keeps demos that it cannot better, and says so", async () => {
    const initial = encodeDemos({ rows: [{ input: { q: "own" }, output: { a: "own" } }] });
    const space = { ...oneModule, "m.demos": { ...oneModule["m.demos"]!, initial } };
    const train = examples(3).map(({ id, input }) => ({ id, input }));
    const study = fakeStudy({ space, train, score: () => 0 });
    await bootstrap().run(study);
    expect(study.tried()).toEqual([]);
    expect(study.notes).toMatchObject([
      { type: "remark", text: expect.stringContaining("no run on train passed") as string },
    ]);
  });

  test("scores a shorter bootstrap rather than none when the budget is small", async () => {
    const study = fakeStudy({ train: examples(9), evaluations: 4 });
    await bootstrap({ maxLabeled: 0 }).run(study);
    expect(demosOf(study)).toHaveLength(2);
    expect(study.remaining()).toBe(0);
  });

  test("passes the end of the run on", async () => {
    await expect(bootstrap().run(fakeStudy({ evaluations: 1 }))).rejects.toThrow("run-ended");
  });

  test.each([
    [{ maxBootstrapped: -1 }, "maxBootstrapped must be a whole number of at least 0, got -1"],
    [{ maxLabeled: 0.5 }, "maxLabeled must be a whole number of at least 0, got 0.5"],
    [{ maxRounds: 0 }, "maxRounds must be a whole number of at least 1, got 0"],
  ])("refuses %j", (options, message) => {
    expect(() => bootstrap(options)).toThrow(`bootstrap: ${message}`);
  });
});
