import { worlds } from "@cultivar/adapters/simulated";
import { describe, expect, test } from "vitest";
import { compareStudents, compareTeachers } from "./compare.ts";
import { betweenBooleans, fill, mark, templateOf, withBooleans } from "./marks.ts";
import { frameworks, recorded } from "./recorded.ts";
import { difference } from "./students.ts";

// What frameworks really sent (recorded/) and our own program: the student is as good and the teacher finds as much under
// each. Fewer rows than the full test (main.ts), which allows less for chance.
const rows = 60;
const reflections = 34;

describe.each(Object.values(worlds))("$name", (world) => {
  test("the student is as good under every framework's prompts", { timeout: 60_000 }, async () => {
    const all = await compareStudents(world, rows);
    expect(all).toHaveLength(15);
    expect(all.filter(({ same }) => !same).map(({ line }) => line)).toEqual([]);
  });

  test("the teacher finds as much in every framework's reflection", { timeout: 60_000 }, () => {
    const all = compareTeachers(world, reflections);
    expect(all).toHaveLength(5);
    expect(all.filter(({ same }) => !same).map(({ line }) => line)).toEqual([]);
  });
});

test("the teacher finds as much over all worlds together", { timeout: 60_000 }, () => {
  const lines = Object.values(worlds).flatMap((world) => compareTeachers(world, reflections));
  const sums = new Map<string, { own: number; base: number; variance: number }>();
  for (const { framework, own, base, standardError } of lines) {
    const sum = sums.get(framework) ?? { own: 0, base: 0, variance: 0 };
    sums.set(framework, {
      own: sum.own + own,
      base: sum.base + base,
      variance: sum.variance + standardError ** 2,
    });
  }
  const differing = [...sums].filter(
    ([, { own, base, variance }]) => Math.abs(own - base) > Math.max(0.05 * base, 3 * Math.sqrt(variance)),
  );
  expect(sums.size).toBe(5);
  expect(differing).toEqual([]);
});

describe("recordings", () => {
  test.each(frameworks)("%s names its versions and what is missing", (framework) => {
    const found = recorded(framework);
    expect(Object.values(found?.versions ?? {})).not.toHaveLength(0);
    expect(found?.missing).toEqual([]);
  });
});

describe("marks", () => {
  const value = 'a "b"\nc\\d';
  test.each<[string, (text: string) => string]>([
    ["as it is", (text) => text],
    ["in JSON", (text) => JSON.stringify({ x: text })],
    ["in JSON in JSON", (text) => JSON.stringify([JSON.stringify({ x: text })])],
    ["indented", (text) => `objective:\n        ${text.replaceAll("\n", "\n        ")}`],
  ])("a value is written %s as its mark was", (_name, write) => {
    for (const length of ["long", "short"] as const) {
      const template = templateOf(write(mark("in.ticket", length)));
      expect(fill(template, { "in.ticket": value })).toBe(write(value));
    }
  });

  test("a shortened value is shortened", () => {
    const template = templateOf(mark("instruction").replace(" w9 w10 w11 w12 w13 w14 ", " (...) "));
    const words = Array.from({ length: 25 }, (_, i) => `v${i}`);
    expect(fill(template, { instruction: words.join(" ") })).toBe(
      [...words.slice(0, 10), "(...)", ...words.slice(15)].join(" "),
    );
    expect(fill(template, { instruction: "few words" })).toBe("few words");
  });

  test("a cut mark, an unknown form and a missing value are errors", () => {
    expect(() => templateOf(mark("in.ticket").slice(0, 20))).toThrow("was cut");
    expect(() => templateOf("ZQin.ticketQother words QZ")).toThrow("no known form");
    expect(() => fill("{{=in.ticket:raw}}", {})).toThrow("no value for in.ticket");
  });

  test("booleans are found beside a prompt that was made with them", () => {
    const keys = new Set(["demo0.urgent"]);
    const template = '{"queue": "{{=demo0.queue:json}}", "urgent": "{{=demo0.urgent:json}}"}';
    expect(withBooleans(template, '{"queue": "{{=demo0.queue:json}}", "urgent": true}', keys)).toEqual({
      template: '{"queue": "{{=demo0.queue:json}}", "urgent": {{=demo0.urgent:raw}}}',
      yes: "true",
    });
    expect(betweenBooleans("is true: true", "is true: false", ["demo0.urgent"])).toBe("is true: {{=demo0.urgent:raw}}");
    expect(() => betweenBooleans("a", "b", [])).toThrow("more than booleans");
  });
});

test("paired differences", () => {
  expect(difference([1, 1, 0], [0, 1, 0])).toEqual({ mean: 1 / 3, standardError: expect.closeTo(1 / 3, 10) as number });
});
