import type { WorldRow } from "@cultivar/adapters/simulated";
import type { Candidate, DemoRow } from "@cultivar/core";
import { decodeDemos, encodeDemos, rng } from "@cultivar/core";
import type { Arena } from "../comparison/arena.ts";
import { typed } from "./peer-metric.ts";
import type { Texts } from "./protocol.ts";
import { Refused } from "./refused.ts";

/**
 * The candidate of the world's own program that a port's texts stand for: what isn't said stays as declared. Of demos
 * only the module's own fields count, and those without an input or an output field are left out (a framework may show
 * half a demo, our program doesn't).
 */
export function candidateOf(
  { world, baseline }: Arena,
  { instructions = {}, demos = {}, candidate = {} }: Texts,
): Candidate {
  const named: Record<string, string> = { ...baseline };
  const set = (id: string, value: string): void => {
    if (!Object.hasOwn(baseline, id))
      throw new Refused(
        400,
        `expected one of the components ${Object.keys(baseline).join(", ")}, got ${JSON.stringify(id)}`,
      );
    named[id] = value;
  };
  for (const [module, text] of Object.entries(instructions)) set(`${module}.instructions`, text);
  for (const [module, rows] of Object.entries(demos)) {
    const spec = world.program.modules.find(({ name }) => name === module);
    const whole = rows.flatMap(({ input, output }) => {
      const own = { input: pick(input, spec?.inputs ?? []), output: typed(world, pick(output, spec?.outputs ?? [])) };
      const isWhole =
        Object.keys(own.input).length === spec?.inputs.length && Object.keys(own.output).length === spec.outputs.length;
      return isWhole ? [own] : [];
    });
    set(`${module}.demos`, encodeDemos({ rows: whole }));
  }
  for (const [id, value] of Object.entries(candidate)) set(id, value);
  return named;
}

function pick(
  fields: Readonly<Record<string, unknown>>,
  specs: readonly { readonly name: string }[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(specs.flatMap(({ name }) => (name in fields ? [[name, fields[name]] as const] : [])));
}

/** A candidate in a port's words; the opposite of {@link candidateOf}. `students` is by module, where there are several. */
export function textsOf(
  { world }: Arena,
  candidate: Candidate,
): {
  readonly instructions: Readonly<Record<string, string>>;
  readonly demos: Readonly<Record<string, readonly Pick<DemoRow, "input" | "output">[]>>;
  readonly students: Readonly<Record<string, string>>;
  readonly candidate: Candidate;
} {
  const names = world.program.modules.map(({ name }) => name);
  const demosOf = (name: string): readonly Pick<DemoRow, "input" | "output">[] =>
    decodeDemos(candidate[`${name}.demos`]!).rows.map(({ input, output }) => ({ input, output }));
  const students = names.flatMap((name) => {
    const kind = candidate[`${name}.model`];
    return kind === undefined ? [] : [[name, `simulated-student-${kind}`] as const];
  });
  return {
    instructions: Object.fromEntries(names.map((name) => [name, candidate[`${name}.instructions`]!])),
    demos: Object.fromEntries(names.map((name) => [name, demosOf(name)])),
    students: Object.fromEntries(students),
    candidate,
  };
}

/** How many texts and demo sets a search by choice picks from, per module: what MIPROv2's light setting proposes. */
const offered = 6;
const demosPerSet = 4;

/**
 * Values to choose from, by component: what a purely categorical search works on. Instructions say random halves of the
 * module's statements, wrong ones among them, the first being the declared ones; demo sets are random train rows, the
 * first being empty, for programs of one module. The same for the same world, seed and rows.
 */
export function choicesOf(
  { world, baseline, vary }: Arena,
  train: readonly WorldRow[],
  seed: number,
): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, readonly string[]> = {};
  const { modules } = world.program;
  const draw = rng(seed, `choices of ${world.name}`);
  const others = Array.from({ length: offered - 1 }, (_, i) => i);
  for (const { name, instructions } of modules) {
    const own = world.rules.filter((rule) => rule.module === name);
    const texts = others.map(() => {
      const lines = own.filter(() => draw.next() < 0.5).map((rule) => `- ${draw.pick(rule.statements)}`);
      return [instructions, "", ...lines].join("\n").trim();
    });
    found[`${name}.instructions`] = [...new Set([baseline[`${name}.instructions`]!, ...texts])];
    if (modules.length > 1) continue;
    const sets = others.map(() => {
      const rows = draw.sample(train, Math.min(demosPerSet, train.length));
      return encodeDemos({ rows: rows.map(({ input, expected }) => ({ input, output: expected })) });
    });
    found[`${name}.demos`] = [...new Set([baseline[`${name}.demos`]!, ...sets])];
  }
  for (const [id, values] of Object.entries(vary)) if (Array.isArray(values)) found[id] = values as readonly string[];
  return found;
}
