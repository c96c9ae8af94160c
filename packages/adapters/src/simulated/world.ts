import type { Metric, Rng } from "@cultivar/core";
import { metric } from "@cultivar/core";
import type { Wording } from "./wording.ts";

/** What a field of a world's output holds. */
export type Value = string | number | boolean;
/** Input fields as a reader of the prompt sees them: texts. */
export type Texts = Readonly<Record<string, string>>;
/** Output fields of one module. */
export type Output = Readonly<Record<string, Value>>;
/** Asks whether a rule is followed here; a world asks only for the rules that its input calls for. */
export type Applies = (rule: string) => boolean;

/** One field of a module, as plain data. */
export interface FieldSpec {
  readonly name: string;
  readonly description: string;
  readonly type: "string" | "boolean" | "number" | "string[]";
  /** The values it may take, when they are few. */
  readonly choices?: readonly string[];
}

/** One module of a world's program: enough to build a signature from. */
export interface ModuleSpec {
  readonly name: string;
  /** What a newcomer would write: says the task, none of the rules. */
  readonly instructions: string;
  readonly inputs: readonly FieldSpec[];
  readonly outputs: readonly FieldSpec[];
}

/** A hidden house rule, and how it is recognised in anyone's words. */
export interface Rule extends Wording {
  readonly id: string;
  /** The module whose prompt must know it. */
  readonly module: string;
  /** At least three wordings; the first is the clearest. Each one is recognised as this rule and as no other. */
  readonly statements: readonly string[];
  /** How a colleague's remark on a wrong answer words it. */
  readonly hint: string;
  /** A rule that sounds right and is not: followed when stated, and wrong. Never in the optimum. */
  readonly decoy?: true;
}

/** A row of a world. */
export interface WorldRow {
  readonly input: Readonly<Record<string, string>>;
  readonly expected: Output;
  readonly group?: string;
  readonly tags?: readonly string[];
}

/** What a world's metric says. */
export interface Judgement {
  /** In [0, 1]. */
  readonly score: number;
  /** Rich worlds only: what was wrong, in words that hint at the rules. */
  readonly feedback?: string;
  /** Rich worlds of several modules: the hints by the module that they concern. */
  readonly byModule?: Readonly<Record<string, string>>;
}

/**
 * A family of tasks with a known optimum. Everything that the student knows of the task is here: how it reads an input
 * and what it then answers, with and without each rule. Nothing in it sees an expected answer but `compare`.
 *
 * To add a world: one file that exports a `World`, one entry in `worlds`, one line in the shared suite. Inputs must hold
 * no blank line and no line that starts like a field name (that is how they are found in anyone's prompt).
 */
export interface World {
  readonly name: string;
  /** What it stands for in real life, and what makes it hard. */
  readonly description: string;
  /** `name` of the program and its modules in the order in which they run. */
  readonly program: { readonly name: string; readonly modules: readonly ModuleSpec[] };
  readonly rules: readonly Rule[];
  /** Whether the metric ({@link metricOf}) explains itself. */
  readonly feedback: "rich" | "scores";
  /** Chance that the student takes over a rule shown by one, two, three or more demos. Ascending, in [0, 1]. */
  readonly learns: readonly number[];
  /** When true nothing in a prompt helps: the student has its habits and keeps them. */
  readonly isNull?: boolean;
  /** `size` rows with distinct inputs; the same for the same seed. */
  examples(size: number, seed: number): readonly WorldRow[];
  /** The student's mind: what it answers as `module` to these input texts when it follows the rules that `applies` grants. */
  answer(module: string, input: Texts, applies: Applies): Output;
  /** The whole program on a row's input. */
  solve(input: Texts, applies: Applies): Output;
  /** A plausible slip: another output than the given one. */
  mistake(module: string, output: Output, rng: Rng): Output;
  /** Score in [0, 1] and the output fields that are wrong. */
  compare(expected: Output, output: Output): { readonly score: number; readonly wrong: readonly string[] };
  /** Expected score of the program as declared, without noise. */
  readonly baseline: { readonly score: number };
  /** Instructions by module known to reach the ceiling, and the score they reach, without noise. */
  readonly optimum: { readonly instructions: Readonly<Record<string, string>>; readonly score: number };
}

/** The rules that are true, in order. */
export function houseRules(world: Pick<World, "rules">): readonly Rule[] {
  return world.rules.filter((rule) => rule.decoy !== true);
}

/**
 * The true rules that decide `fields` of an answer: each one without which the answer would be another. Found by
 * answering again without it, so nothing has to be declared twice.
 */
export function decisive(
  rules: readonly Rule[],
  solve: (applies: Applies) => Output,
  fields: readonly string[],
): {
  readonly output: Output;
  readonly deciding: readonly { readonly rule: Rule; readonly fields: readonly string[] }[];
} {
  const asked = new Set<string>();
  const house = new Set(rules.filter((rule) => rule.decoy !== true).map((rule) => rule.id));
  const output = solve((id) => {
    asked.add(id);
    return house.has(id);
  });
  const deciding: { rule: Rule; fields: readonly string[] }[] = [];
  for (const rule of rules) {
    if (!house.has(rule.id) || !asked.has(rule.id)) continue;
    const without = solve((id) => id !== rule.id && house.has(id));
    const changed = fields.filter((field) => without[field] !== output[field]);
    if (changed.length > 0) deciding.push({ rule, fields: changed });
  }
  return { output, deciding };
}

/** A world's metric: the score, and in rich worlds what was expected and why, in a colleague's words. */
export function judge(
  world: World,
  row: Pick<WorldRow, "input" | "expected">,
  output: Readonly<Record<string, unknown>>,
): Judgement {
  const given = output as Output;
  const { score, wrong } = world.compare(row.expected, given);
  if (world.feedback === "scores") return { score };
  if (wrong.length === 0) return { score, feedback: "Right." };
  const remarks = wrong.map(
    (field) =>
      `${field}: expected ${JSON.stringify(row.expected[field])}, got ${JSON.stringify(given[field] ?? null)}.`,
  );
  const { output: known, deciding } = decisive(world.rules, (applies) => world.solve(row.input, applies), wrong);
  const hints = deciding.filter(({ fields }) => fields.some((field) => known[field] === row.expected[field]));
  const feedback = [...remarks, ...hints.map(({ rule }) => rule.hint)].join("\n");
  if (world.program.modules.length === 1) return { score, feedback };
  const byModule: Record<string, string> = {};
  for (const { name } of world.program.modules) {
    const own = hints.filter(({ rule }) => rule.module === name).map(({ rule }) => rule.hint);
    byModule[name] = own.length === 0 ? "Nothing wrong was seen in this step." : [...remarks, ...own].join("\n");
  }
  return { score, feedback, byModule };
}

/** A world's metric in the form that `compile` takes; it judges and calls no model. */
export function metricOf(
  world: World,
): Metric<Pick<WorldRow, "input" | "expected">, Readonly<Record<string, unknown>>> {
  return metric(({ example, output }) => judge(world, example, output), { name: world.name });
}

/** A module's best instructions: what it said, and every true rule in its clearest words. */
export function bestInstructions(module: ModuleSpec, rules: readonly Rule[]): string {
  const lines = rules.filter((rule) => rule.module === module.name && rule.decoy !== true);
  return [module.instructions, "", ...lines.map((rule) => `- ${rule.statements[0]!}`)].join("\n");
}

/** {@link bestInstructions} for every module of a program. */
export function bestProgram(modules: readonly ModuleSpec[], rules: readonly Rule[]): Readonly<Record<string, string>> {
  return Object.fromEntries(modules.map((module) => [module.name, bestInstructions(module, rules)]));
}

/** The same world with less help: `feedback: "scores"` silences its metric, `isNull` makes it one where nothing can help. */
export function adjust(
  world: World,
  options: { readonly feedback?: "rich" | "scores"; readonly isNull?: boolean },
): World {
  const isNull = options.isNull ?? world.isNull ?? false;
  return {
    ...world,
    feedback: options.feedback ?? world.feedback,
    isNull,
    ...(isNull && { optimum: { instructions: world.optimum.instructions, score: world.baseline.score } }),
  };
}
