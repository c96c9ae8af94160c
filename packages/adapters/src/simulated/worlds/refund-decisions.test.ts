import { rng } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { declared, run, schemaLayout } from "../fixtures/layouts.ts";
import { testWorld } from "../fixtures/test-world.ts";
import { judge } from "../judge.ts";
import { simulated } from "../simulated.ts";
import { stanceOf, windows } from "../wording.ts";
import { refundDecisions as world } from "./refund-decisions.ts";

testWorld(world);

const module = world.program.modules[0]!;
const tempting = world.rules.find((rule) => rule.tempting === true)!;

/** Score of each row under the declared instructions and further lines. */
async function scores(lines: readonly string[], size: number, seed: number): Promise<readonly number[]> {
  const lm = simulated({ world, role: "student" });
  const instructions = [declared(world).instructions[module.name]!, ...lines.map((line) => `- ${line}`)].join("\n");
  const found: number[] = [];
  for (const row of world.examples(size, seed)) {
    const output = await run(world, lm, schemaLayout, { instructions: { [module.name]: instructions } }, row);
    found.push(judge(world, row, output).score);
  }
  return found;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
/** Gains smaller than this are rounding. */
const margin = 1e-9;

/** Of random handfuls of three rows in which the change shows, the share that it improves. */
function shareOfWins(before: readonly number[], after: readonly number[]): number {
  const draw = rng(7, "minibatches");
  const indexes = before.map((_, i) => i);
  let [wins, changed] = [0, 0];
  for (let i = 0; i < 4000; i++) {
    const gains = draw.sample(indexes, 3).map((at) => after[at]! - before[at]!);
    if (gains.every((gain) => Math.abs(gain) < margin)) continue;
    changed += 1;
    if (sum(gains) > margin) wins += 1;
  }
  return wins / changed;
}

describe("what makes refund-decisions hard", () => {
  test.each(tempting.statements)(
    "the generous rule wins on most handfuls of rows and loses on the whole: %s",
    async (text) => {
      const [before, after] = [await scores([], 2000, 21), await scores([text], 2000, 21)];
      const share = shareOfWins(before, after);
      expect(share).toBeGreaterThan(0.55);
      expect(share).toBeLessThan(0.75);
      expect(sum(after) / 2000).toBeLessThan(sum(before) / 2000 - 0.03);
    },
  );

  test("every fine rule alone gains on the whole, and each touches fewer than one row in ten", async () => {
    const before = await scores([], 1000, 22);
    for (const rule of world.rules.filter((one) => one.decoy !== true)) {
      const after = await scores([rule.statements[0]!], 1000, 22);
      expect(sum(after) - sum(before)).toBeGreaterThan(25);
      const touched = after.filter((score, i) => Math.abs(score - before[i]!) > margin).length;
      expect(touched).toBeLessThan(100);
    }
  });

  test("the generous rule costs as much beside all true rules: finer ones do not make it harmless", async () => {
    const house = world.rules.filter((rule) => rule.decoy !== true).map((rule) => rule.statements[0]!);
    const best = await scores(house, 1000, 23);
    const both = await scores([...house, tempting.statements[0]!], 1000, 23);
    expect(sum(best) - sum(both)).toBeGreaterThan(80);
  });

  test("corrections suggest it on most failing rows, and never where it was followed to a loss", () => {
    const rows = world.examples(1000, 24);
    const remarks = (follows: (id: string) => boolean): readonly string[] =>
      rows
        .map((row) => judge(world, row, world.solve(row.input, follows)).feedback!)
        .filter((text) => text !== "Right.");
    const failing = remarks(() => false);
    const hinted = failing.filter((text) => text.includes(tempting.hint)).length;
    expect(hinted / failing.length).toBeGreaterThan(0.7);
    const house = new Set(world.rules.filter((rule) => rule.decoy !== true).map((rule) => rule.id));
    const harmed = remarks((id) => house.has(id) || id === tempting.id);
    expect(harmed.length).toBeGreaterThan(80);
    expect(harmed.filter((text) => text.includes(tempting.hint))).toEqual([]);
  });
});

test.each([
  ["late", "Delayed parcels -> store credit"],
  ["colour", "If the color does not match the photo, offer credit."],
  ["price-drop", "When it got cheaper after purchase, issue a voucher."],
  ["missing-part", "Incomplete items: decision = part"],
  ["size", "Clothing that doesn't fit should be replaced."],
  ["early-wear", "Things that stopped working under warranty are exchanged."],
  ["gift", "Replace presents that the receiver does not want."],
  ["set", "For a set with one defective piece, send only the part."],
  ["generous", "Be generous and refund customers who are upset."],
])("words that nobody wrote down for %s: %s", (id, text) => {
  const said = windows(text);
  expect(world.rules.filter((rule) => stanceOf(said, rule) === "stated").map((rule) => rule.id)).toEqual([id]);
});
