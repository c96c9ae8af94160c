import type { Space } from "@cultivar/core";
import { decodeDemos, noDemos } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { examples, fakeStudy, oneModule } from "../fixtures/fake-study.ts";
import { labeledFewShot } from "./labeled-few-shot.ts";

const twoModules: Space = { ...oneModule, "n.demos": { kind: "demos", initial: noDemos, role: "the demos of n" } };

describe("labeledFewShot", () => {
  test("scores one candidate of k labelled rows once on all of val", async () => {
    const study = fakeStudy({ train: examples(30) });
    await labeledFewShot({ k: 5 }).run(study);
    expect(study.asks.map(({ split, ids }) => [split, ids])).toEqual([["val", ["v0", "v1"]]]);
    const { rows } = decodeDemos(study.tried()[0]!["m.demos"]!);
    expect(rows).toHaveLength(5);
    expect(new Set(rows.map(({ source }) => source)).size).toBe(5);
    expect(study.notes).toMatchObject([{ type: "proposal", parents: [study.baseline], candidate: study.tried()[0] }]);
  });

  test("takes every row when there are fewer than k", async () => {
    const study = fakeStudy({ train: examples(3) });
    await labeledFewShot().run(study);
    expect(decodeDemos(study.tried()[0]!["m.demos"]!).rows).toHaveLength(3);
  });

  test("draws for each module from the whole pool, by a stream of its own", async () => {
    const study = fakeStudy({ space: twoModules, train: examples(40) });
    await labeledFewShot({ k: 8 }).run(study);
    const [m, n] = ["m.demos", "n.demos"].map((id) =>
      decodeDemos(study.tried()[0]![id]!).rows.map(({ source }) => source),
    );
    expect(m).toHaveLength(8);
    expect(n).toHaveLength(8);
    expect(n).not.toEqual(m);
    expect(n!.some((source) => !m!.includes(source))).toBe(true);
  });

  test("says so and asks for nothing when no label fits", async () => {
    const study = fakeStudy({ train: examples(3).map((row) => ({ ...row, expected: "a bare text" })) });
    await labeledFewShot().run(study);
    expect(study.asks).toEqual([]);
    expect(study.notes).toMatchObject([
      { type: "remark", text: expect.stringContaining("no train row's `expected` fits") as string },
    ]);
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses k = %d", (k) => {
    expect(() => labeledFewShot({ k })).toThrow(`labeledFewShot: k must be a whole number of at least 1, got ${k}`);
  });
});
