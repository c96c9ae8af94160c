import { tpe, uniform } from "@cultivar/optimizers";
import { describe, expect, test } from "vitest";
import { choicesOf } from "../peers/peer-candidate.ts";
import { arena } from "./arena.ts";
import { contestants, samplersAlone } from "./contestants.ts";
import { onGivenChoices } from "./given-choices.ts";
import { runOne } from "./run-one.ts";

const rows = { train: 20, val: 10, test: 50 };
const spec = { world: "ticket-routing", optimizer: "", seed: 3, noise: 0, persistent: false, budget: 200, rows };

describe("a sampler among given values", () => {
  test.each([tpe(), uniform])("tries every point of a small space once, and none twice ($name)", async (sampler) => {
    const world = arena("ticket-routing");
    const texts = [...Array(4).keys()].map((i) => `text ${i}`);
    const all = { "route.instructions": [world.baseline["route.instructions"]!, ...texts] };
    const outcome = await runOne(world, () => ({ optimizer: onGivenChoices(sampler, all) }), spec);
    // the baseline's own pass and four more
    expect(outcome.metricCalls).toBe(50);
  });

  test("uses the whole budget where the space is larger, among what Optuna is given for the seed", async () => {
    const world = arena("ticket-routing");
    const given = choicesOf(world, world.draw(3, rows).train, 3);
    expect(Object.keys(given)).toEqual(["route.instructions", "route.demos"]);
    const contestant = samplersAlone["given choices: TPE"]!;
    const [one, again] = [await runOne(world, contestant, spec), await runOne(world, contestant, spec)];
    expect(one.metricCalls).toBe(200);
    expect(again.score).toBe(one.score);
    expect(one.score).toBeGreaterThan(one.baseline);
  });

  test("says that it can't be drawn over the server", () => {
    expect(() => samplersAlone["given choices: TPE"]!(arena("ticket-routing"))).toThrow(/not over the server/);
    expect(contestants).not.toHaveProperty("given choices: TPE");
  });
});
