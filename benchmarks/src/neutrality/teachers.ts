import type { ModuleSpec, World } from "@cultivar/adapters/simulated";
import { replier } from "@cultivar/adapters/simulated";
import type { Failure } from "./failures.ts";
import { taughtIn } from "./failures.ts";
import { isOurs, nothing, ourRequests } from "./ours.ts";
import type { Template } from "./recorded.ts";
import { recorded, rowCount } from "./recorded.ts";
import { lines, messagesOf, named } from "./students.ts";

/** Prompts that carry failures and what was said of them, by the framework and its step. Compared with gepa's. */
export const reflectors = [
  "dspy-gepa",
  "ax critic",
  "ax proposer",
  "textgrad backward",
  "textgrad step",
  "our gepa",
  "our mipro",
  "our copro",
] as const;

/**
 * Prompts that carry labelled rows, compared with gepa's over failures of which nothing is said but the right answer:
 * MIPROv2 shows its proposer no failures and no feedback.
 */
export const inducers = ["dspy-mipro summary", "dspy-mipro proposer", "our gepa", "our mipro", "our copro"] as const;

export type Teacher = (typeof reflectors)[number] | (typeof inducers)[number] | "gepa";

/** What a teacher is told of failures: what the metric says, or right answers only. */
export type Told = "feedback" | "labels";

/** Number of true rules that the replies state, by group of failures: the mean of `draws` teachers. */
export async function findingsAs(
  teacher: Teacher,
  world: World,
  groups: readonly (readonly Failure[])[],
  told: Told,
  draws: number,
): Promise<readonly number[]> {
  const module = taughtIn(world);
  const [name, step] = teacher.split(" ");
  const own = isOurs(teacher);
  const all = own
    ? await ourRequests(teacher, world, module, told === "feedback" && world.feedback !== "scores")
    : recorded(name!)?.teachers[world.name]?.requests;
  if (all === undefined) throw new Error(`neutrality: ${world.name} has no recording of ${name}; run record.ts`);
  const requests = stepOf(all, own ? undefined : step);
  const reply = replier({ world, role: "teacher" });
  const rules = world.rules.filter((rule) => rule.module === module.name && rule.decoy !== true);
  return groups.map((group, place) => {
    const values = name === "dspy-mipro" ? rowValues(module, group, "True") : valuesOf(module, group, all);
    // ours are ways to ask for the same, by turns; a peer's are steps of one proposal
    const used = own ? [requests[place % requests.length]!] : requests;
    const asked = used.map((request) => ({ messages: messagesOf(request, values) }));
    let found = 0;
    for (let draw = 0; draw < draws; draw++) {
      // a request that shows no input comes again and again: what a served client says twice is another sample
      const said = asked.map((request) => reply(request, place * draws + draw)).join("\n");
      found += rules.filter(({ statements }) => statements.some((one) => says(said, one))).length;
    }
    return found / draws;
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
  if (step === "critic" || step === "summary") return requests.slice(0, 1);
  return step === "proposer" ? requests.slice(1, 2) : requests;
}

/** Values of the rows; of what the teacher said before nothing is taken over. */
function rowValues(module: ModuleSpec, group: readonly Failure[], yes?: string): Record<string, string> {
  const values: Record<string, string> = { instruction: module.instructions };
  for (let i = 0; i < 4 * rowCount; i++) values[`gradient${i}`] = nothing;
  group.forEach(({ input, output, expected, right, feedback }, i) => {
    Object.assign(values, named(`row${i}.`, [...module.inputs, ...module.outputs], { ...right, ...input }, yes));
    Object.assign(values, named(`row${i}.out.`, module.outputs, output));
    Object.assign(values, named(`row${i}.expected.`, module.outputs, expected));
    values[`row${i}.reply`] = lines(module.outputs, output);
    values[`row${i}.wanted`] = lines(
      module.outputs.filter((field) => field.name in expected),
      expected,
    );
    values[`row${i}.feedback`] = feedback;
  });
  return values;
}

/** The same; feedback that went through a first step is the feedback itself here, and a reply to a request about one row is of that row. */
function valuesOf(
  module: ModuleSpec,
  group: readonly Failure[],
  requests: readonly Template[],
): Record<string, string> {
  const values = rowValues(module, group);
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
