import { describe, expect, test } from "vitest";
import { inputHash, toExamples } from "./example.ts";
import { costUsd } from "./language-model.ts";

describe("toExamples", () => {
  test("ids are content hashes, whatever the order of keys, and unique within a split", () => {
    const rows = [
      { input: { a: 1, b: 2 }, expected: "x", level: "hard" },
      { input: { b: 2, a: 1 }, expected: "x" },
      { input: { a: 1, b: 2 }, expected: "y" },
      { input: { a: 1, b: 2 } },
    ];
    const [first, same, other, bare] = toExamples(rows);
    expect(first!.id).toMatch(/^[0-9a-f]{16}$/);
    expect(same!.id).toBe(`${first!.id}-2`);
    expect(new Set([first!.id, other!.id, bare!.id]).size).toBe(3);
    expect(first).toMatchObject({ level: "hard" });
    expect(Object.isFrozen(first)).toBe(true);
    expect(inputHash(rows[0]!.input)).toBe(inputHash(rows[1]!.input));
  });

  test("rows are copies that nobody can write to", () => {
    const rows = [{ input: { notes: ["a"] }, expected: { labels: ["y", "x"] }, more: { level: 1 } }];
    const [example] = toExamples(rows);
    expect(() => example!.input.notes.push("b")).toThrow(TypeError);
    expect(() => example!.expected.labels.sort()).toThrow(TypeError);
    expect(() => (example!.more.level = 2)).toThrow(TypeError);
    rows[0]!.input.notes.push("b");
    expect(example!.input.notes).toEqual(["a"]);
  });

  const circular: { self?: unknown } = {};
  circular.self = circular;
  test.each([
    ["a BigInt", { input: { n: 1n } }, /BigInt/],
    ["a circle", { input: circular }, /refers to itself/],
    ["a BigInt expected", { input: 1, expected: 2n }, /BigInt/],
  ])("%s is a data error that names the row", (_name, row, why) => {
    const make = () => toExamples([{ input: 1 }, row]);
    expect(make).toThrow(why);
    expect(make).toThrow(/^data\[1\]: /);
    expect(make).toThrow(expect.objectContaining({ code: "data" }));
  });
});

describe("costUsd", () => {
  const price = { inputUsd: 1, outputUsd: 10, cachedInputUsd: 0.1, cacheWriteUsd: 1.25, asOf: "2026-01-01" };
  test("is by hand", () => {
    const usage = { inputTokens: 1000, outputTokens: 100, cachedInputTokens: 400, cacheWriteTokens: 200 };
    // 400 fresh, 400 cached at 0.1, 200 written at 1.25, 100 out at 10.
    expect(costUsd(usage, price)).toBeCloseTo((400 + 40 + 250 + 1000) / 1e6, 12);
    expect(costUsd({ inputTokens: 5 }, price)).toBeUndefined();
    expect(costUsd(usage, undefined)).toBeUndefined();
  });
});
