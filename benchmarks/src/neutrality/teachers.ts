import type { ModuleSpec, Output, Texts, World } from "@cultivar/adapters/simulated";
import { judge, replier } from "@cultivar/adapters/simulated";
import type { Template } from "./recorded.ts";
import { recorded, rowCount } from "./recorded.ts";
import { lines, messagesOf, named } from "./students.ts";

/** A wrong answer of one module, and what was said of it. */
export interface Failure {
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: Output;
  /** Of the program as a whole. */
  readonly expected: Output;
  readonly feedback: string;
}

/** Prompts that carry failures and feedback, by the framework and its step. Compared with gepa's. */
export const teacherFrameworks = [
  "dspy-gepa",
  "ax critic",
  "ax proposer",
  "textgrad backward",
  "textgrad step",
] as const;

const taught = (world: World): ModuleSpec => {
  const name = recorded("gepa")?.teachers[world.name]?.module;
  const found = world.program.modules.find((module) => module.name === name);
  if (found === undefined) throw new Error(`neutrality: ${world.name} has no recording; run record.ts`);
  return found;
};

/** Failures of a student that knows no rule, in groups of three, for the module whose reflection was recorded. */
export function failuresOf(world: World, groups: number): readonly (readonly Failure[])[] {
  const target = taught(world);
  const found: Failure[] = [];
  const never = (): boolean => false;
  const size = Math.min(8000, groups * rowCount * 4);
  for (const row of world.examples(size, 777)) {
    let fields: Readonly<Record<string, unknown>> = row.input;
    let own: Pick<Failure, "input" | "output"> | undefined;
    for (const module of world.program.modules) {
      const input = Object.fromEntries(module.inputs.map(({ name }) => [name, fields[name]]));
      const texts = Object.fromEntries(
        Object.entries(input).map(([name, value]) => [name, Array.isArray(value) ? value.join("\n") : String(value)]),
      ) as Texts;
      const output = world.answer(module.name, texts, never);
      if (module === target) own = { input, output };
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
      // what gepa's port says where the metric only scores
      feedback: said ?? `The final output scored ${score}. The correct answer is ${JSON.stringify(row.expected)}.`,
    });
  }
  return Array.from({ length: Math.min(groups, Math.floor(found.length / rowCount)) }, (_, i) =>
    found.slice(i * rowCount, (i + 1) * rowCount),
  );
}

/** Number of true rules that the replies state, by group of failures. */
export function findingsAs(
  framework: (typeof teacherFrameworks)[number] | "gepa",
  world: World,
  groups: readonly (readonly Failure[])[],
): readonly number[] {
  const [name, step] = framework.split(" ");
  const all = recorded(name!)?.teachers[world.name]?.requests;
  if (all === undefined) throw new Error(`neutrality: ${world.name} has no recording of a reflection; run record.ts`);
  const requests = stepOf(all, step);
  const module = taught(world);
  const reply = replier({ world, role: "teacher" });
  const rules = world.rules.filter((rule) => rule.module === module.name && rule.decoy !== true);
  // a request that shows no input comes again and again: what a served client says twice is another sample
  return groups.map((group, sample) => {
    const values = valuesOf(module, group, all);
    const said = requests.map((request) => reply({ messages: messagesOf(request, values) }, sample)).join("\n");
    return rules.filter(({ statements }) => statements.some((one) => says(said, one))).length;
  });
}

/** The teacher writes rules in their own wordings; a JSON reply has them quoted. */
function says(reply: string, statement: string): boolean {
  return reply.includes(statement) || reply.includes(JSON.stringify(statement).slice(1, -1));
}

/**
 * The requests of one step. Of TextGrad's backward pass the request about the system prompt, one for each row: the one
 * before it, about the answer, doesn't show the input.
 */
function stepOf(requests: readonly Template[], step: string | undefined): readonly Template[] {
  if (step === "backward")
    return requests.slice(0, -1).filter((one) => one.messages.some(({ text }) => text.includes("{{=gradient")));
  if (step === "step") return requests.slice(-1);
  if (step === "critic") return requests.slice(0, 1);
  return step === "proposer" ? requests.slice(1, 2) : requests;
}

function valuesOf(
  module: ModuleSpec,
  group: readonly Failure[],
  requests: readonly Template[],
): Record<string, string> {
  const values: Record<string, string> = { instruction: module.instructions };
  group.forEach(({ input, output, expected, feedback }, i) => {
    Object.assign(values, named(`row${i}.`, module.inputs, input));
    Object.assign(values, named(`row${i}.out.`, module.outputs, output));
    Object.assign(values, named(`row${i}.expected.`, module.outputs, expected));
    values[`row${i}.reply`] = lines(module.outputs, output);
    values[`row${i}.wanted`] = lines(
      module.outputs.filter((field) => field.name in expected),
      expected,
    );
    values[`row${i}.feedback`] = feedback;
  });
  // feedback that went through a first step is the feedback itself here; a reply to a request about one row is of that row
  requests.forEach(({ messages }, i) => {
    const rows = new Set(
      messages.flatMap(({ text }) => [...text.matchAll(/\{\{=row(\d)\./g)].map(([, row]) => Number(row))),
    );
    values[`gradient${i}`] = group
      .filter((_, row) => rows.has(row))
      .map(({ feedback }) => feedback)
      .join("\n");
  });
  return values;
}
