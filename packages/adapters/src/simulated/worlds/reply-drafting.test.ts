import { beforeAll, describe, expect, test } from "vitest";
import type { Prompts } from "../fixtures/layouts.ts";
import { declared, meanScore, schemaLayout } from "../fixtures/layouts.ts";
import { best, testWorld } from "../fixtures/test-world.ts";
import { bestInstructions } from "../house-rules.ts";
import { simulated } from "../simulated.ts";
import { stanceOf, windows } from "../wording.ts";
import { replyDrafting as world } from "./reply-drafting.ts";
import { asShown, replyRules } from "./reply-rules.ts";

testWorld(world);

const instructions = {
  declared: declared(world).instructions["draft"]!,
  spelled: bestInstructions(
    world.program.modules[0]!,
    replyRules.filter((rule) => rule.id !== asShown),
  ),
  asShown: world.optimum.instructions["draft"]!,
  everything: bestInstructions(world.program.modules[0]!, replyRules),
} as const;
type Words = keyof typeof instructions;

describe("instruction and demos interact", () => {
  const rows = world.examples(1000, 21);
  const without = new Map<Words, number>();
  const withDemos = new Map<Words, number>();

  beforeAll(async () => {
    const lm = simulated({ world, role: "student" });
    const measure = (prompts: Prompts): Promise<number> => meanScore(world, lm, schemaLayout, prompts, rows);
    for (const [words, draft] of Object.entries(instructions) as [Words, string][]) {
      without.set(words, await measure({ instructions: { draft } }));
      withDemos.set(words, await measure({ ...best(world), instructions: { draft } }));
    }
  });

  // margins of 0.03 are over six standard errors of a difference
  test("the best pair beats the best instruction alone, which beats the same demos under the declared instruction", () => {
    expect(withDemos.get("asShown")).toBeGreaterThan(without.get("spelled")! + 0.03);
    expect(without.get("spelled")).toBeGreaterThan(withDemos.get("declared")! + 0.03);
    expect(withDemos.get("declared")).toBeGreaterThan(without.get("declared")! + 0.03);
  });

  test("without demos the best instruction spells the rules out, with demos it points at them", () => {
    const winner = (scores: ReadonlyMap<Words, number>): Words =>
      [...scores].reduce((one, other) => (other[1] > one[1] ? other : one))[0];
    expect(winner(without)).toBe("spelled");
    expect(winner(withDemos)).toBe("asShown");
  });

  test("from the best instruction alone, changing only one of the two is a loss", () => {
    const start = without.get("spelled")!;
    expect(withDemos.get("spelled"), "only demos added").toBeLessThan(start - 0.03);
    expect(without.get("asShown"), "only the instruction changed").toBeLessThan(start - 0.03);
    expect(without.get("everything"), "pointing at demos that are not there").toBeLessThan(start - 0.03);
  });

  test("a rule that is stated and shown is followed less than one that is only stated or only shown", () => {
    expect(withDemos.get("spelled")).toBeLessThan(withDemos.get("declared")! - 0.03);
    expect(withDemos.get("everything")).toBeLessThan(withDemos.get("asShown")! - 0.03);
  });

  test("pointing at demos is useless without any", () => {
    expect(Math.abs(without.get("asShown")! - without.get("declared")!)).toBeLessThan(1e-9);
  });

  test("as few as four labelled rows are enough to point at, and more are better", async () => {
    const lm = simulated({ world, role: "student" });
    const under = (count: number): Promise<number> => {
      const demos = world.examples(count, 5).map(({ input, expected }) => ({ input, output: expected }));
      return meanScore(world, lm, schemaLayout, { ...best(world), demos: { draft: demos } }, rows);
    };
    const [four, sixteen] = [await under(4), await under(16)];
    expect(four).toBeGreaterThan(without.get("declared")! + 0.1);
    expect(sixteen).toBeGreaterThan(four + 0.03);
  });
});

test.each([
  [asShown, "Stick to the pattern of the demonstrations."],
  [asShown, "Match the style of the given examples exactly."],
  ["full-name", "Use 'Dear' + full name in every salutation."],
  ["company", "If the sender represents a business, address its team."],
  ["late-voucher", "Offer a voucher for any delay."],
  ["damaged-replacement", "Broken or cracked items -> replacement, not a refund"],
  ["order-code", "If the message has an order number, code = last 2 digits + initials"],
  ["delay-neutral", "Don't apologise for late parcels: stay neutral."],
  ["repeat-formal", "Use a formal tone with customers who wrote before."],
])("%s is recognised in words that nobody wrote down for it: %s", (id, text) => {
  expect(replyRules.filter((rule) => stanceOf(windows(text), rule) === "stated").map((rule) => rule.id)).toEqual([id]);
});
