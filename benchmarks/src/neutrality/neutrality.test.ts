import type { World } from "@cultivar/adapters/simulated";
import { ticketRouting, worlds } from "@cultivar/adapters/simulated";
import { describe, expect, test } from "vitest";
import type { Compared } from "./compare.ts";
import { compareStudents, compareTeachers, overWorlds } from "./compare.ts";
import { betweenBooleans, fill, mark, templateOf, withBooleans } from "./marks.ts";
import { ourRequests } from "./ours.ts";
import { frameworks, recorded } from "./recorded.ts";
import { difference } from "./students.ts";

// What frameworks really sent (recorded/) and our own program: the student is as good and the teacher finds as much under
// each. Fewer rows than the full test (main.ts), which allows less for chance.
const size = { rows: 60, reflections: 34, draws: 1 };

const taught = new Map<string, ReturnType<typeof compareTeachers>>();
/** Once for all tests of this file. */
function teachersOf(world: World): ReturnType<typeof compareTeachers> {
  const found = taught.get(world.name) ?? compareTeachers(world, size);
  taught.set(world.name, found);
  return found;
}

const differing = (all: readonly Compared[]): readonly string[] =>
  all.filter(({ same, known }) => !same && known === undefined).map(({ line }) => line);

describe.each(Object.values(worlds))("$name", (world) => {
  test("the student is as good under every framework's prompts", { timeout: 60_000 }, async () => {
    const all = await compareStudents(world, size);
    expect(all).toHaveLength(15);
    expect(differing(all)).toEqual([]);
  });

  test("the teacher finds as much in every framework's prompts", { timeout: 60_000 }, async () => {
    const all = await teachersOf(world);
    expect(all).toHaveLength(13);
    expect(differing(all)).toEqual([]);
  });
});

test("the teacher finds as much over all worlds together", { timeout: 60_000 }, async () => {
  const lines = (await Promise.all(Object.values(worlds).map(teachersOf))).flat();
  const together = overWorlds(lines.filter(({ known }) => known === undefined));
  expect(together).toHaveLength(13);
  expect(differing(together)).toEqual([]);
});

test("our reflection is our gepa's own: every placeholder of a failure, and the program around it", async () => {
  const [request] = await ourRequests(
    "our gepa",
    worlds["multi-hop-qa"],
    worlds["multi-hop-qa"].program.modules[0]!,
    true,
  );
  const text = request!.messages.map((message) => message.text).join("\n");
  for (const key of ["instruction", "row0.question", "row2.out.query", "row1.feedback"])
    expect(text).toContain(`{{=${key}:raw}}`);
  expect(text).toContain("answer [predict]");
  const [silent] = await ourRequests("our gepa", ticketRouting, ticketRouting.program.modules[0]!, false);
  expect(silent!.messages[0]!.text).toContain("{{=row0.expected.queue:raw}}");
  expect(silent!.messages[0]!.text).not.toContain("feedback:");
});

test("our proposals are mipro's and copro's own: each manner of writing, failures in groups, versions with their scores", async () => {
  const taughtModule = ticketRouting.program.modules[0]!;
  const textsOf = async (step: "our mipro" | "our copro", says: boolean): Promise<readonly string[]> =>
    (await ourRequests(step, ticketRouting, taughtModule, says)).map(({ messages }) => messages[0]!.text);
  const proposals = await textsOf("our mipro", true);
  expect(new Set(proposals).size).toBe(6);
  for (const text of proposals)
    for (const key of ["instruction", "row0.ticket", "row2.feedback"]) expect(text).toContain(`{{=${key}:raw}}`);
  expect(proposals[0]).toContain("1. 3 of 3 examples; of the wrong ones below: 1, 2, 3");
  expect(proposals[1]).toContain("keep it short and plain");
  const [history] = await textsOf("our copro", false);
  expect(history).toContain("Answer with care.");
  expect(history).toContain("and is in use at present");
  expect(history).toContain("{{=row0.expected.queue:raw}}");
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

  test("a Python literal is written with the quotes that its value needs", () => {
    // as Python's repr writes it
    const template = templateOf("{'a': 'ZQin.aQ\"\\nQZ'}".replace('"\\n', () => '"\\n'));
    expect(template).toBe("{'a': {{=in.a:python}}}");
    expect(fill(template, { "in.a": "it's\nso" })).toBe(`{'a': "it's\\nso"}`);
    expect(fill(template, { "in.a": `"it's"` })).toBe(`{'a': '"it\\'s"'}`);
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
