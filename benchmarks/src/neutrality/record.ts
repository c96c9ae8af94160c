import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { readFileSync, writeFileSync } from "node:fs";
import type { ModuleSpec, World } from "@cultivar/adapters/simulated";
import { worlds } from "@cultivar/adapters/simulated";
import { betweenBooleans, mark, templateOf, withBooleans } from "./marks.ts";
import { recordAx } from "./record-ax.ts";
import type { Recorded, Template } from "./recorded.ts";
import { demoCount, frameworks, recordedPath, rowCount } from "./recorded.ts";
import { defaultPython } from "../peers/peers.ts";

// node --conditions=@cultivar/source benchmarks/src/neutrality/record.ts [PYTHON]
// Makes each framework's own package send its prompts to a local server, and keeps them as templates in recorded/.

/** A request as it was captured. */
export interface Captured {
  readonly messages: readonly {
    readonly role: string;
    readonly content: string | readonly { readonly text?: string }[];
  }[];
}

/** What is to be recorded. */
export interface Job {
  readonly mark: Readonly<Record<string, string>>;
  readonly modules: readonly (ModuleSpec & {
    readonly world: string;
    readonly demos: readonly number[];
    readonly teach: boolean;
    /** Outputs whose right values a row has. */
    readonly expected: readonly string[];
  })[];
}

/** The module of a world with the most rules: the one whose reflection is recorded. */
export function taughtModule({ program, rules }: World): ModuleSpec {
  const count = ({ name }: ModuleSpec): number => rules.filter((rule) => rule.module === name).length;
  return program.modules.reduce((best, module) => (count(module) > count(best) ? module : best));
}

function jobOf(all: readonly World[]): Job {
  const modules = all.flatMap((world) => {
    const expected = Object.keys(world.examples(1, 0)[0]!.expected);
    return world.program.modules.map((module) => ({
      ...module,
      world: world.name,
      demos: world.program.modules.length === 1 ? [0, demoCount] : [0],
      teach: module === taughtModule(world),
      expected: module.outputs.map(({ name }) => name).filter((name) => expected.includes(name)),
    }));
  });
  const keys = modules.flatMap(({ inputs, outputs }) => {
    const of = (prefix: string): readonly string[] =>
      [...inputs, ...outputs].flatMap(({ name, type }) =>
        type === "string[]" ? [`${prefix}${name}.0`, `${prefix}${name}.1`] : [`${prefix}${name}`],
      );
    const rows = Array.from({ length: rowCount }, (_, i) => [
      ...of(`row${i}.`),
      ...outputs.map(({ name }) => `row${i}.out.${name}`),
      `row${i}.reply`,
      `row${i}.wanted`,
      `row${i}.feedback`,
    ]);
    return [...of("in."), ...Array.from({ length: demoCount }, (_, i) => of(`demo${i}.`)).flat(), ...rows.flat()];
  });
  const gradients = Array.from({ length: 4 * rowCount }, (_, i) => `gradient${i}`);
  const named = [...new Set(["instruction", ...keys, ...gradients])].map((key) => [key, mark(key)] as const);
  return { mark: Object.fromEntries(named), modules };
}

function textOf(content: Captured["messages"][number]["content"]): string {
  return typeof content === "string" ? content : content.map((part) => part.text ?? "").join("\n");
}

function template({ messages }: Captured): Template {
  return {
    messages: messages.map(({ role, content }) => ({
      role: role as Template["messages"][number]["role"],
      text: templateOf(textOf(content)),
    })),
  };
}

function studentTemplate(plain: Captured, made: Captured | undefined, module: ModuleSpec): Template {
  const found = template(plain);
  const booleans = module.outputs.filter(({ type }) => type === "boolean").map(({ name }) => name);
  if (made === undefined || booleans.length === 0) return found;
  const keys = new Set(booleans.flatMap((name) => Array.from({ length: demoCount }, (_, i) => `demo${i}.${name}`)));
  const other = template(made);
  let yes: string | undefined;
  const messages = found.messages.map(({ role, text }, i) => {
    if (![...keys].some((key) => text.includes(`{{=${key}:`))) return { role, text };
    const read = withBooleans(text, other.messages[i]!.text, keys);
    yes = read.yes;
    return { role, text: read.template };
  });
  return { messages, ...(yes !== undefined && { yes }) };
}

function booleanTemplate(yes: Captured, no: Captured, module: ModuleSpec): Template {
  const booleans = module.outputs.filter(({ type }) => type === "boolean").map(({ name }) => name);
  const keys = Array.from({ length: demoCount }, (_, i) => booleans.map((name) => `demo${i}.${name}`)).flat();
  const other = template(no);
  let used = 0;
  const messages = template(yes).messages.map(({ role, text }, i) => {
    const read = betweenBooleans(text, other.messages[i]!.text, keys.slice(used));
    used += keys.filter((key) => read.includes(`{{=${key}:`)).length;
    return { role, text: read };
  });
  return { messages, yes: "true" };
}

/** One round of reflection. gepa's and DSPy's later ones say the same of other texts, or of none. */
function roundOf(framework: string, told: readonly Captured[]): readonly Captured[] {
  if (framework.endsWith("gepa")) return told.slice(0, 1);
  // what it asks about the data, and for an instruction with demos; between them it asks about the program and asks again
  return framework === "dspy-mipro" && told.length > 1 ? [told[0]!, told.at(-1)!] : told;
}

function collect(
  framework: string,
  versions: Readonly<Record<string, string>>,
  captured: Readonly<Record<string, readonly Captured[]>>,
  { modules }: Job,
  missing: readonly string[],
): Recorded {
  const students: Record<string, Record<string, readonly Template[]>> = {};
  const teachers: Record<string, Recorded["teachers"][string]> = {};
  for (const module of modules) {
    const where = `${module.world} ${module.name}`;
    const found = module.demos.flatMap((count) => {
      const label = `student ${framework} ${where} ${count}`;
      const first = captured[label]?.[0];
      const [yes, no] = [captured[`${label} true`]?.[0], captured[`${label} false`]?.[0]];
      if (first !== undefined) return [studentTemplate(first, yes, module)];
      return yes === undefined || no === undefined ? [] : [booleanTemplate(yes, no, module)];
    });
    if (found.length > 0) (students[module.world] ??= {})[module.name] = found;
    const told = captured[`teacher ${framework} ${where}`] ?? [];
    const round = roundOf(framework, told);
    if (round.length > 0) teachers[module.world] = { module: module.name, requests: round.map(template) };
  }
  return { framework, versions, students, teachers, missing };
}

async function main(python: string): Promise<void> {
  const job = jobOf(Object.values(worlds));
  const script = join(import.meta.dirname, "..", "..", "peers", "python", "render_prompts.py");
  const ran = spawnSync(python, ["-B", script], { input: JSON.stringify(job), maxBuffer: 2 ** 28, timeout: 600_000 });
  if (ran.status !== 0) throw new Error(`render_prompts.py: ${ran.stderr.toString().slice(-2000)}`);
  const answer = JSON.parse(ran.stdout.toString()) as {
    readonly versions: Readonly<Record<string, string>>;
    readonly captured: Readonly<Record<string, readonly Captured[]>>;
    readonly errors: Readonly<Record<string, string>>;
  };
  const ax = await recordAx(job);
  const entry = createRequire(import.meta.url).resolve("@ax-llm/ax");
  const axVersion = (JSON.parse(readFileSync(join(entry, "..", "package.json"), "utf8")) as { version: string })
    .version;
  for (const framework of frameworks) {
    const own = framework === "ax" ? ax : answer.captured;
    const versions = framework === "ax" ? { "@ax-llm/ax": axVersion } : answer.versions;
    const missing = Object.entries(answer.errors)
      .filter(([name]) => name.split(" ")[1] === framework)
      .map(([name, why]) => `${name}: ${why}`);
    const made = collect(framework, versions, own, job, missing);
    writeFileSync(recordedPath(framework), `${JSON.stringify(made)}\n`);
  }
}

if (process.argv[1] === import.meta.filename) await main(process.argv[2] ?? defaultPython());
