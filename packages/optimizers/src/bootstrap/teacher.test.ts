import type { Row } from "@cultivar/core";
import { decodeDemos, encodeDemos } from "@cultivar/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { labelledPools } from "../demos/labelled-demos.ts";
import { examples, fakeStudy, oneModule } from "../fixtures/fake-study.ts";
import { rehearse, teacherOf } from "./teacher.ts";

describe("rehearse", () => {
  /** One row at a time, as in the paper. */
  const oneByOne = (
    outcomes: readonly (readonly boolean[])[],
    wanted: number,
    maxRounds: number,
  ): [string[], string[]] => {
    const visits: string[] = [];
    const passed: string[] = [];
    for (const [i, rounds] of outcomes.entries()) {
      if (passed.length >= wanted) break;
      for (let round = 0; round < maxRounds; round++) {
        visits.push(`${i}/${round}`);
        if (!rounds[round]) continue;
        passed.push(`r${i}`);
        break;
      }
    }
    return [visits.sort(), passed];
  };

  test("visits the very rows that one by one would be visited, and keeps the same", async () => {
    const outcomes = fc.array(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(outcomes, fc.nat(6), fc.integer({ min: 1, max: 3 }), async (table, wanted, maxRounds) => {
        const visits: string[] = [];
        const run = (ids: readonly string[], sample: number): Promise<readonly Row[]> => {
          visits.push(...ids.map((id) => `${id.slice(1)}/${sample}`));
          return Promise.resolve(ids.map((id) => ({ id, score: table[Number(id.slice(1))]![sample] ? 1 : 0 })));
        };
        const order = examples(table.length);
        const passed = await rehearse({
          teacher: { run },
          order,
          wanted,
          maxRounds,
          passes: ({ score }) => score === 1,
        });
        expect([visits.sort(), passed.map(({ id }) => id)]).toEqual(oneByOne(table, wanted, maxRounds));
      }),
    );
  });

  test("goes on past rows that could not be paid for", async () => {
    const run = (): Promise<readonly Row[]> => Promise.resolve([]);
    const search = { teacher: { run }, order: examples(9), wanted: 2, maxRounds: 2, passes: () => true };
    expect(await rehearse(search)).toEqual([]);
  });
});

describe("teacherOf", () => {
  test("shows labelled demos to a module that has none", async () => {
    const study = fakeStudy();
    await teacherOf(study, labelledPools(study), 4).run(["r0"], 0);
    expect(decodeDemos(study.asks[0]!.candidate["m.demos"]!).rows).toHaveLength(4);
  });

  test("leaves the demos that are there", async () => {
    const own = encodeDemos({ rows: [{ input: { q: "own" }, output: { a: "own" } }] });
    const study = fakeStudy({ space: { ...oneModule, "m.demos": { ...oneModule["m.demos"]!, initial: own } } });
    await teacherOf(study, labelledPools(study), 4).run(["r0"], 0);
    expect(study.asks[0]!.candidate).toEqual(study.baseline);
  });

  test("asks for no row twice, and for another sample anew", async () => {
    const study = fakeStudy();
    const teacher = teacherOf(study, labelledPools(study), 4);
    const first = await teacher.run(["r0", "r1"], 0);
    const again = await teacher.run(["r1", "r2", "r0"], 0);
    await teacher.run(["r0"], 1);
    expect(again.map(({ id }) => id)).toEqual(["r1", "r2", "r0"]);
    expect(again[0]).toBe(first[1]);
    expect(study.asks.map(({ ids, sample }) => [ids, sample])).toEqual([
      [["r0", "r1"], 0],
      [["r2"], 0],
      [["r0"], 1],
    ]);
  });

  test.each([
    { evaluations: 2, paid: [] },
    { evaluations: 3, paid: ["r0"] },
    { evaluations: 5, paid: ["r0", "r1", "r2"] },
    { evaluations: 50, paid: ["r0", "r1", "r2", "r3"] },
  ])("of $evaluations evaluations leaves a pass over val", async ({ evaluations, paid }) => {
    const study = fakeStudy({ evaluations });
    const rows = await teacherOf(study, labelledPools(study), 4).run(["r0", "r1", "r2", "r3"], 0);
    expect(rows.map(({ id }) => id)).toEqual(paid);
    expect(study.remaining()).toBeGreaterThanOrEqual(study.val.length);
  });
});
