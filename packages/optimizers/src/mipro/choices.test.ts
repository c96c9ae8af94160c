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
  expect(sets!.distance!(1, 2)).toBeCloseTo(Math.sqrt(2 / 3));
  expect(sets!.distance!(0, 1)).toBe(1);
  expect(sets!.distance!(2, 2)).toBe(0);
  expect(texts!.distance!(0, 1)).toBeLessThan(texts!.distance!(0, 2));
  expect(texts!.distance!(2, 0)).toBe(texts!.distance!(0, 2));
});

test("a kernel over the distances is positive definite, as a Gaussian process needs it", () => {
  const texts = Array.from(
    { length: 12 },
    (_, i) => `Answer in ${i % 3} words. ${i % 2 === 0 ? "Be brief." : "Be kind."} Rule ${i}.`,
  );
  const sets = Array.from({ length: 12 }, (_, i) =>
    demos(...["a", "b", "c", "d", "e"].filter((_one, j) => (i >> (j % 4)) & 1 || j === i % 5)),
  );
  const grown = withValues(
    choices,
    new Map([
      ["m.instructions", texts],
      ["m.demos", sets],
    ]),
  );
  for (const { size, distance, name } of axesOf(space, grown).filter((axis) => axis.distance !== undefined))
    for (const scale of [0.1, 0.5, 2]) {
      const kernel = Array.from({ length: size }, (_, a) =>
        Array.from({ length: size }, (__, b) => Math.exp(-(distance!(a, b) ** 2) / (2 * scale ** 2))),
      );
      expect({ name, scale, holds: leastPivot(kernel) > -1e-12 }).toEqual({ name, scale, holds: true });
    }
});

/** The least pivot of Cholesky's decomposition: below 0 for a matrix that is not positive semidefinite. */
function leastPivot(matrix: readonly (readonly number[])[]): number {
  const lower: number[][] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const [i, row] of matrix.entries()) {
    lower.push([]);
    for (let j = 0; j <= i; j++) {
      const rest = row[j]! - lower[i]!.slice(0, j).reduce((sum, x, k) => sum + x * lower[j]![k]!, 0);
      if (i === j) least = Math.min(least, rest);
      lower[i]!.push(i === j ? Math.sqrt(Math.max(rest, 1e-15)) : rest / lower[j]![j]!);
    }
  }
  return least;
}

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
