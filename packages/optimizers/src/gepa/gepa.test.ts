import type { CompileResult, Request } from "@cultivar/core";
import { compile, predict, program, rng, signature, textOf } from "@cultivar/core";
import { scriptedModel } from "@cultivar/core/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { epochs } from "./batches.ts";
import type { GepaOptions } from "./gepa.ts";
import { gepa } from "./gepa.ts";

// Two modules; each answers the rows of a kind once its instruction holds the kind's word. Four kinds, two per module.
const kinds = { left: ["ant", "bee"], right: ["cat", "dog"] } as const;
const part = (name: "left" | "right") =>
  predict(
    signature({
      name,
      instructions: `Do the ${name} part.`,
      input: z.object({ kind: z.string(), n: z.number() }),
      output: z.object({ [`${name}Out`]: z.string() }),
    }),
  );
const both = program(
  "both",
  { left: part("left"), right: part("right") },
  async (m, input: { kind: string; n: number }) => ({
    ...(await m.left(input)),
    ...(await m.right(input)),
  }),
);

const all = [...kinds.left, ...kinds.right];
const rowsFrom = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ input: { kind: all[(from + i) % 4]!, n: from + i }, expected: "yes" }));
const data = { train: rowsFrom(0, 24), val: rowsFrom(100, 24) };

const student = () =>
  scriptedModel((request) => {
    const kind = /\b(?:ant|bee|cat|dog)\b/.exec(textOf(request.messages.at(-1)!))![0];
    const before = request.messages.slice(0, -1).map(textOf).join("\n");
    const field =
      before.includes("leftOut") || JSON.stringify(request.output ?? {}).includes("leftOut") ? "leftOut" : "rightOut";
    return JSON.stringify({ [field]: before.includes(kind.toUpperCase()) ? "yes" : "no" });
  });

/** Adds the word of one failing row to the text that it is shown. */
const teacher = () =>
  scriptedModel(({ messages }: Request) => {
    const prompt = textOf(messages[0]!);
    const text = /```\n([\s\S]*?)\n```/.exec(prompt)![1]!;
    const side = text.includes("left") ? "left" : "right";
    const missing = [...prompt.matchAll(/### kind\n(\w+)/g)]
      .map(([, kind]) => kind!)
      .filter((kind) => (kinds[side] as readonly string[]).includes(kind) && !text.includes(kind.toUpperCase()));
    return `\`\`\`\n${[text, ...missing.slice(0, 1).map((kind) => kind.toUpperCase())].join(" ")}\n\`\`\``;
  });

const run = (options: GepaOptions, seed = 0, evaluations = 600): Promise<CompileResult> =>
  compile(both, {
    data,
    metric: ({ example, output }) => {
      const side = (kinds.left as readonly string[]).includes(example.input.kind) ? "leftOut" : "rightOut";
      return output[side as keyof typeof output] === "yes" ? 1 : 0;
    },
    optimizer: gepa(options),
    models: { default: student(), reflect: teacher() },
    budget: { evaluations },
    seed,
    fingerprint: "two parts",
  });

describe("gepa", () => {
  test("solves a program of two modules, a word at a time, and then stops", async () => {
    const result = await run({});
    expect(result.val.baseline.mean).toBe(0);
    expect(result.val.best.mean).toBe(1);
    expect(result.end).toBe("done");
    for (const side of ["left", "right"] as const)
      for (const kind of kinds[side]) expect(result.candidate[`${side}.instructions`]).toContain(kind.toUpperCase());
    // each step changed one text
    const steps = result.lineage.filter(({ why }) => why.startsWith("reflection"));
    expect(steps.length).toBeGreaterThan(3);
    expect(steps.every(({ component }) => component !== undefined)).toBe(true);
  });

  test("merges two lines of descent into a better candidate, as often as allowed", async () => {
    // every reflection starts from the baseline, so that only a merge can bring two words together
    const parents = { name: "the baseline", choose: () => 0 };
    const merges = ({ lineage }: CompileResult) => lineage.filter(({ why }) => why === "merge of two lines");
    const result = await run({ parents });
    const found = merges(result);
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((entry) => entry.parents.length === 2 && entry.component === undefined)).toBe(true);
    const without = await run({ parents, merges: 0 });
    expect(merges(without)).toEqual([]);
    expect(result.val.best.mean!).toBeGreaterThan(without.val.best.mean!);
  });

  test("proposes nothing when a whole step no longer fits into the budget", async () => {
    const result = await run({}, 0, 24 + 6 + 24 - 1);
    expect(result.lineage).toHaveLength(1);
    expect(result).toMatchObject({ end: "evaluations", evaluations: 24 });
  });

  test("refuses options out of range", () => {
    expect(() => gepa({ width: 0 })).toThrow(/gepa: width must be a whole number of at least 1, got 0/);
    expect(() => gepa({ merges: 1.5 })).toThrow(/gepa: merges must be a whole number of at least 0, got 1.5/);
    expect(() => gepa({ batches: epochs(0) })).toThrow(/the size of epochs must be a whole number of at least 1/);
  });
});

describe("epochs", () => {
  const ids = ["a", "b", "c", "d", "e", "f", "g"];
  const stream = (label: string) => rng(0, label);
  test("show every row once before any again, in batches of one size", () => {
    const batches = [0, 1, 2].map((step) => epochs(3).rows(ids, step, stream));
    expect(batches.map((batch) => batch.length)).toEqual([3, 3, 3]);
    expect(new Set(batches.flat())).toEqual(new Set(ids));
    expect(epochs(3).rows(ids, 0, stream)).toEqual(batches[0]);
    expect(epochs(3).rows(ids, 3, stream)).not.toEqual(batches[0]);
  });
  test("never repeat a row within a batch, however few there are", () => {
    for (let step = 0; step < 12; step++) {
      const batch = epochs(3).rows(ids, step, stream);
      expect(new Set(batch).size).toBe(3);
    }
    expect(epochs(3).rows(["a", "b"], 5, stream).toSorted()).toEqual(["a", "b"]);
  });
});
