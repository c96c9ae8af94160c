import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  bareLayout,
  declared,
  layouts,
  markerLayout,
  meanScore,
  plainLayout,
  run,
  schemaLayout,
} from "./fixtures/layouts.ts";
import type { Prompts } from "./fixtures/layouts.ts";
import { best } from "./fixtures/test-world.ts";
import { simulated } from "./simulated.ts";
import type { World } from "./world.ts";
import { worlds } from "./worlds.ts";

const all: readonly World[] = [worlds["ticket-routing"], worlds["invoice-extraction"], worlds["multi-hop-qa"]];
const filler = "The weather in the valley was mild that spring and the river ran low. ".repeat(290);

/** Labelled demos for a world of one module. */
function withDemos(world: World, count: number, seed = 77): Prompts {
  const demos = world.examples(count, seed).map((row) => ({ input: row.input, output: row.expected }));
  return { ...declared(world), demos: { [world.program.modules[0]!.name]: demos } };
}

describe.each(all)("$name", (world) => {
  const rows = world.examples(400, 1);
  const lm = simulated({ world, role: "student" });

  test("rows are distinct, the same for the same seed, and prompts can carry them", () => {
    expect(world.examples(400, 1)).toEqual(rows);
    expect(world.examples(400, 2)).not.toEqual(rows);
    expect(world.examples(50, 1)).toEqual(rows.slice(0, 50));
    expect(new Set(rows.map((row) => JSON.stringify(row.input))).size).toBe(400);
    for (const row of rows) expect(Object.values(row.input).join("\n")).not.toMatch(/\n\s*\n/);
  });

  test("baseline and optimum are as declared, in every layout", async () => {
    expect(world.baseline.score).toBeGreaterThanOrEqual(0.45);
    expect(world.baseline.score).toBeLessThanOrEqual(0.6);
    const single = world.program.modules.length === 1;
    for (const layout of single ? [...layouts, bareLayout] : layouts) {
      const before = await meanScore(world, lm, layout, declared(world), rows);
      const after = await meanScore(world, lm, layout, best(world), rows);
      expect(Math.abs(before - world.baseline.score), `baseline, ${layout.name}`).toBeLessThan(0.05);
      expect(after, `optimum, ${layout.name}`).toBeGreaterThanOrEqual(0.93);
      expect(Math.abs(after - world.optimum.score), `optimum, ${layout.name}`).toBeLessThan(0.03);
    }
  });

  test("half the rules and two demos are worth the same in every layout", async () => {
    const half = world.rules.filter((rule, i) => rule.decoy !== true && i % 2 === 0);
    const instructions = Object.fromEntries(
      world.program.modules.map(({ name, instructions: text }) => [
        name,
        [text, ...half.filter((rule) => rule.module === name).map((rule) => rule.statements[1]!)].join("\n"),
      ]),
    );
    const demos = world.program.modules.length === 1 ? (withDemos(world, 2).demos ?? {}) : {};
    const scores: number[] = [];
    for (const layout of layouts) scores.push(await meanScore(world, lm, layout, { instructions, demos }, rows));
    expect(Math.max(...scores) - Math.min(...scores)).toBeLessThan(0.03);
    expect(Math.min(...scores)).toBeGreaterThan(world.baseline.score + 0.05);
    expect(Math.max(...scores)).toBeLessThan(world.optimum.score - 0.03);
  });

  test("in the null variant nothing helps", async () => {
    const nothing = simulated({ world, role: "student", variant: "null" });
    const before = await meanScore(world, nothing, markerLayout, declared(world), rows.slice(0, 150));
    const prompts = world.program.modules.length === 1 ? [best(world), withDemos(world, 8)] : [best(world)];
    for (const prompt of prompts)
      expect(await meanScore(world, nothing, markerLayout, prompt, rows.slice(0, 150))).toBe(before);
  });

  test("adherence falls with the length of the prompt", async () => {
    const pad = (share: number): Prompts => ({
      ...best(world),
      instructions: Object.fromEntries(
        Object.entries(world.optimum.instructions).map(([name, text]) => [
          name,
          `${text}\n\n${filler.slice(0, filler.length * share)}`,
        ]),
      ),
    });
    const whole = await meanScore(world, lm, schemaLayout, best(world), rows);
    const half = await meanScore(world, lm, schemaLayout, pad(0.5), rows);
    const full = await meanScore(world, lm, schemaLayout, pad(1), rows);
    expect(whole - half).toBeGreaterThan(0.03);
    expect(half - full).toBeGreaterThan(0.03);
  });

  test("a decoy hurts when it is stated", async () => {
    const decoys = world.rules.filter((rule) => rule.decoy === true);
    const instructions = Object.fromEntries(
      world.program.modules.map((module) => [
        module.name,
        [
          world.optimum.instructions[module.name],
          ...decoys.filter((r) => r.module === module.name).map((r) => `- ${r.statements[1]!}`),
        ].join("\n"),
      ]),
    );
    const good = await meanScore(world, lm, schemaLayout, best(world), rows);
    expect(await meanScore(world, lm, schemaLayout, { instructions }, rows)).toBeLessThan(good - 0.03);
  });

  test("noise and adherence take away from the optimum", async () => {
    const good = await meanScore(world, lm, plainLayout, best(world), rows);
    const noisy = simulated({ world, role: "student", noise: 0.3 });
    const careless = simulated({ world, role: "student", adherence: 0.5 });
    expect(await meanScore(world, noisy, plainLayout, best(world), rows)).toBeLessThan(good - 0.04);
    expect(await meanScore(world, careless, plainLayout, best(world), rows)).toBeLessThan(good - 0.1);
  });

  test("the same request and sample give the same reply; samples and seeds differ", async () => {
    const module = world.program.modules[0]!;
    const noisy = simulated({ world, role: "student", noise: 0.5 });
    const other = simulated({ world, role: "student", noise: 0.5, seed: 1 });
    const replies = async (model: typeof lm, sample: number): Promise<readonly string[]> =>
      Promise.all(
        rows.slice(0, 40).map(async (row) => {
          const request = schemaLayout.request(module, module.instructions, [], row.input);
          return (await model.generate({ ...request, sample })).text;
        }),
      );
    const first = await replies(noisy, 0);
    expect(await replies(simulated({ world, role: "student", noise: 0.5 }), 0)).toEqual(first);
    expect(await replies(noisy, 1)).not.toEqual(first);
    expect(await replies(other, 0)).not.toEqual(first);
  });
});

describe("demos", () => {
  test("two of them teach most formats of the invoice world", async () => {
    const world = worlds["invoice-extraction"];
    const lm = simulated({ world, role: "student" });
    const rows = world.examples(400, 1);
    for (const layout of [...layouts, bareLayout])
      expect(await meanScore(world, lm, layout, withDemos(world, 2), rows)).toBeGreaterThan(0.75);
    expect(await meanScore(world, lm, schemaLayout, withDemos(world, 8), rows)).toBeGreaterThan(0.9);
  });

  test("sixteen labelled ones are worth twenty points in ticket routing", async () => {
    const world = worlds["ticket-routing"];
    const lm = simulated({ world, role: "student" });
    const rows = world.examples(200, 1);
    const before = await meanScore(world, lm, schemaLayout, declared(world), rows);
    const gains: number[] = [];
    for (const seed of [1, 2, 3, 4, 5]) {
      const prompts = withDemos(world, 16, seed + 100);
      gains.push((await meanScore(world, lm, schemaLayout, prompts, rows)) - before);
    }
    expect(gains.reduce((sum, gain) => sum + gain, 0) / gains.length).toBeGreaterThan(0.22);
    expect(Math.max(...gains)).toBeGreaterThan(0.25);
  });

  test("demos that break a rule teach nothing", async () => {
    const world = worlds["invoice-extraction"];
    const lm = simulated({ world, role: "student" });
    const rows = world.examples(200, 1);
    const wrong = world
      .examples(8, 77)
      .map((row) => ({ input: row.input, output: world.solve(row.input, () => false) }));
    const prompts = { ...declared(world), demos: { extract: wrong } };
    const before = await meanScore(world, lm, schemaLayout, declared(world), rows);
    expect(await meanScore(world, lm, schemaLayout, prompts, rows)).toBe(before);
  });
});

describe("honesty", () => {
  test("a wrong expected value changes nothing but the score: the student never sees it", async () => {
    const world = worlds["ticket-routing"];
    const lm = simulated({ world, role: "student" });
    const [row] = world.examples(1, 9);
    const twisted = { ...row!, expected: { queue: "nowhere", urgent: true } };
    const prompts = best(world);
    expect(await run(world, lm, schemaLayout, prompts, twisted)).toEqual(
      await run(world, lm, schemaLayout, prompts, row!),
    );
  });

  test("no file that makes replies reads an expected value", () => {
    const files = [
      "student.ts",
      "evidence.ts",
      "adherence.ts",
      "writing.ts",
      "simulated.ts",
      "logical.ts",
      "wording.ts",
      "reading/asked.ts",
      "reading/prompt.ts",
      "reading/sections.ts",
    ];
    for (const file of files)
      expect(readFileSync(join(import.meta.dirname, file), "utf8")).not.toMatch(/expected["'\])?.[]|examples\(/);
  });

  test("nothing of Node is imported", () => {
    const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" });
    const sources = files.filter((one) => one.endsWith(".ts") && !one.endsWith(".test.ts"));
    const bad = sources.filter((file) => readFileSync(join(import.meta.dirname, file), "utf8").includes('"node:'));
    expect(bad).toEqual([]);
    expect(sources.length).toBeGreaterThan(15);
  });

  test("another process gives the same replies", async () => {
    const world = worlds["multi-hop-qa"];
    const lm = simulated({ world, role: "student", noise: 0.3 });
    const module = world.program.modules[0]!;
    const rows = world.examples(20, 1);
    const requests = rows.map((row) => markerLayout.request(module, module.instructions, [], row.input));
    const here = await Promise.all(requests.map(async (request) => (await lm.generate(request)).text));
    const code = `
      const { simulated } = await import(${JSON.stringify(join(import.meta.dirname, "index.ts"))});
      const lm = simulated({ world: "multi-hop-qa", role: "student", noise: 0.3 });
      const replies = [];
      for (const request of ${JSON.stringify(requests)}) replies.push((await lm.generate(request)).text);
      process.stdout.write(JSON.stringify(replies));`;
    const there = execFileSync(process.execPath, ["--conditions=@cultivar/source", "--input-type=module", "-e", code], {
      encoding: "utf8",
    });
    expect(JSON.parse(there)).toEqual(here);
  });
});

describe("replies", () => {
  const world = worlds["ticket-routing"];
  const module = world.program.modules[0]!;
  const [row] = world.examples(1, 1);
  const schema = (properties: object): object => ({ type: "object", properties });
  const ask = async (properties: object): Promise<unknown> => {
    const request = schemaLayout.request(module, module.instructions, [], row!.input);
    const output = { name: "x", schema: schema(properties) as Record<string, unknown> };
    return JSON.parse((await simulated({ world, role: "student" }).generate({ ...request, output })).text);
  };

  test("fields have the names, order and types of the schema; reasoning is given where asked", async () => {
    const reply = await ask({
      reasoning: { type: "string" },
      label: { type: "string", enum: ["Billing", "Bug", "Account", "Sales", "Security", "Feedback"] },
      is_urgent: { anyOf: [{ type: "boolean" }, { type: "null" }] },
      confidence: { type: "number" },
    });
    expect(Object.keys(reply as object)).toEqual(["reasoning", "label", "is_urgent", "confidence"]);
    expect(reply).toMatchObject({
      reasoning: expect.stringMatching(/\w/) as string,
      label: expect.stringMatching(/^(?:Billing|Bug|Account|Sales|Security|Feedback)$/) as string,
      is_urgent: expect.any(Boolean) as boolean,
      confidence: 0,
    });
  });

  test("a repair turn is no new input", async () => {
    const lm = simulated({ world, role: "student" });
    const request = markerLayout.request(module, module.instructions, [], row!.input);
    const first = await lm.generate(request);
    const again = await lm.generate({
      messages: [
        ...request.messages,
        { role: "assistant", content: [{ type: "text", text: first.text.slice(0, 25) }] },
        {
          role: "user",
          content: [
            { type: "text", text: "This could not be read: the field urgent is missing. Send all fields again." },
          ],
        },
      ],
    });
    expect(markerLayout.parse(again.text)).toEqual(markerLayout.parse(first.text));
  });

  test("malformed replies come at the rate asked for", async () => {
    const lm = simulated({ world, role: "student", malformed: 0.3 });
    const texts = await Promise.all(
      world
        .examples(200, 1)
        .map(
          async ({ input }) => (await lm.generate(schemaLayout.request(module, module.instructions, [], input))).text,
        ),
    );
    const broken = texts.filter((text) => !text.endsWith("}")).length;
    expect(broken).toBeGreaterThan(40);
    expect(broken).toBeLessThan(80);
  });

  test("models of different settings are told apart, equal ones are not", () => {
    const endpoint = (more: object): string | undefined => simulated({ world, role: "student", ...more }).endpoint;
    const settings = [{}, { seed: 1 }, { noise: 0.1 }, { variant: "null" }, { world: "multi-hop-qa" }];
    expect(new Set(settings.map(endpoint)).size).toBe(settings.length);
    expect(endpoint({ world: "ticket-routing", latencyMs: 3 })).toBe(endpoint({ noise: 0 }));
  });

  test("waiting ends when the caller gives up", async () => {
    const slow = simulated({ world, role: "student", latencyMs: 60_000 });
    const abort = new AbortController();
    const call = slow.generate({ messages: [] }, { signal: abort.signal });
    abort.abort();
    await expect(call).rejects.toMatchObject({ code: "aborted" });
  });

  test("bad options are refused", () => {
    expect(() => simulated({ world: "nowhere" as "ticket-routing", role: "student" })).toThrow(/world must be one of/);
    expect(() => simulated({ world, role: "student", noise: 2 })).toThrow(/noise must be in \[0, 1\], got 2/);
  });
});
