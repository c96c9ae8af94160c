import { compile, contentHash, rng, textOf } from "@cultivar/core";
import { scriptedModel } from "@cultivar/core/testing";
import { describe, expect, test } from "vitest";
import { name, namingInputs } from "../fixtures/naming.ts";
import { mipro } from "./mipro.ts";
import { fullRows, halving } from "./rows.ts";
import type { MiproOptions } from "./settings.ts";

const rowsOf = (from: number, count: number) =>
  namingInputs(from, count).map((input) => ({ input, expected: { name: "yes" } }));

/** A search among texts that are all as good: every reply is right by the toss of a coin, and no text comes twice. */
async function searched(options: MiproOptions, val: number, evaluations: number) {
  const student = scriptedModel(({ messages }) =>
    JSON.stringify({ name: rng(0, contentHash(messages)).next() < 0.5 ? "yes" : "no" }),
  );
  const reflect = scriptedModel(({ messages }) =>
    /```/.test(textOf(messages[0]!))
      ? `\`\`\`\nText ${contentHash(messages).slice(0, 12)}\n\`\`\``
      : "They are animals.",
  );
  const result = await compile(name, {
    data: { train: rowsOf(0, 64), val: rowsOf(1000, val) },
    metric: ({ output }) => (output.name === "yes" ? 0.9 : 0),
    optimizer: mipro({ maxBootstrapped: 0, maxLabeled: 0, ...options }),
    models: { default: student, reflect },
    budget: evaluations === Number.POSITIVE_INFINITY ? { calls: 1e6 } : { evaluations },
    fingerprint: "coins",
  });
  return { result, asked: reflect.calls.length, paid: student.calls.length };
}

const widths = [1, 2, 4, 8, 16];
const sizes = [
  [50, 150],
  [50, 300],
  [50, 1000],
  [100, 350],
  [200, 500],
  [200, 700],
  [200, 1000],
  [7, 60],
] as const;

describe.each(widths)("with %i in flight", (width) => {
  test.each(sizes)(
    "%i val rows and %i evaluations: who asks for texts scores one of them on all of val",
    async (val, budget) => {
      const { result, asked, paid } = await searched({ width }, val, budget);
      expect(asked).toBeGreaterThan(0);
      // the baseline is one
      expect(result.candidates.length).toBeGreaterThan(1);
      expect(result.lineage.length).toBeGreaterThan(3);
      expect(result.evaluations).toBeLessThanOrEqual(budget);
      // whatever was in flight in the end was taken in
      expect(paid).toBeLessThanOrEqual(result.evaluations);
    },
  );

  test.each([
    ["few rows first", {}, 20],
    ["all rows at once", { rows: fullRows }, 5],
  ] as const)("an effort is made: %s", async (_, options, least) => {
    const { result, asked } = await searched({ width, auto: "light", ...options }, 50, Number.POSITIVE_INFINITY);
    expect(asked).toBe(4 * 6 + 1);
    expect(result.lineage.length - 1).toBeGreaterThanOrEqual(least);
    expect(result.candidates.length).toBeGreaterThan(2);
  });

  test("a large budget is used", async () => {
    const { result } = await searched({ width }, 50, 3000);
    expect(result.lineage.length).toBeGreaterThan(45);
  });
});

test.each([
  ["on all rows", { rows: fullRows }, 50, 300],
  ["with few rounds' worth of rows", { rounds: 6 }, 50, 300],
  ["with a large first level", { rows: halving({ least: 50 }) }, 100, 500],
  ["in one round", { rounds: 1 }, 50, 300],
] as const)("%s: texts are asked for where some of them can be scored", async (_, options, val, budget) => {
  const { result, asked } = await searched(options, val, budget);
  const rounds = Math.round((asked - 1) / 12);
  expect(asked).toBeGreaterThan(0);
  expect(result.lineage.length - 1).toBeGreaterThanOrEqual(rounds);
  expect(result.candidates.length).toBeGreaterThan(1);
});

test.each([
  [50, 75],
  [200, 300],
])("%i val rows and %i evaluations: nothing is asked for, and why is said", async (val, budget) => {
  const { result, asked } = await searched({}, val, budget);
  expect(asked).toBe(0);
  expect(result.remarks.join("\n")).toMatch(
    /mipro: nothing is tried: \d+ evaluations are left, without \d+ to look at train rows and \d+ to score/,
  );
});

/** Twelve temperatures, of which the fourth to the seventh are right on the six rows that are seen first, and the seventh on all but one. */
async function laddered(isLucky: boolean): Promise<readonly number[]> {
  const temperatures: number[] = [];
  const early = new Set<number>();
  const student = scriptedModel(({ messages, sample = 0, temperature }) => {
    if (!temperatures.includes(temperature!)) temperatures.push(temperature!);
    const turn = temperatures.indexOf(temperature!);
    const row = Number(/"?n"?\D+(\d+)/.exec(textOf(messages.at(-1)!))![1]);
    // the baseline is seen on all rows beforehand
    if (turn === 1 && early.size < 6) early.add(row);
    const isEarly = early.has(row);
    const late = Math.max(
      ...namingInputs(1000, 16)
        .map(({ n }) => n)
        .filter((n) => !early.has(n)),
    );
    const right = [row % 2 === 0, false, false, isEarly || (isLucky && sample === 0), isEarly, isEarly, row !== late];
    return JSON.stringify({ name: (right[turn] ?? false) ? "yes" : "no" });
  });
  const { candidates } = await compile(name, {
    data: { train: rowsOf(0, 8), val: rowsOf(1000, 16) },
    metric: ({ output }) => (output.name === "yes" ? 1 : 0),
    optimizer: mipro({ instructions: 0, maxBootstrapped: 0, maxLabeled: 0 }),
    models: { default: student },
    budget: { evaluations: 600 },
    vary: { "name.temperature": Array.from({ length: 12 }, (_, i) => `${i / 20}`) },
    seed: 1,
    concurrency: 1,
    fingerprint: "ladder",
  });
  return candidates.map(({ rows }) => rows.reduce((sum, { score }) => sum + score!, 0));
}

test("a bracket of which one was right on every row by luck goes on with the others", async () => {
  expect(Math.max(...(await laddered(false)))).toBe(15);
  const lucky = await laddered(true);
  // eleven rows of sixteen, after the second look
  expect(lucky).toContain(11);
  expect(Math.max(...lucky)).toBe(15);
});
