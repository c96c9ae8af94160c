import type { ModuleSpec, Output, Texts, World } from "@cultivar/adapters/simulated";
import { judge } from "@cultivar/adapters/simulated";
import { recorded, rowCount } from "./recorded.ts";

/** A wrong answer of one module, and what was said of it. */
export interface Failure {
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: Output;
  /** Of the program as a whole. */
  readonly expected: Output;
  /** What the module should have answered to this input. */
  readonly right: Output;
  readonly score: number;
  readonly feedback: string;
}

/** The module whose prompts were recorded. Throws for a world without a recording. */
export function taughtIn(world: World): ModuleSpec {
  const name = recorded("gepa")?.teachers[world.name]?.module;
  const found = world.program.modules.find((module) => module.name === name);
  if (found === undefined) throw new Error(`neutrality: ${world.name} has no recording; run record.ts`);
  return found;
}

/** Failures of a student that knows no rule, in groups of three, for the module whose reflection was recorded. */
export function failuresOf(world: World, groups: number): readonly (readonly Failure[])[] {
  const target = taughtIn(world);
  const found: Failure[] = [];
  const never = (): boolean => false;
  const size = Math.min(8000, groups * rowCount * 4);
  for (const row of world.examples(size, 777)) {
    let fields: Readonly<Record<string, unknown>> = row.input;
    let own: Pick<Failure, "input" | "output" | "right"> | undefined;
    for (const module of world.program.modules) {
      const input = Object.fromEntries(module.inputs.map(({ name }) => [name, fields[name]]));
      const texts = textsOf(input);
      const output = world.answer(module.name, texts, never);
      if (module === target) own = { input, output, right: world.answer(module.name, texts, truly(world)) };
      fields = { ...fields, ...output };
      if (world.between !== undefined) fields = { ...fields, ...world.between(module.name, fields) };
    }
    const { score, feedback, byModule } = judge(world, row, fields as Output);
    if (score >= 1 || own === undefined) continue;
    const said = byModule?.[target.name] ?? feedback;
    if (said === "Nothing wrong was seen in this step.") continue;
    found.push({
      ...own,
      expected: row.expected,
      score,
      feedback: said ?? answerOnly(score, row.expected),
    });
  }
  return Array.from({ length: Math.min(groups, Math.floor(found.length / rowCount)) }, (_, i) =>
    found.slice(i * rowCount, (i + 1) * rowCount),
  );
}

/** The same failures as data: nothing is said of them but the module's right answer. */
export function asLabels(group: readonly Failure[]): readonly Failure[] {
  return group.map((one) => ({ ...one, expected: one.right, feedback: answerOnly(one.score, one.right) }));
}

/** What gepa's port says where the metric only scores. */
function answerOnly(score: number, right: Output): string {
  return `The final output scored ${score}. The correct answer is ${JSON.stringify(right)}.`;
}

/** Follows every rule that is one. */
function truly(world: World): (rule: string) => boolean {
  const decoys = new Set(world.rules.filter((rule) => rule.decoy === true).map((rule) => rule.id));
  return (rule) => !decoys.has(rule);
}

function textsOf(input: Readonly<Record<string, unknown>>): Texts {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, Array.isArray(value) ? value.join("\n") : String(value)]),
  );
}
