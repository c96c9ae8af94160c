import type { Space } from "@cultivar/core";
import { encodeDemos, noDemos } from "@cultivar/core";
import { expect, test } from "vitest";
import { fakeStudy } from "../fixtures/fake-study.ts";
import { axesOf, byVectors, candidateAt, firstChoices, withValues } from "./choices.ts";

const demos = (...sources: readonly string[]): string =>
  encodeDemos({ rows: sources.map((source) => ({ input: { q: source }, output: { a: source }, source })) });
const space: Space = {
  "m.demos": { kind: "demos", initial: noDemos, role: "the demos of m" },
  "m.format": { kind: "choice", initial: "json", role: "the format", choices: ["json", "markers"] },
  "m.instructions": { kind: "text", initial: "Answer.", role: "the instructions of m" },
};
const baseline = { "m.demos": noDemos, "m.format": "markers", "m.instructions": "Answer." };
const choices = withValues(
  firstChoices(space, baseline),
  new Map([
    ["m.demos", [noDemos, demos("a", "b"), demos("b", "c")]],
    ["m.instructions", ["Answer in French.", "Answer.", "Say nothing at all, ever."]],
  ]),
);

test("the baseline's value comes first, each value once, and growth leaves points what they were", () => {
  expect(choices.get("m.format")).toEqual(["markers", "json"]);
  expect(choices.get("m.instructions")).toEqual(["Answer.", "Answer in French.", "Say nothing at all, ever."]);
  expect(candidateAt(choices, [0, 0, 0])).toEqual(baseline);
  const grown = withValues(choices, new Map([["m.instructions", ["New."]]]));
  expect(candidateAt(grown, [2, 1, 1])).toEqual(candidateAt(choices, [2, 1, 1]));
  expect(grown.get("m.instructions")!.at(-1)).toBe("New.");
});

test("axes tell texts apart by words, demo sets by the demos that they share, choices not at all", () => {
  const [sets, format, texts] = axesOf(space, choices);
  expect([sets!.size, format!.size, texts!.size]).toEqual([3, 2, 3]);
  expect([sets!.group, texts!.name]).toEqual(["m", "m.instructions"]);
  expect(format!.distance).toBeUndefined();
  expect(sets!.distance!(1, 2)).toBeCloseTo(2 / 3);
  expect(sets!.distance!(0, 1)).toBe(1);
  expect(sets!.distance!(2, 2)).toBe(0);
  expect(texts!.distance!(0, 1)).toBeLessThan(texts!.distance!(0, 2));
  expect(texts!.distance!(2, 0)).toBe(texts!.distance!(0, 2));
});

test("an embedder tells texts apart where it is asked to", async () => {
  const study = {
    ...fakeStudy({ space }),
    embed: (_: string, all: readonly string[]) =>
      Promise.resolve(all.map((text) => (/French/.test(text) ? [0, 1] : [2, 0]))),
  };
  const axes = axesOf(space, choices, await byVectors(study, "own", choices));
  expect(axes[2]!.distance!(0, 2)).toBe(0);
  expect(axes[2]!.distance!(0, 1)).toBe(1);
});
