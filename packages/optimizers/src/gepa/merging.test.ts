import { rng } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import type { Scores } from "../beliefs/evidence.ts";
import { fakeStudy } from "../fixtures/fake-study.ts";
import { member } from "./fixtures/members.ts";
import { mergeTest } from "./merging.ts";

const ids = ["v0", "v1", "v2", "v3", "v4"];
const one = [1, 1, 0, 0, 0];
const other = [0, 0, 1, 1, 0];

/** Scores are moved by `by`: what counts as 0 in one range is not 0 in another. */
async function tested(child: Scores, by = 0): Promise<string | undefined> {
  const moved = (scores: Scores): Scores => scores.map((score) => (score === undefined ? undefined : score + by));
  const study = fakeStudy({ val: ids, range: [by, 1 + by], score: (_, id) => moved(child)[ids.indexOf(id)] });
  const look = mergeTest(study, { m: "merged" }, member(moved(one)), member(moved(other)), rng(0, "merge"));
  return (await look!()).refusal;
}

describe("the test of a merge", () => {
  test.each<[what: string, child: Scores, lost: boolean]>([
    ["one as good as the better parent passes", [1, 0, 0, 0, 1], false],
    ["one that is worse is refused", [1, 0, 0, 0, 0], true],
    ["an unscored row drops out of both sides", [1, undefined, 1, 0, 0], false],
    ["and does not hide a loss", [undefined, undefined, 0, 0, undefined], true],
  ])("%s, in any range", async (_, child, lost) => {
    for (const by of [0, -1, 3]) expect(await tested(child, by)).toBe(lost ? "the merge lost to a parent" : undefined);
  });

  test("one that could not be scored at all is refused", async () => {
    expect(await tested(ids.map(() => undefined))).toBe("no row of the merge could be scored");
  });

  test("there is none where parents have too few rows in common", () => {
    const study = fakeStudy({ val: ids });
    const half = member([1, 1, undefined, undefined, undefined]);
    expect(mergeTest(study, { m: "x" }, half, member(other), rng(0, "merge"))).toBeUndefined();
  });
});
