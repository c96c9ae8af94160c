import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { markdownOf, readArguments } from "./markdown.ts";
import { ablationTable, aboveList, duelTable, failureList, meansTable, scoreTable } from "./markdown-tables.ts";
import type { ResultFile } from "./result-file.ts";
import { levelsOf } from "./result-file.ts";
import { interval } from "./statistics.ts";
import type { Row } from "./summary.ts";

const bare: Omit<Row, "world" | "optimizer" | "seeds" | "scores" | "score"> = {
  noise: 0,
  persistent: false,
  budget: 100,
  failures: [],
  baseline: 0.5,
  optimum: 1,
  area: undefined,
  toGoal: undefined,
  versusRandom: undefined,
  worse: 0,
  metricCalls: 90,
  reportedMetricCalls: undefined,
  lmCalls: 120,
  tokens: 1000,
  usd: 0.25,
  seconds: 2,
};

function row(world: string, optimizer: string, scores: readonly number[], more: Partial<Row> = {}): Row {
  return { ...bare, world, optimizer, seeds: scores.map((_, i) => i), scores, score: interval(scores), ...more };
}

const goal = (median: number): Row["toGoal"] => ({ median, reached: 1, n: 3 });

const sizes = { train: 10, val: 5, test: 20 };

function file(rows: readonly Row[], more: Partial<ResultFile> = {}): ResultFile {
  return {
    command: "npm run bench",
    commit: "abc",
    seeds: [0, 1, 2],
    rowsPerSplit: sizes,
    node: "v1",
    versions: {},
    rows,
    ...more,
  };
}

const own = file([
  row("a", "null", [0.5, 0.5, 0.5]),
  row("a", "mine", [0.8, 0.9, 0.7], { toGoal: goal(40) }),
  row("b", "null", [0.5, 0.5, 0.5]),
  row("b", "mine", [0.6, 0.6, 0.6], { toGoal: goal(100) }),
  row("c", "mine", [0.5, 0.5, 0.5], { optimum: 0.5 }),
]);
const peers = file(
  [
    row("a", "peer", [0.6, 0.8, 0.7], { toGoal: goal(80), reportedMetricCalls: 70 }),
    row("b", "peer", [0.6, 0.5], { worse: 0.5, toGoal: goal(100), failures: ["it | broke\n`there`"] }),
    row("c", "peer", [], {
      baseline: undefined,
      optimum: undefined,
      metricCalls: undefined,
      failures: ["x", "x", "y"],
    }),
  ],
  { missing: [{ peer: "other", why: "no Python" }] },
);
const [level] = levelsOf([own, peers]);

describe("what parts are worth", () => {
  const at = (
    noise: number,
    world: string,
    optimizer: string,
    scores: readonly number[],
    areas?: readonly number[],
    goals?: readonly number[],
  ): Row =>
    row(world, optimizer, scores, {
      noise,
      area: interval(areas ?? []),
      ...(areas && { areas }),
      ...(goals && { goals }),
    });
  const levels = levelsOf([
    file([
      at(0, "a", "all", [0.9, 0.9, 0.9], [0.8, 0.8, 0.8], [40, 60, 50]),
      at(0, "b", "all", [0.7, 0.7, 0.7], [0.6, 0.6, 0.6]),
      at(0, "a", "less", [0.8, 0.81, 0.79], [0.7, 0.7, 0.7], [90, 100, 110]),
      at(0, "b", "less", [0.7, 0.7, 0.7], [0.6, 0.6, 0.6]),
      at(0.1, "a", "all", [0.9, 0.9, 0.9], [0.8, 0.8, 0.8]),
      at(0.1, "b", "all", [0.7, 0.7, 0.7], [0.6, 0.6, 0.6]),
      at(0.1, "a", "less", [0.9, 0.9, 0.9], [0.8, 0.8, 0.8]),
      at(0.1, "b", "less", [0.7, 0.7, 0.7], [0.6, 0.6, 0.6]),
      at(0, "a", "old", [0.9, 0.9, 0.9]),
    ]),
  ]);

  test("paired by seed, as means over worlds and levels; a world is named where it differs", () => {
    // at no noise -5, -4.5, -5.5: t(0.975, 2) = 4.303, 0.5 / sqrt(3) x 4.303 = 1.24; over both levels half of each;
    // calls: 50, 40, 60 more, 10 / sqrt(3) x 4.303 = 24.8
    expect(ablationTable(levels, "all")!.split("\n").slice(2)).toEqual([
      "| variant | no noise | 10 % flipped | all | n | area, all | calls to 90 %, all | p \\< 0.05 by world |",
      "| --- | --- | --- | --- | --- | --- | --- | --- |",
      "| all | 80.0 (70.0) | 80.0 (70.0) |  |  |  |  |  |",
      "| less | -5.0 +- 1.2 | +0.0 +- 0.0 | -2.5 +- 0.6 | 3 | -2.5 +- 0.0 | +50.0 +- 24.8 | a -5.0 +- 1.2 |",
      "| old | +0.0 +- 0.0 | - | +0.0 +- 0.0 | 3 | - | - |  |",
    ]);
  });

  test("a seed that lacks a world counts in none", () => {
    const [one] = levelsOf([
      file([
        { ...at(0, "a", "all", [0.5, 0.5]), seeds: [0, 1] },
        { ...at(0, "b", "all", [0.5, 0.5, 0.5]), seeds: [0, 1, 2] },
        { ...at(0, "a", "more", [0.6, 0.7]), seeds: [0, 1] },
        { ...at(0, "b", "more", [0.6, 0.7, 0.9]), seeds: [0, 1, 2] },
      ]),
    ]);
    expect(ablationTable([one!], "all")).toContain("| more | +15.0 +- 63.5 | +15.0 +- 63.5 | 2 | - | - |");
    const two = levelsOf([file([at(0, "a", "all", [0.5]), { ...at(0, "a", "all", [0.5]), budget: 7 }])]);
    expect(() => ablationTable(two, "all")).toThrow("expected runs of one budget, got 100 and 7");
  });

  test("nothing without the one that all are held against", () => {
    expect(ablationTable(levels, "nobody")).toBeUndefined();
  });
});

describe("tables", () => {
  test("scores are in points, worlds by optimizers; what failed is no number", () => {
    expect(scoreTable(level!).split("\n")).toEqual([
      "| world | baseline | optimum | mine | peer |",
      "| --- | --- | --- | --- | --- |",
      "| `a` | 50.0 | 100.0 | 80.0 +- 24.8 | 70.0 +- 24.8 |",
      "| `b` | 50.0 | 100.0 | 60.0 +- 0.0 | 55.0 +- 63.5 (2 of 3 runs) |",
      "| `c` | 50.0 | 50.0 | 50.0 +- 0.0 | failed |",
    ]);
  });

  test("means are over the worlds that an optimizer has, ranks among those that have all", () => {
    expect(meansTable(level!).split("\n").slice(2)).toEqual([
      "| mine | 3 | 63.3 | 40 % | 1.00 | 0 of 9 |",
      "| peer | 2 | 62.5 | 25 % | - | 1 of 5 |",
    ]);
  });

  test("what lies above the optimum by more than chance is told", () => {
    expect(aboveList(level!)).toBe("");
    const rows = [row("a", "mine", [0.95], { optimum: 0.8 }), row("b", "mine", [0.9], { optimum: 0.8 })];
    expect(aboveList({ ...level!, rows, rowsPerSplit: { ...sizes, test: 100 } })).toBe(
      "- mine on `a` lies 15.0 above the optimum (chance explains 8.0)\n- mine on `b` lies 10.0 above the optimum (chance explains 8.0)",
    );
  });

  test("every error has a line, with how many runs it ended; missing columns too", () => {
    expect(failureList(level!, [own, peers]).split("\n")).toEqual([
      "- peer on `b`: 1 of 3 runs failed: `it / broke 'there'`",
      "- peer on `c`: 2 of 3 runs failed: `x`",
      "- peer on `c`: 1 of 3 runs failed: `y`",
      "- other was not measured: `no Python`",
    ]);
  });

  test("a duel pairs by seed over both files; a ratio is a bound where one never gets there", () => {
    const text = duelTable(level!, "mine", "peer");
    // seeds 0 and 1, worlds a and b: (0.2 + 0) / 2 and (0.1 + 0.1) / 2
    expect(text).toContain("`mine` against `peer`: +10.0 +- 0.0 points, mean over 2 worlds, paired by 2 seeds");
    expect(text).toMatch(/\| `a` \| \+10\.0 \+- 24\.8 \| 3 \| 0\.\d+ \| 40 \| 80 \| 0\.50 \|/);
    expect(text).toMatch(/\| `b` \| \+5\.0 \+- 63\.5 \| 2 \| 0\.\d+ \| 100 \| 100 \| - \|/);
    expect(text).toContain("Median of the ratios: 0.50 over 1 world.");
    const bounded = {
      ...level!,
      rows: level!.rows.map((one) => (one.optimizer === "peer" ? { ...one, toGoal: goal(100) } : one)),
    };
    expect(duelTable(bounded, "mine", "peer")).toContain("| < 0.40 |");
    expect(duelTable(bounded, "peer", "mine")).toContain("| > 2.50 |");
    expect(duelTable(level!, "mine", "nobody")).toBeUndefined();
  });
});

test("rows of other noise or sizes stand apart, equal ones count once, differing ones are refused", () => {
  const noisy = file([row("a", "mine", [0.7], { noise: 0.1 })]);
  const larger = file([row("a", "mine", [0.7])], { rowsPerSplit: { ...sizes, test: 1000 } });
  expect(levelsOf([own, noisy, larger]).map(({ noise, rows }) => [noise, rows.length])).toEqual([
    [0, 5],
    [0.1, 1],
    [0, 1],
  ]);
  expect(levelsOf([own, structuredClone(own)])[0]!.rows).toHaveLength(5);
  expect(() => levelsOf([own, file([row("a", "mine", [0.1, 0.2, 0.3])])])).toThrow("mine on a is in two files");
});

test("files become tables, and what is no result is named", () => {
  const folder = mkdtempSync(join(tmpdir(), "markdown-"));
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const paths = [own, peers].map((one, i) => write(`${i}.json`, JSON.stringify(one)));
  const text = markdownOf(paths, [["mine", "peer"]]);
  expect(text).toContain("- `npm run bench` at abc, 3 seeds (0..2), Node v1");
  expect(text).toContain("### 100 metric calls, no noise, 10 train, 5 val and 20 test rows");
  expect(text).toContain("| `a` | 90 | 90 (70) |");
  expect(text).toContain("| peer | 3 | 90 | 70 | 120 | 0.250 | 2.0 | 4 of 9 |");
  // a duel stands where both have rows, and a name that no file has is an error
  const noisy = write("noisy.json", JSON.stringify(file([row("a", "mine", [0.7], { noise: 0.1 })])));
  expect(markdownOf([...paths, noisy], [["mine", "peer"]]).match(/`mine` against `peer`/g)).toHaveLength(1);
  expect(() => markdownOf(paths, [["mine", "nobody"]])).toThrow("--duel: expected two of null, mine, peer, got nobody");
  expect(() => markdownOf([write("bad.json", "{")], [])).toThrow("bad.json: ");
  expect(() => markdownOf([write("other.json", "{}")], [])).toThrow("other.json: expected what npm run bench");
});

test("arguments are files and pairs of names", () => {
  expect(readArguments(["a.json", "--duel", "x (y)", "z", "b.json"])).toEqual({
    files: ["a.json", "b.json"],
    duels: [["x (y)", "z"]],
  });
  expect(() => readArguments([])).toThrow("expected files");
  expect(() => readArguments(["a.json", "--duel", "x"])).toThrow("--duel: expected two names");
  expect(() => readArguments(["--what"])).toThrow("--what: no such flag");
});

test("a peer with the name of one of ours is told apart from it, the other peers keep their names", () => {
  const ofPeers = { command: "npm run bench:peers -- --seeds 0..2" };
  const found = levelsOf([own, file([row("a", "mine", [0.1, 0.2, 0.3]), row("a", "other", [0.5, 0.5, 0.5])], ofPeers)]);
  expect(found[0]!.rows.filter(({ world }) => world === "a").map(({ optimizer }) => optimizer)).toEqual([
    "null",
    "mine",
    "mine (peer)",
    "other",
  ]);
});
