import { expect, test } from "vitest";
import type { Candidate, Space } from "../values/component.ts";
import { candidateHash } from "../values/component.ts";
import { encodeDemos, noDemos } from "../values/demo.ts";
import { learned } from "./learned.ts";
import type { LineageEntry } from "./result.ts";

const space: Space = {
  "m.instructions": { kind: "text", initial: "Answer.\nBe brief.", role: "instructions of m" },
  "m.demos": { kind: "demos", initial: noDemos, role: "demos of m" },
  "m.model": { kind: "choice", initial: "small", role: "model of m", choices: ["small", "large"] },
};
const demos = encodeDemos({ rows: [{ input: { q: "1" }, output: { a: "2" } }] });
const candidate = (text: string, shown = noDemos, model = "small"): Candidate => ({
  "m.instructions": text,
  "m.demos": shown,
  "m.model": model,
});
const entry = (one: Candidate, why: string, at: number, ...parents: readonly Candidate[]): LineageEntry => ({
  candidate: one,
  hash: candidateHash(one),
  parents: parents.map(candidateHash),
  why,
  at,
});

const base = candidate("Answer.\nBe brief.");
const first = candidate("Answer.\n- Say it in French.");
const aside = candidate("Answer.\n- Say it in French.\n- Shout.");
const second = candidate("Answer.\n- Say it in French.\n- Shout.", demos, "large");
const lineage = [
  entry(base, "the starting point", 0),
  entry(first, "reflection on 3 train rows", 10, base),
  entry(aside, "never an ancestor", 15, base),
  entry(second, "a large step", 20, first),
];

test("each added line names the first ancestor that had it, and what went is said", () => {
  expect(learned(space, lineage, second)).toEqual([
    "m.instructions: - Say it in French. (reflection on 3 train rows, after 10 evaluations)",
    "m.instructions: - Shout. (a large step, after 20 evaluations)",
    "m.instructions: no longer says: Be brief.",
    "m.demos: 1 demos in place of 0 (a large step, after 20 evaluations)",
    "m.model: small -> large (a large step, after 20 evaluations)",
  ]);
});

test("the baseline has learned nothing, and a candidate that nobody noted is told without its steps", () => {
  expect(learned(space, lineage, base)).toEqual([]);
  expect(learned(space, lineage, candidate("Answer.\nBe brief.\nNow."))).toEqual(["m.instructions: Now."]);
});

test("of demos that are chosen for each input, it says how many are", () => {
  const rows = ["1", "2"].map((q) => ({ input: { q }, output: { a: q } }));
  const select = { k: 1, by: "nearest", embedder: "e", vectors: [[0], [1]] } as const;
  const near = candidate("Answer.\nBe brief.", encodeDemos({ rows, select }));
  expect(learned(space, [entry(base, "the starting point", 0), entry(near, "near ones", 10, base)], near)).toEqual([
    "m.demos: the 1 nearest of 2 demos in place of 0 (near ones, after 10 evaluations)",
  ]);
});
