import type { FieldSpec, ModuleSpec, World } from "@cultivar/adapters/simulated";
import type { Module } from "@cultivar/core";
import { compile, predict, program, signature, textOf } from "@cultivar/core";
import { scriptedModel } from "@cultivar/core/testing";
import { epochs, gepa } from "@cultivar/optimizers";
import { z } from "zod";
import { mark, templateOf } from "./marks.ts";
import type { Template } from "./recorded.ts";
import { rowCount } from "./recorded.ts";

type Fields = Readonly<Record<string, unknown>>;

const made = new Map<string, Promise<readonly Template[]>>();

/**
 * What our own gepa asks its reflection model about one module of a world, with placeholders: made by running it, so that it is
 * always of this code. `says` as in worlds whose metric explains itself; else it is shown what was expected.
 */
export function ourReflection(world: World, taught: ModuleSpec, says: boolean): Promise<readonly Template[]> {
  const key = JSON.stringify([world.name, taught.name, says]);
  const known = made.get(key) ?? runOnMarks(world, taught, says);
  made.set(key, known);
  return known;
}

async function runOnMarks(world: World, taught: ModuleSpec, says: boolean): Promise<readonly Template[]> {
  const rows = Array.from({ length: rowCount }, (_, i) => ({
    input: marked(`row${i}.`, taught.inputs),
    expected: marked(`row${i}.expected.`, taught.outputs),
  }));
  const held = { input: heldOut(taught.inputs), expected: {} };
  const student = scriptedModel(({ messages }) =>
    JSON.stringify(marked(`row${rowIn(messages.map(textOf).join("\n"))}.out.`, taught.outputs)),
  );
  const teacher = scriptedModel(() => "nothing");
  await compile(programAround(world, taught), {
    metric: ({ example }) => ({
      score: 0,
      ...(says && { feedback: mark(`row${rowIn(JSON.stringify(example.input))}.feedback`) }),
    }),
    data: { train: rows, val: [held] },
    optimizer: gepa({
      batches: epochs(rowCount),
      components: { name: "taught", choose: () => [`${taught.name}.instructions`] },
    }),
    models: { default: student, reflect: teacher },
    budget: { evaluations: 20 * rowCount },
    fingerprint: "neutrality",
  });
  const asked = teacher.calls[0];
  if (asked === undefined) throw new Error(`neutrality: our gepa asked nothing about ${world.name}`);
  return [
    {
      messages: asked.messages.map((message) => ({
        role: message.role as Template["messages"][number]["role"],
        text: templateOf(textOf(message)),
      })),
    },
  ];
}

/** The whole program as its sketch shows it, of which only the taught module runs; its outputs are texts, so that marks are answers. */
function programAround(world: World, taught: ModuleSpec): Module<Fields, Fields> {
  const { name, modules } = world.program;
  const parts = Object.fromEntries(modules.map((module) => [module.name, moduleOf(module, module === taught)]));
  if (modules.length === 1) return parts[taught.name]!;
  return program(name, parts, (m, input: Fields) => m[taught.name]!(input));
}

function moduleOf({ name, instructions, inputs, outputs }: ModuleSpec, isTaught: boolean): Module<Fields, Fields> {
  const schema = (fields: readonly FieldSpec[]): z.ZodObject =>
    z.object(
      Object.fromEntries(
        fields.map((field) => [
          field.name,
          (field.type === "string[]" ? z.array(z.string()) : z.string()).describe(field.description),
        ]),
      ),
    );
  return predict(
    signature({
      name,
      instructions: isTaught ? mark("instruction") : instructions,
      input: schema(inputs),
      output: schema(outputs),
    }),
  );
}

function marked(prefix: string, fields: readonly FieldSpec[]): Fields {
  return Object.fromEntries(
    fields.map(({ name, type }) => [
      name,
      type === "string[]" ? [mark(`${prefix}${name}.0`), mark(`${prefix}${name}.1`)] : mark(`${prefix}${name}`),
    ]),
  );
}

function heldOut(fields: readonly FieldSpec[]): Fields {
  return Object.fromEntries(fields.map(({ name, type }) => [name, type === "string[]" ? ["held"] : "held"]));
}

function rowIn(text: string): string {
  return /[\s\S]*ZQrow(\d)\./.exec(text)?.[1] ?? "0";
}
