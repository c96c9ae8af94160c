import type { LanguageModel, ModuleInput, ModuleOutput, Optimizer } from "@cultivar/core";
import { chainOfThought, compile, decode, predict, program, signature } from "@cultivar/core";
import { expectTypeOf } from "vitest";
import { z } from "zod";
import { ensemble } from "./ensemble.ts";
import { majorityVote, meanOf } from "./reducers.ts";

declare const lm: LanguageModel;
declare const optimizer: Optimizer;
declare const size: number;

const route = predict(
  signature({
    name: "route",
    instructions: "r",
    input: z.object({ ticket: z.string() }),
    output: z.object({ queue: z.enum(["billing", "bug"]), urgency: z.number() }),
  }),
);
type Routed = { queue: "billing" | "bug"; urgency: number };

const voting = ensemble(route, 3, majorityVote("queue"));
expectTypeOf<ModuleInput<typeof voting>>().toEqualTypeOf<{ ticket: string }>();
expectTypeOf<ModuleOutput<typeof voting>>().toEqualTypeOf<Routed>();
const run = voting.with({ lm });
expectTypeOf(run).parameter(0).toEqualTypeOf<{ ticket: string }>();
// @ts-expect-error a wrong input
void run({ text: "x" });
expectTypeOf<ModuleOutput<ReturnType<typeof whole>>>().toEqualTypeOf<Routed>();
const whole = () => ensemble(route, 3, majorityVote());
const mean = ensemble(route, 2, meanOf("urgency"));
expectTypeOf<ModuleOutput<typeof mean>>().toEqualTypeOf<Routed>();
// @ts-expect-error no such field
ensemble(route, 3, majorityVote("topic"));
// @ts-expect-error no number
ensemble(route, 3, meanOf("queue"));

// A reducer of one's own: its outputs and input are known, and its result is the program's, waited for.
const own = ensemble(route, 2, async (outputs, { ticket }) => {
  expectTypeOf(outputs).toEqualTypeOf<readonly Routed[]>();
  expectTypeOf(ticket).toEqualTypeOf<string>();
  return Promise.resolve({ queues: outputs.map(({ queue }) => queue), ticket });
});
expectTypeOf<ModuleOutput<typeof own>>().toEqualTypeOf<{ queues: ("billing" | "bug")[]; ticket: string }>();

// Each member decodes by its name; where the number is not known, any may be there.
const decoded = decode(voting, {});
expectTypeOf(decoded.member1.demos[0]!.output).toEqualTypeOf<Partial<Routed>>();
expectTypeOf(decoded.member3.instructions).toEqualTypeOf<string>();
// @ts-expect-error there are three
void decoded.member4;
expectTypeOf(decode(ensemble(route, size, majorityVote()), {}).member7).toEqualTypeOf<
  (typeof decoded)["member1"] | undefined
>();

// Of a program, inside a program, of reasoning: all compose.
const pair = program(
  "pair",
  { route, explain: chainOfThought(route.signature) },
  async (m, input: { ticket: string }) => m.route(input),
);
expectTypeOf(decode(ensemble(pair, 2, majorityVote("queue")), {}).member2.route.instructions).toEqualTypeOf<string>();
const outer = program("outer", { voting }, async (m, input: { ticket: string }) => m.voting(input));
expectTypeOf<ModuleOutput<typeof outer>>().toEqualTypeOf<Routed>();
expectTypeOf(decode(outer, {}).voting.member1.instructions).toEqualTypeOf<string>();

void compile(voting, {
  data: { train: [{ input: { ticket: "x" }, expected: { queue: "bug" } }] },
  metric: ({ output }) => {
    expectTypeOf(output).toEqualTypeOf<Routed>();
    return output.urgency;
  },
  optimizer,
  models: { default: lm },
  budget: { evaluations: 10 },
});
