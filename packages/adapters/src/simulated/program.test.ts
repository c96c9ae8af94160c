import { chainOfThought, encodeDemos, predict, program, signature } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { simulated } from "./simulated.ts";
import type { FieldSpec, ModuleSpec, World } from "./world.ts";
import { judge } from "./judge.ts";
import { worlds } from "./worlds.ts";
import { multiHopQa } from "./worlds/multi-hop-qa.ts";

/** A world's field specs as a schema: what a user would write by hand. */
function schemaOf(fields: readonly FieldSpec[]): z.ZodObject {
  const typeOf = ({ type, choices }: FieldSpec): z.ZodType => {
    if (choices !== undefined) return z.enum(choices);
    if (type === "boolean") return z.boolean();
    return type === "string[]" ? z.array(z.string()) : z.string();
  };
  return z.object(Object.fromEntries(fields.map((field) => [field.name, typeOf(field).describe(field.description)])));
}

const declare = ({ name, instructions, inputs, outputs }: ModuleSpec) =>
  signature({ name, instructions, input: schemaOf(inputs), output: schemaOf(outputs) });

async function mean(
  world: World,
  run: (input: Record<string, unknown>) => Promise<Record<string, unknown>>,
): Promise<number> {
  const rows = world.examples(150, 21);
  let sum = 0;
  for (const row of rows) sum += judge(world, row, await run(row.input)).score;
  return sum / rows.length;
}

describe.each([worlds["ticket-routing"], worlds["invoice-extraction"]])("core's own prompts in $name", (world) => {
  const [spec] = world.program.modules;
  const lm = simulated({ world, role: "student" });

  test.each([
    ["predict", predict],
    ["chainOfThought", chainOfThought],
  ] as const)("%s: baseline, optimum and demos", async (_name, make) => {
    const module = make(declare(spec!));
    const demos = encodeDemos({
      rows: world.examples(16, 77).map((row) => ({ input: row.input, output: row.expected })),
    });
    const instructions = world.optimum.instructions[spec!.name]!;
    const shown = encodeDemos({ rows: world.optimum.demos?.[spec!.name] ?? [] });
    const bind = (text: string, demoSet: string): ReturnType<typeof module.with> =>
      module.with({ lm, candidate: { [`${spec!.name}.instructions`]: text, [`${spec!.name}.demos`]: demoSet } });
    const before = await mean(world, module.with({ lm }));
    expect(Math.abs(before - world.baseline.score)).toBeLessThan(0.1);
    expect(await mean(world, bind(instructions, shown))).toBeGreaterThan(0.95);
    expect(await mean(world, bind(spec!.instructions, demos))).toBeGreaterThan(before + 0.12);
  });
});

test("a malformed reply is repaired from the same input", async () => {
  const world = worlds["ticket-routing"];
  const module = predict(declare(world.program.modules[0]!));
  const clean = module.with({ lm: simulated({ world, role: "student" }) });
  let repaired = 0;
  const lm = simulated({ world, role: "student", malformed: 0.4 });
  const counting = {
    ...lm,
    generate: (...args: Parameters<typeof lm.generate>): ReturnType<typeof lm.generate> => {
      if (args[0].messages.length > 2) repaired++;
      return lm.generate(...args);
    },
  };
  const pairs: (readonly [repairedOutput: unknown, output: unknown])[] = [];
  for (const { input } of world.examples(40, 5)) {
    const output: unknown = await module
      .with({ lm: counting })(input)
      .catch(() => undefined);
    if (output !== undefined) pairs.push([output, await clean(input)]);
  }
  expect(pairs.map(([output]) => output)).toEqual(pairs.map(([, output]) => output));
  expect(repaired).toBeGreaterThan(5);
  expect(pairs.length).toBeGreaterThan(25);
});

test("core's own prompts in multi-hop-qa", async () => {
  const world = multiHopQa;
  const [query, answer] = world.program.modules;
  const qa = program(
    "archive",
    { query: predict(declare(query!)), answer: predict(declare(answer!)) },
    async (m, input: Record<string, unknown>) => {
      const { query: text } = await m.query(input);
      return m.answer({ ...input, context: [...world.search(String(text))] });
    },
  );
  const lm = simulated({ world, role: "student" });
  const before = await mean(world, qa.with({ lm }));
  expect(Math.abs(before - world.baseline.score)).toBeLessThan(0.1);
  const none = encodeDemos({ rows: [] });
  const { query: q, answer: a } = world.optimum.instructions;
  const candidate = { "query.instructions": q!, "query.demos": none, "answer.instructions": a!, "answer.demos": none };
  expect(await mean(world, qa.with({ lm, candidate }))).toBeGreaterThan(0.94);
});
