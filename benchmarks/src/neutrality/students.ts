import type { DemoPair, FieldSpec, ModuleSpec, Output, World, WorldRow } from "@cultivar/adapters/simulated";
import { judge, programOf, replier, simulated } from "@cultivar/adapters/simulated";
import type { Message } from "@cultivar/core";
import { encodeDemos, spaceOf, textMessage } from "@cultivar/core";
import { fill } from "./marks.ts";
import type { Recorded, Template } from "./recorded.ts";
import { demoCount } from "./recorded.ts";

/** What a program says and shows. */
export interface Prompt {
  readonly name: string;
  readonly instructions: Readonly<Record<string, string>>;
  /** Of the only module, {@link demoCount} of them. */
  readonly demos?: readonly DemoPair[];
}

/** What was declared, the best instructions, and half of the rules with demos where the world has one module. */
export function promptsOf(world: World): readonly Prompt[] {
  const { modules } = world.program;
  const of = (text: (module: ModuleSpec) => string): Record<string, string> =>
    Object.fromEntries(modules.map((module) => [module.name, text(module)]));
  const half = ({ name, instructions }: ModuleSpec): string => {
    const own = world.rules.filter((rule) => rule.module === name && rule.decoy !== true);
    return [instructions, ...own.filter((_, i) => i % 2 === 0).map((rule) => `- ${rule.statements[0]!}`)].join("\n");
  };
  const shown = world.examples(demoCount, 77).map(({ input, expected }) => ({ input, output: expected }));
  return [
    { name: "declared", instructions: of((module) => module.instructions) },
    { name: "optimum", instructions: { ...world.optimum.instructions } },
    { name: "half", instructions: of(half), ...(modules.length === 1 && { demos: shown }) },
  ];
}

/** Answers one module of a program. */
type Ask = (module: ModuleSpec, fields: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

const show = (value: unknown): string =>
  Array.isArray(value) ? value.map(String).join("\n") : typeof value === "string" ? value : JSON.stringify(value);

/** Fields as `name: value` lines, as the ports of frameworks without fields write them; a single input stands bare. */
export function lines(fields: readonly FieldSpec[], values: Readonly<Record<string, unknown>>): string {
  return fields.map(({ name }) => `${name}: ${show(values[name])}`).join("\n");
}

/** Values for a template's placeholders, under a prefix. Lists fill two. */
export function named(
  prefix: string,
  fields: readonly FieldSpec[],
  values: Readonly<Record<string, unknown>>,
  yes?: string,
): Record<string, string> {
  const written = (value: unknown): string => {
    if (typeof value !== "boolean") return show(value);
    const [t, f] = yes === "True" ? ["True", "False"] : ["true", "false"];
    return value ? t : f;
  };
  return Object.fromEntries(
    fields.flatMap(({ name }) => {
      const value = values[name];
      if (!Array.isArray(value)) return [[`${prefix}${name}`, written(value)] as const];
      // templates have two places for a list
      const [first, ...rest] = value.map(String);
      return [[`${prefix}${name}.0`, first ?? ""] as const, [`${prefix}${name}.1`, rest.join("\n")] as const];
    }),
  );
}

export function messagesOf({ messages }: Template, values: Readonly<Record<string, string>>): readonly Message[] {
  return messages.map(({ role, text }) => textMessage(role, fill(text, values)));
}

/** A framework's own requests, filled. Frameworks without demos have them in the instructions. */
function askAs({ students }: Recorded, world: World, prompt: Prompt, seed: number): Ask {
  const reply = replier({ world, role: "student", seed });
  return (module, fields) => {
    const templates = students[world.name]?.[module.name] ?? [];
    const { demos = [] } = prompt;
    const template = templates[demos.length === 0 ? 0 : 1];
    const own = prompt.instructions[module.name]!;
    const inline = demos.map(({ input, output }) =>
      lines([...module.inputs, ...module.outputs], { ...input, ...output }),
    );
    const used = template ?? templates[0];
    if (used === undefined)
      throw new Error(`neutrality: ${world.name} has no recording of ${module.name}; run record.ts`);
    const values: Record<string, string> = {
      instruction: template === undefined ? [own, ...inline].join("\n\n") : own,
      ...named("in.", module.inputs, fields),
    };
    demos.forEach(({ input, output }, i) =>
      Object.assign(
        values,
        named(`demo${i}.`, [...module.inputs, ...module.outputs], { ...input, ...output }, used.yes),
      ),
    );
    return read(module.outputs, reply({ messages: messagesOf(used, values) }, 0));
  };
}

/** A reply's fields, in any of the layouts that frameworks ask for. */
export function read(outputs: readonly FieldSpec[], reply: string): Readonly<Record<string, unknown>> {
  let found: Readonly<Record<string, unknown>> = {};
  if (reply.startsWith("{")) found = JSON.parse(reply) as Record<string, unknown>;
  else {
    const marked = [...reply.matchAll(/^\[\[ ## (\w+) ## \]\]\n([\s\S]*?)(?=\n+\[\[ ## )/gm)];
    const labelled = [...reply.matchAll(/^(\w+): ([\s\S]*?)(?=\n\w+: |$(?![\s\S]))/gm)];
    found = Object.fromEntries(
      (marked.length > 0 ? marked : labelled).map(([, name, value]) => [name!, value!.trim()]),
    );
  }
  return Object.fromEntries(
    outputs.flatMap(({ name, type }) => {
      const value = found[name];
      if (value === undefined) return [];
      return [[name, type === "boolean" && typeof value === "string" ? /^true$/i.test(value) : value] as const];
    }),
  );
}

/** Score of each row under a framework's requests: the mean of `draws` students. */
export function scoresAs(
  recorded: Recorded,
  world: World,
  prompt: Prompt,
  rows: readonly WorldRow[],
  draws: number,
): readonly number[] {
  const asks = Array.from({ length: draws }, (_, seed) => askAs(recorded, world, prompt, seed));
  return means(asks.map((ask) => scoresOf(ask, world, rows)));
}

/** Aligned lists to their means. */
function means(lists: readonly (readonly number[])[]): readonly number[] {
  return lists[0]!.map((_, i) => lists.reduce((sum, list) => sum + list[i]!, 0) / lists.length);
}

function scoresOf(ask: Ask, world: World, rows: readonly WorldRow[]): readonly number[] {
  return rows.map((row) => {
    let fields: Readonly<Record<string, unknown>> = row.input;
    for (const module of world.program.modules) {
      const answered = ask(module, fields);
      // as in every framework, an answer without its fields is no answer
      if (!module.outputs.every(({ name }) => name in answered)) return 0;
      fields = { ...fields, ...answered };
      if (world.between !== undefined) fields = { ...fields, ...world.between(module.name, fields) };
    }
    return judge(world, row, fields as Output).score;
  });
}

/** Score of each row under our own program: the mean of `draws` students. */
export async function scoresOfOurs(
  world: World,
  { instructions, demos }: Prompt,
  rows: readonly WorldRow[],
  draws: number,
): Promise<readonly number[]> {
  const program = programOf(world);
  const declared = Object.entries(spaceOf(program)).map(([id, spec]) => [id, spec.initial] as const);
  const texts = Object.entries(instructions).map(([module, text]) => [`${module}.instructions`, text] as const);
  const shown =
    demos === undefined ? {} : { [`${world.program.modules[0]!.name}.demos`]: encodeDemos({ rows: demos }) };
  const candidate = { ...Object.fromEntries([...declared, ...texts]), ...shown };
  const lists: number[][] = [];
  for (let seed = 0; seed < draws; seed++) {
    const bound = program.with({ lm: simulated({ world, role: "student", seed }), candidate });
    const scores: number[] = [];
    for (const row of rows) scores.push(judge(world, row, (await bound(row.input)) as Output).score);
    lists.push(scores);
  }
  return means(lists);
}

/** How far apart two frameworks are on the same rows. */
export interface Difference {
  readonly mean: number;
  readonly standardError: number;
}

/** Mean and standard error of paired differences. */
export function difference(a: readonly number[], b: readonly number[]): Difference {
  const gaps = a.map((value, i) => value - b[i]!);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / Math.max(1, gaps.length - 1);
  return { mean, standardError: Math.sqrt(variance / gaps.length) };
}
