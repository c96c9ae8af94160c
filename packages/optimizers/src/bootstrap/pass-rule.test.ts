import { describe, expect, test } from "vitest";
import { passRule } from "./pass-rule.ts";

describe("passRule", () => {
  test.each([
    { range: [0, 1], score: 1, passes: true },
    { range: [0, 1], score: 0.99, passes: false },
    { range: [0, 1], score: 0.7 + 0.2 + 0.1, passes: true },
    { range: [0, 1], threshold: 0.5, score: 0.5, passes: true },
    { range: [0, 1], threshold: 0.5, score: 0.01, passes: false },
    { range: [0, 1], threshold: 0, score: 0, passes: true },
    { range: [-1, 0], score: 0, passes: true },
    { range: [-1, 0], score: -1, passes: false },
    { range: [-1, 0], threshold: -0.5, score: -0.4, passes: true },
    { range: [0, 10], score: 9, passes: false },
    { range: [0, 1], score: undefined, passes: false },
  ] as const)("score $score in $range at $threshold passes: $passes", ({ passes, range, score, ...rest }) => {
    const threshold = "threshold" in rest ? rest.threshold : undefined;
    expect(passRule("bootstrap", range, threshold)({ id: "r", ...(score !== undefined && { score }) })).toBe(passes);
  });

  test("no failed row passes, whatever the threshold", () => {
    const failure = { blame: "candidate", code: "parse", message: "no JSON" } as const;
    expect(passRule("randomSearch", [0, 1], 0)({ id: "r", score: 0, failure })).toBe(false);
  });

  test.each([1.5, -0.1, Number.NaN])("refuses the threshold %d of a metric in [0, 1]", (threshold) => {
    expect(() => passRule("randomSearch", [0, 1], threshold)).toThrow(
      `randomSearch: threshold must be in the metric's range [0, 1], got ${threshold}`,
    );
  });
});
