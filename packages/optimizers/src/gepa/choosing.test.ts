import type { Space } from "@cultivar/core";
import { candidateHash } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { oneModule } from "../fixtures/fake-study.ts";
import { choosing } from "./choosing.ts";
import { deskOf } from "./fixtures/desk.ts";
import { currentBest } from "./parents.ts";

const space: Space = {
  ...oneModule,
  "m.format": { kind: "choice", initial: "json", role: "the format of m", choices: ["json", "markers", "xml"] },
};
const move = choosing({ parents: currentBest });
const shown = new Map([["r0", 1]]);

describe("choosing", () => {
  test("gives each other value of a choice its turn, and then has nothing", async () => {
    const values: string[] = [];
    const rejected: { component: string; candidate: Readonly<Record<string, string>>; hash: string; why: string }[] =
      [];
    for (let step = 0; step < 2; step++) {
      const desk = deskOf({ space, step, pool: { rejected, shown } });
      const { draft } = await move.propose(desk);
      expect(draft).toMatchObject({ component: "m.format", parents: [0] });
      expect({ ...draft!.candidate, "m.format": "json" }).toEqual(desk.study.baseline);
      values.push(draft!.candidate["m.format"]!);
      rejected.push({
        component: "m.format",
        candidate: draft!.candidate,
        hash: candidateHash(draft!.candidate),
        why: "no better",
      });
    }
    expect(values.toSorted()).toEqual(["markers", "xml"]);
    const { draft } = await move.propose(deskOf({ space, step: 2, pool: { rejected, shown } }));
    expect(draft).toBeUndefined();
  });

  test("wants no step without choices, and none before the first reflection", () => {
    const [with_, without] = [deskOf({ space }), deskOf()];
    expect(move.urge({ ...with_.pool, shown }, with_.study)).toBeGreaterThan(0);
    expect(move.urge(with_.pool, with_.study)).toBe(0);
    expect(move.urge({ ...without.pool, shown }, without.study)).toBe(0);
  });
});
