import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { finalNumber, finalQuantity } from "./final-number.ts";

describe("finalNumber", () => {
  test.each<[string, number | undefined]>([
    ["She makes 9 * 2 = $<<9*2=18>>18 every day\nA: 18", 18],
    ["work 5\nA: 90,000", 90000],
    ["work 5\nA: -129025", -129025],
    ["work\nA: $18.50 a day", 18.5],
    ["work\nA: 18 eggs out of 20", 18],
    ["work 7\n#### 1,234", 1234],
    ["A: 3\nno, wait\nA: 4", 4],
    ["The answer is 42.", 42],
    ["**Answer:** 42", 42],
    ["The final answer is: $\\boxed{42}$", 42],
    ["so \\boxed{\\$1{,}000} and then 7 more", 1000],
    ["first 3, then 9-4=5", 5],
    ["a room of 3x4", 4],
    ["in 2020 there were 300 people", 300],
    ["it costs 3/4", 0.75],
    ["the change is -5", -5],
    ["covid-19", 19],
    ["He drove 1.5 x 10^3 miles", 1500],
    ["no idea", undefined],
    ["A: unknown, but 7 fits", 7],
    ["A: none\nmaybe 12", 12],
    ["", undefined],
  ])("%j ends in %s", (text, value) => {
    expect(finalNumber(text)).toBe(value);
  });

  test("keeps the unit of an announced answer", () => {
    expect(finalQuantity("so it is far\nA: 5 km")).toEqual({ value: 5, unit: "km" });
  });

  test("is linear in the length of the text: a quadratic pattern would run out of time here", () => {
    expect(finalNumber(`${"1 ".repeat(60_000)}x`)).toBe(1);
    expect(finalNumber(`${"(".repeat(200_000)}7`)).toBe(7);
    expect(finalNumber("-$ ".repeat(50_000))).toBeUndefined();
    expect(finalNumber("\n".repeat(100_000))).toBeUndefined();
  });
});

const recorded = new URL("../../../../../shared/data/gsm8k/recorded-solutions.jsonl", import.meta.url);

interface Line {
  readonly answer: string;
  readonly solutions: Readonly<Record<string, string>>;
}

describe("GSM8K's recorded solutions", () => {
  const missing = existsSync(recorded) ? "" : " (skipped: ../shared/data/gsm8k/recorded-solutions.jsonl is not there)";
  test.skipIf(missing !== "")(`accuracy of four recorded models${missing}`, () => {
    const lines = readFileSync(recorded, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Line);
    expect(lines).toHaveLength(1319);
    const accuracy: Record<string, number> = {};
    for (const { answer, solutions } of lines) {
      const gold = finalNumber(answer);
      expect(gold).toBeDefined();
      for (const [model, text] of Object.entries(solutions)) {
        accuracy[model] = (accuracy[model] ?? 0) + Number(finalNumber(text) === gold) / lines.length;
      }
    }
    // Cobbe et al. 2021, figure 5, give about 20 % and 55 % for the smallest and the best of the four.
    expect(accuracy["6b_finetuning"]).toBeGreaterThan(0.19);
    expect(accuracy["6b_finetuning"]).toBeLessThan(0.25);
    expect(accuracy["175b_verification"]).toBeGreaterThan(0.54);
    expect(accuracy["175b_verification"]).toBeLessThan(0.58);
  });
});
