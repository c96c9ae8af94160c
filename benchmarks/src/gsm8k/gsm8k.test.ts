import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Gate } from "@cultivar/core";
import { oneStandardError, significant } from "@cultivar/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { agreements, kappaOf } from "./agreement.ts";
import { graders, verdictsOf } from "./graders.ts";
import { choices, chosenModel, closestPair, compiledModel, rules, shuffled } from "./model-choice.ts";
import { finalAnswer, modelsOf, parseRecorded, readRecorded } from "./recorded.ts";

const path = join(import.meta.dirname, "fixtures", "small.jsonl");
const rows = readRecorded(path)!;

describe("recorded rows", () => {
  test.each([
    ["2 + 3 = 5\nA: 5", "5"],
    ["A: 4\nno, again\nA: 5 hens", "5 hens"],
    ["so\n#### 1,010", "1,010"],
    ["no answer: 5", ""],
    ["A:", ""],
  ])("the final answer of %j is %j", (solution, answer) => expect(finalAnswer(solution)).toBe(answer));

  test("a file that isn't there is no error, a broken one names its line", () => {
    expect(readRecorded(`${path}.absent`)).toBeUndefined();
    const good = { question: "q", answer: "A: 1", solutions: { a: "A: 1" } };
    const lines = (...all: readonly unknown[]): string => all.map((one) => JSON.stringify(one)).join("\n");
    expect(() => parseRecorded(lines(good, { question: "q" }))).toThrow(/line 2/);
    expect(() => parseRecorded(lines(good, { ...good, answer: "1" }))).toThrow(/line 2.*without that line/);
    expect(() => parseRecorded(lines(good, { ...good, solutions: { b: "A: 1" } }))).toThrow(/row 2.*got b/);
    expect(() => parseRecorded("\n")).toThrow(/at least one row/);
  });
});

describe("graders", () => {
  test("each one's verdicts on the hand-made rows", async () => {
    const found = await Promise.all(
      Object.entries(graders).map(async ([name, grader]) => [name, await verdictsOf(rows, grader)] as const),
    );
    expect(Object.fromEntries(found)).toEqual({
      // a solution that ends without announcing its answer still has a last number
      "numericEquality, final": { small: [0, 1, 0, 0, 1, 0], large: [1, 1, 1, 1, 1, 1] },
      "numericEquality, whole": { small: [0, 1, 0, 0, 1, 0], large: [1, 1, 1, 0, 1, 1] },
      exactMatch: { small: [0, 0, 0, 0, 1, 0], large: [1, 0, 0, 0, 1, 1] },
      // without punctuation 2.5 reads as 25
      normalizedMatch: { small: [0, 1, 1, 0, 1, 0], large: [1, 1, 0, 0, 1, 1] },
      "regex after the mark": { small: [0, 1, 0, 0, 1, 0], large: [1, 1, 0, 0, 1, 1] },
      "contains, whole words": { small: [0, 0, 0, 1, 1, 0], large: [1, 0, 0, 1, 1, 1] },
    });
  });

  test("kappa of textbook counts", () => {
    // 20 both yes, 5 and 10 split, 15 both no: observed 0.7, chance 0.5
    const first = [...Array<number>(25).fill(1), ...Array<number>(25).fill(0)];
    const second = [
      ...Array<number>(20).fill(1),
      ...Array<number>(5).fill(0),
      ...Array<number>(10).fill(1),
      ...Array<number>(15).fill(0),
    ];
    expect(kappaOf(first, second)).toBeCloseTo(0.4, 12);
    expect(kappaOf([1, 1], [1, 1])).toBeUndefined();
    expect(kappaOf([1, 0], [0, 1])).toBe(-1);
  });

  test("disagreements are named, and counted in the agreement", () => {
    const [found] = agreements({ a: { m: [1, 0, 1], n: [0, 0, 0] }, b: { m: [1, 1, 0], n: [0, 0, 1] } });
    expect(found).toMatchObject({ first: "a", second: "b", n: 6 });
    expect(found!.onlyFirst).toEqual({ count: 1, solutions: ["m 3"] });
    expect(found!.onlySecond).toEqual({ count: 2, solutions: ["m 2", "n 3"] });
    expect(found!.agreement).toBeCloseTo(0.5, 12);
  });
});

describe("model choice", () => {
  const verdicts = { a: [1, 1, 0, 0, 1, 0], b: [1, 0, 1, 1, 1, 1], c: [0, 0, 0, 0, 0, 1] };

  test("argmax follows the mean, ties keep the baseline, and a gate can hold it back", () => {
    const [argmax] = rules as [Gate, ...Gate[]];
    const every = [0, 1, 2, 3, 4, 5];
    expect(chosenModel(verdicts, ["a", "b", "c"], "c", every, argmax)).toBe("b");
    expect(chosenModel(verdicts, ["a", "b", "c"], "b", [0, 4], argmax)).toBe("b");
    expect(chosenModel(verdicts, ["a", "b", "c"], "a", [0, 4], argmax)).toBe("a");
    // 3 rows better, 1 worse of 6: a mean of 1/3 with an error of 0.33
    expect(chosenModel(verdicts, ["a", "b", "c"], "a", every, significant(0.05))).toBe("a");
  });

  test("a split uses each row once, and another seed splits otherwise", () => {
    expect([...shuffled(50, 0)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, row) => row));
    expect(shuffled(50, 0)).not.toEqual(shuffled(50, 1));
    expect(shuffled(50, 3)).toEqual(shuffled(50, 3));
  });

  test("a model that is always right is always found, at no regret", () => {
    const clear = { good: Array<number>(40).fill(1), bad: Array<number>(40).fill(0) };
    for (const found of choices(clear, ["good", "bad"], 10, 20)) {
      expect(found).toMatchObject({ best: 1, worse: 0 });
      expect(found.regret.mean).toBe(0);
    }
  });

  test("regret is what the choice loses on the rows not seen", () => {
    // Whoever is right on the one val row is right on one of the three others, and the other model on two.
    const turns = { even: [1, 0, 1, 0], odd: [0, 1, 0, 1] };
    const [argmax, ...gated] = choices(turns, ["even", "odd"], 1, 6);
    expect(argmax).toMatchObject({ rule: "argmax", best: 0, worse: 0.5 });
    expect(argmax!.regret.mean).toBeCloseTo(100 / 3, 9);
    // Of a single row no error is known, so that the baseline stays: half of the baselines are the better model.
    for (const found of gated) {
      expect(found).toMatchObject({ best: 0.5, worse: 0 });
      expect(found.regret.mean).toBeCloseTo(100 / 6, 9);
    }
    expect(gated).toHaveLength(2);
  });

  test("the closest pair has neighbouring means", () => {
    expect(closestPair({ a: [0, 0, 0, 0], b: [1, 1, 1, 1], c: [1, 1, 1, 0] })).toEqual(["c", "b"]);
  });

  test("compile chooses what the rule chooses", async () => {
    const own = await verdictsOf(rows, Object.values(graders)[0]!);
    const models = modelsOf(rows);
    const cases = fc.record({
      baseline: fc.constantFrom(...models),
      val: fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 2, maxLength: 5 }),
      gate: fc.constantFrom(rules[0]!, oneStandardError, significant(0.05)),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ baseline, val, gate }) => {
        const wanted = chosenModel(own, models, baseline, val, gate);
        expect(await compiledModel(rows, models, baseline, val, gate)).toBe(wanted);
      }),
      { numRuns: 30 },
    );
  });
});

describe("the command", () => {
  const main = (...args: readonly string[]): Promise<{ stdout: string; stderr: string }> =>
    promisify(execFile)(process.execPath, [
      "--conditions=@cultivar/source",
      join(import.meta.dirname, "main.ts"),
      ...args,
    ]);

  test("prints one JSON object, with every section and no text of the data", async () => {
    const { stdout } = await main("--data", path, "--seeds", "2", "--json");
    const found = JSON.parse(stdout) as Record<string, unknown>;
    expect(found).toMatchObject({ rows: 6, seeds: "0..1" });
    expect(Object.keys(found["accuracy"] as object)).toEqual(Object.keys(graders));
    expect(found["agreements"]).toHaveLength(15);
    expect(stdout).not.toContain("hens");
  });

  test("skips, and says so, without data", async () => {
    const { stdout, stderr } = await main("--data", `${path}.absent`, "--json");
    expect(JSON.parse(stdout)).toHaveProperty("skipped");
    expect(stderr).toMatch(/skipped.*--data/);
  });
});
