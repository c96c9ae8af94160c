import { describe, expect, test } from "vitest";
import type { Report } from "./report.ts";
import { headline, reportLines, scoreTable } from "./report.ts";

const estimate = (mean: number, n = 100) => ({ mean, standardError: 0.02, n });
const comparison = (from: number, to: number, over: Partial<Report["val"]> = {}): Report["val"] => ({
  baseline: estimate(from),
  best: estimate(to),
  difference: estimate(to - from),
  fixed: [],
  broken: [],
  unscored: { rows: 0 },
  ...over,
});
const report: Report = {
  target: "route",
  improved: true,
  val: comparison(0.5, 0.8),
  test: comparison(0.52, 0.79, { fixed: ["a", "b", "c", "d", "e", "f", "g"], broken: ["z"] }),
  incomplete: 0,
  end: "evaluations",
  evaluations: 800,
  calls: 1234,
  resumed: 0,
  reused: 5,
  orphans: 0,
  cost: "$1.22",
  elapsed: "3m40s",
  simulated: false,
  learned: [],
  remarks: [],
  artifact: "route.cultivar.json",
  next: ["npx cultivar prompt route"],
};

describe("headline", () => {
  test.each([
    ["a gain", report, "route: improved on test: 0.520 -> 0.790, +0.270 ± 0.020 paired over n=100"],
    [
      "no test split",
      { ...report, test: undefined },
      "route: improved on val: 0.500 -> 0.800, +0.300 ± 0.020 paired over n=100",
    ],
    [
      "a worse test score",
      { ...report, test: comparison(0.52, 0.5) },
      "route: worse on test: 0.520 -> 0.500, -0.020 ± 0.020 paired over n=100",
    ],
    [
      "a test report that was cut short",
      { ...report, incomplete: 30, test: comparison(0.52, 0.79, { difference: { n: 0, mean: undefined } as never }) },
      "route: improved on val: 0.500 -> 0.800, +0.300 ± 0.020 paired over n=100; the test report is incomplete, 30 rows not scored",
    ],
    [
      "no gain",
      { ...report, improved: false, test: undefined },
      "route: no measurable gain on val; the baseline is kept",
    ],
  ])("%s", (_, of, line) => {
    expect(headline(of)).toBe(line);
    expect(headline({ ...of, simulated: true })).toBe(`${line} (simulated models)`);
  });
});

test("the table lines up, and says n", () => {
  expect(scoreTable(report.val, report.test)).toEqual([
    "      baseline       best           difference        n",
    "val   0.500 ± 0.020  0.800 ± 0.020  +0.300 ± 0.020  100",
    "test  0.520 ± 0.020  0.790 ± 0.020  +0.270 ± 0.020  100",
  ]);
});

test("the report names rows that changed sides, the cost, the artifact and the next command", () => {
  const lines = reportLines(report);
  expect(lines).toContain("test: 7 wrong -> right: a, b, c, d, e, and 2 more");
  expect(lines).toContain("test: 1 right -> wrong: z");
  expect(lines).toContain(
    "run       800 evaluations, 1,234 calls paid, 5 reused, $1.22, 3m40s; the evaluations budget is used",
  );
  expect(lines.at(-2)).toBe("artifact  route.cultivar.json");
  expect(lines.at(-1)).toBe("next      npx cultivar prompt route");
});

test("unscored rows, orphans, remarks and a missing test split are said; escapes in remarks are shown", () => {
  const val = comparison(0.5, 0.8, { unscored: { rows: 2, cause: "timeout after 60s" } });
  const lines = reportLines({
    ...report,
    val,
    test: undefined,
    resumed: 812,
    orphans: 3,
    remarks: ["cut \u001b[2J here"],
  }).join("\n");
  expect(lines).toContain("val: 2 rows unscored, left out of both sides (timeout after 60s)");
  expect(lines).toContain("1,234 calls paid (812 by earlier processes), 5 reused");
  expect(lines).toContain("3 orphans (sent by an interrupted process, answer never seen)");
  expect(lines).toContain("note      cut \\x1b[2J here");
  expect(lines).toContain("test: no test split");
});

test("what was learned is shown, the first lines of it and how many more there are", () => {
  const lines = reportLines({ ...report, learned: Array.from({ length: 10 }, (_, i) => `m.instructions: rule ${i}`) });
  expect(lines).toContain("learned   m.instructions: rule 7");
  expect(lines).not.toContain("learned   m.instructions: rule 8");
  expect(lines).toContain("          and 2 more: see the artifact");
});
