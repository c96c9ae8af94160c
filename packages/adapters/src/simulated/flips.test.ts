import { evaluate } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { flip, isFlipped } from "./flips.ts";
import { metricOf } from "./judge.ts";
import { programOf } from "./program.ts";
import { simulated } from "./simulated.ts";
import { worlds } from "./worlds.ts";

const world = worlds["ticket-routing"];
const rows = world.examples(1000, 3);

async function scores(options: Parameters<typeof metricOf>[1], seed: number): Promise<readonly number[]> {
  const lm = simulated({ world, role: "student" });
  const { rows: scored } = await evaluate(programOf(world), {
    data: rows,
    metric: metricOf(world, options),
    models: { default: lm },
    seed,
  });
  return scored.map((row) => row.score!);
}

describe("flips", () => {
  test("mirror the score and give nothing away", () => {
    expect(flip({ score: 0.25 })).toEqual({ score: 0.75 });
    expect(flip({ score: 0, feedback: "queue: expected billing" })).toEqual({ score: 1, feedback: "Right." });
    const flipped = flip({ score: 1, feedback: "Right.", byModule: { query: "Nothing wrong was seen in this step." } });
    expect(flipped).toEqual({ score: 0, feedback: "Marked as wrong.", byModule: { query: "Marked as wrong." } });
  });

  test("come at their rate, afresh for each call", () => {
    const calls = Array.from({ length: 4000 }, (_, i) => isFlipped({ share: 0.2 }, { x: 1 }, String(i)));
    const share = calls.filter(Boolean).length / calls.length;
    // four standard errors
    expect(Math.abs(share - 0.2)).toBeLessThan(4 * Math.sqrt((0.2 * 0.8) / 4000));
    expect(calls.every((flipped, i) => flipped === isFlipped({ share: 0.2 }, { x: 1 }, String(i)))).toBe(true);
    expect(calls).not.toEqual(
      Array.from({ length: 4000 }, (_, i) => isFlipped({ share: 0.2, seed: 1 }, { x: 1 }, String(i))),
    );
  });

  test("persistent ones belong to the row", () => {
    const flips = { share: 0.5, persistent: true };
    const by = (call: string): readonly boolean[] => rows.slice(0, 100).map((row) => isFlipped(flips, row.input, call));
    expect(by("a")).toEqual(by("b"));
    expect(new Set(by("a")).size).toBe(2);
  });

  test("in a metric: the right rate, another draw for another run seed, none without flips", async () => {
    const clean = await scores({}, 0);
    const noisy = await scores({ flips: { share: 0.1 } }, 0);
    const graded = clean.filter((score) => score !== 0.5).length;
    const changed = clean.filter((score, i) => score !== noisy[i]).length;
    expect(Math.abs(changed / graded - 0.1)).toBeLessThan(4 * Math.sqrt(0.09 / graded));
    expect(await scores({ flips: { share: 0.1 } }, 0)).toEqual(noisy);
    expect(await scores({ flips: { share: 0.1 } }, 1)).not.toEqual(noisy);
    expect(await scores({ flips: { share: 0 } }, 0)).toEqual(clean);
    expect(await scores({ flips: { share: 0.1, persistent: true } }, 1)).toEqual(
      await scores({ flips: { share: 0.1, persistent: true } }, 0),
    );
  });

  test("a share outside [0, 1] is refused", () => {
    expect(() => metricOf(world, { flips: { share: 1.5 } })).toThrow(/flips.share must be in \[0, 1\], got 1.5/);
  });
});
