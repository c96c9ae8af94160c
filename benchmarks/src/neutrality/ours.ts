import type { FieldSpec, ModuleSpec, World } from "@cultivar/adapters/simulated";
import type { Module, Optimizer } from "@cultivar/core";
import { compile, predict, program, signature, textOf } from "@cultivar/core";
import { scriptedModel } from "@cultivar/core/testing";
import { copro, epochs, gepa, mipro } from "@cultivar/optimizers";
import { z } from "zod";
import { mark, templateOf } from "./marks.ts";
import type { Template } from "./recorded.ts";
import { rowCount } from "./recorded.ts";

type Fields = Readonly<Record<string, unknown>>;

/** One of our optimizers, and which of its requests to the reflection model about a module are compared. */
interface Step {
  readonly optimizer: (taught: ModuleSpec) => Optimizer;
  /** The first request about the module's text that counts, from 0, and how many do. */
  readonly from: number;
  readonly count: number;
}

/** Manners of writing that `mipro` asks for by turns. */
const manners = 6;

const steps = {
  /** The reflection of `gepa`. */
  "our gepa": {
    optimizer: ({ name }) =>
      gepa({
        batches: epochs(rowCount),
        components: { name: "taught", choose: () => [`${name}.instructions`] },
      }),
    from: 0,
    count: 1,
  },
  /** The proposals of `mipro`. */
  "our mipro": {
    optimizer: () => mipro({ rounds: 1, instructions: manners, maxBootstrapped: 0, maxLabeled: 0 }),
    from: 0,
    count: manners,
  },
  /** A proposal of the second round of `copro`, after the one text of the first. */
  "our copro": { optimizer: () => copro({ breadth: 2, depth: 2 }), from: 1, count: 1 },
} as const satisfies Readonly<Record<string, Step>>;

export type OurStep = keyof typeof steps;

export function isOurs(name: string): name is OurStep {
  return Object.hasOwn(steps, name);
}

/** What a teacher says that found nothing. */
export const nothing = "Nothing in what is shown points to a missing rule.";

const made = new Map<string, Promise<readonly Template[]>>();

/**
 * What our own optimizer asks its reflection model about one module of a world, with placeholders: made by running it, so
 * that it is always of this code. Several requests are ways to ask for the same. `says` as in worlds whose metric explains
 * itself; else it is shown what was expected.
 */
export function ourRequests(
  step: OurStep,
  world: World,
  taught: ModuleSpec,
  says: boolean,
): Promise<readonly Template[]> {
  const key = JSON.stringify([step, world.name, taught.name, says]);
  const known = made.get(key) ?? runOnMarks(step, world, taught, says);
  made.set(key, known);
  return known;
}

async function runOnMarks(
  step: OurStep,
  world: World,
  taught: ModuleSpec,
  says: boolean,
): Promise<readonly Template[]> {
  const rows = Array.from({ length: rowCount }, (_, i) => ({
    input: marked(`row${i}.`, taught.inputs),
    expected: marked(`row${i}.expected.`, taught.outputs),
  }));
  const held = { input: heldOut(taught.inputs), expected: {} };
  const student = scriptedModel(({ messages }) =>
    JSON.stringify(marked(`row${rowIn(messages.map(textOf).join("\n"))}.out.`, taught.outputs)),
  );
  const teacher = scriptedModel(({ messages }) =>
    messages.map(textOf).join("\n").includes("between triple backticks") ? "```\nAnswer with care.\n```" : nothing,
  );
  const { optimizer, from, count } = steps[step];
  await compile(programAround(world, taught), {
    metric: ({ example }) => ({
      score: 0,
      ...(says && { feedback: mark(`row${rowIn(JSON.stringify(example.input))}.feedback`) }),
    }),
    data: { train: rows, val: [held] },
    optimizer: optimizer(taught),
    models: { default: student, reflect: teacher },
    budget: { evaluations: 40 * rowCount },
    fingerprint: "neutrality",
  });
  const current = `\`\`\`\n${mark("instruction")}\n\`\`\``;
  const asked = teacher.calls
    .filter(({ messages }) => messages.map(textOf).join("\n").includes(current))
    .slice(from, from + count);
  if (asked.length < count) throw new Error(`neutrality: ${step} asked too little about ${world.name}`);
  return asked.map(({ messages }) => ({
    messages: messages.map((message) => ({
      role: message.role as Template["messages"][number]["role"],
      text: templateOf(textOf(message)),
    })),
  }));
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
