import { describe, expect, test } from "vitest";
import { adherenceTo, layoutLine, usualAttention } from "../adherence.ts";
import type { Layout, Prompts } from "../fixtures/layouts.ts";
import { bareLayout, declared, layouts, markerLayout, meanScore, schemaLayout } from "../fixtures/layouts.ts";
import { best, testWorld } from "../fixtures/test-world.ts";
import { houseRules } from "../house-rules.ts";
import { simulated } from "../simulated.ts";
import type { Rule } from "../world.ts";
import { stanceOf, windows } from "../wording.ts";
import { voiceCommands as world } from "./voice-commands.ts";

testWorld(world);

const module = world.program.modules[0]!;
const own = houseRules(world);
const rows = world.examples(2000, 31);
const terse = (rule: Rule): string => rule.statements[0]!;
const wordy = (rule: Rule): string => rule.statements.at(-1)!;

async function score(prompts: Prompts, layout: Layout = schemaLayout): Promise<number> {
  return meanScore(world, simulated({ world, role: "student" }), layout, prompts, rows);
}

function saying(lines: readonly string[]): Prompts {
  return { instructions: { [module.name]: [module.instructions, "", ...lines.map((line) => `- ${line}`)].join("\n") } };
}

/** Exact expected score of the declared instructions with each set of true rules, tersely worded. */
function everySet(): readonly {
  readonly ids: readonly string[];
  readonly expected: number;
  readonly length: number;
}[] {
  const mean = (follows: (id: string) => boolean): number =>
    rows.reduce((sum, row) => sum + world.compare(row.expected, world.solve(row.input, follows)).score, 0) /
    rows.length;
  const base = mean(() => false);
  // no command is decided by two rules, so that gains add up
  const gains = own.map((rule) => mean((id) => id === rule.id) - base);
  return Array.from({ length: 2 ** own.length }, (_, mask) => {
    const chosen = own.filter((_rule, i) => (mask & (1 << i)) !== 0);
    const length = saying(chosen.map(terse)).instructions[module.name]!.length;
    const load = { characters: length, rules: chosen.length };
    const attention = adherenceTo(0.995, load, { ...usualAttention, ...world.attention });
    const gain = gains.reduce((sum, one, i) => sum + ((mask & (1 << i)) === 0 ? 0 : one), 0);
    return { ids: chosen.map((rule) => rule.id), expected: base + attention * gain, length };
  });
}

describe("what makes voice-commands hard", () => {
  test("of all sets of rules the declared optimum is the best, and all rules are clearly worse", () => {
    const sets = everySet();
    const top = sets.reduce((a, b) => (b.expected > a.expected ? b : a));
    const omits = world.optimum.omits!;
    expect(top.ids).toEqual(own.map((rule) => rule.id).filter((id) => !omits.includes(id)));
    expect(omits.length).toBeGreaterThan(2);
    expect(top.expected - sets.at(-1)!.expected).toBeGreaterThan(0.02);
    // it fits into what costs nothing: no shorter words for the same rules would help
    expect(top.length).toBeLessThanOrEqual(world.attention!.freeCharacters!);
  });

  test("no rule left out is worth its place even in no words at all", () => {
    const sets = everySet();
    const load = (rules: number): number =>
      adherenceTo(0.995, { characters: 0, rules }, { ...usualAttention, ...world.attention });
    const base = sets[0]!.expected;
    const wordless = sets.map(({ ids, expected, length }) => {
      const paid = adherenceTo(
        0.995,
        { characters: length, rules: ids.length },
        { ...usualAttention, ...world.attention },
      );
      return { ids, expected: base + ((expected - base) / paid) * load(ids.length) };
    });
    const top = wordless.reduce((a, b) => (b.expected > a.expected ? b : a));
    for (const id of world.optimum.omits!) expect(top.ids).not.toContain(id);
  });

  test("all rules are worse than the best few, at length far worse, and at length with demos worst", async () => {
    const [few, all, long] = [
      await score(best(world)),
      await score(saying(own.map(terse))),
      await score(saying(own.map(wordy))),
    ];
    const demos = world.examples(16, 131).map(({ input, expected }) => ({ input, output: expected }));
    const everything = await score({ ...saying(own.map(wordy)), demos: { [module.name]: demos } });
    expect(all).toBeLessThan(few - 0.01);
    expect(long).toBeLessThan(few - 0.2);
    expect(everything).toBeLessThan(long);
  });

  test.each([4, 8, 16])("adding %i demos to the best prompt makes it worse", async (count) => {
    const demos = world.examples(count, 132).map(({ input, expected }) => ({ input, output: expected }));
    expect(await score({ ...best(world), demos: { [module.name]: demos } })).toBeLessThan(
      (await score(best(world))) - 0.03,
    );
  });

  test("a long prompt costs the same in every layout", async () => {
    const prompts = saying(own.slice(0, 7).map(wordy));
    const found = await Promise.all([...layouts, bareLayout].map((layout) => score(prompts, layout)));
    // two standard errors of a difference between two samples of this size
    expect(Math.max(...found) - Math.min(...found)).toBeLessThan(0.045);
  });

  test("what describes a layout is told from what a prompt says", () => {
    for (const rule of world.rules)
      for (const text of [...rule.statements, rule.hint]) expect(`- ${text}`).not.toMatch(layoutLine);
    expect(module.instructions).not.toMatch(layoutLine);
    const { messages } = markerLayout.request(module, "INSTRUCTION", [], { command: "nova" });
    const text = messages[0]!.content.map((part) => (part.type === "text" ? part.text : "")).join("");
    const kept = text
      .replaceAll(/\[\[ ## .* ## \]\]/g, "")
      .split("\n")
      .filter((line) => !layoutLine.test(line));
    expect(kept.join(" ").trim()).toBe("INSTRUCTION");
  });

  test("the declared prompt costs nothing", async () => {
    expect(await score(declared(world))).toBeCloseTo(world.baseline.score, 1);
  });
});

test.each([
  ["remind", "If asked for a reminder, e.g. 'remind me', put it on a list."],
  ["night", "'Good night' means the lights."],
  ["turn-it", "turn it up/turn it down -> heating"],
  ["wake", "Waking someone in ten minutes should use a timer."],
  ["tell", "Use message for telling people things."],
  ["pencil", "Pencilling something in = calendar"],
  ["order", "Always ask back before buying."],
  ["umbrella", "For umbrella questions look at the forecast."],
])("words that nobody wrote down for %s: %s", (id, text) => {
  const said = windows(text);
  expect(world.rules.filter((rule) => stanceOf(said, rule) === "stated").map((rule) => rule.id)).toEqual([id]);
});
