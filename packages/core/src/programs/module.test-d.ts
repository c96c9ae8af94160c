import { expectTypeOf } from "vitest";
import { z } from "zod";
import type { Evaluation, LanguageModel, ModuleInput, ModuleOutput, Optimizer, Study } from "../index.ts";
import {
  bestOfN,
  chainOfThought,
  compile,
  decode,
  evaluate,
  exactMatch,
  majority,
  metric,
  predict,
  program,
  react,
  signature,
  text,
  tool,
  tune,
} from "../index.ts";

declare const lm: LanguageModel;
declare const optimizer: Optimizer;
declare const search: (query: string) => Promise<string[]>;

const Query = signature({
  name: "query",
  instructions: "q",
  input: z.object({ question: z.string() }),
  output: z.object({ query: z.string() }),
});
const Answer = signature({
  name: "answer",
  instructions: "a",
  input: z.object({ question: z.string(), context: z.array(z.string()) }),
  output: z.object({ answer: z.string() }),
});
const qa = program(
  "qa",
  { query: predict(Query), answer: chainOfThought(Answer) },
  async (m, input: { question: string }) => {
    const { query } = await m.query(input);
    // @ts-expect-error the program has no such module
    void m.queries;
    // @ts-expect-error a wrong field for a module
    void m.query({ quest: "x" });
    return m.answer({ question: input.question, context: await search(query) });
  },
);
const outer = program("outer", { qa }, async (m, input: { question: string }) => m.qa(input));

const run = qa.with({ lm });
expectTypeOf(run).parameter(0).toEqualTypeOf<{ question: string }>();
expectTypeOf(run({ question: "x" })).resolves.toEqualTypeOf<{ answer: string } & { reasoning: string }>();
expectTypeOf<ModuleOutput<typeof outer>>().toEqualTypeOf<ModuleOutput<typeof qa>>();
expectTypeOf<ModuleInput<typeof outer>>().toEqualTypeOf<{ question: string }>();
expectTypeOf(outer.with({ models: { default: lm, choices: { big: lm } } })({ question: "" })).resolves.toHaveProperty(
  "reasoning",
);

// @ts-expect-error an unbound call
void qa({ question: "x" });
// @ts-expect-error a wrong field
void qa.with({ lm })({ quest: "x" });
// @ts-expect-error a missing field
void predict(Answer).with({ lm })({ question: "x" });
// @ts-expect-error a missing model
qa.with({});
// @ts-expect-error models without a default
qa.with({ models: { choices: { big: lm } } });

// react: inputs, outputs and tool arguments
const agent = react(Answer, {
  tools: {
    look: tool({
      description: "",
      arguments: z.object({ page: z.number().default(1) }),
      run: ({ page }, { signal }) => {
        expectTypeOf(page).toEqualTypeOf<number>();
        expectTypeOf(signal).toEqualTypeOf<AbortSignal | undefined>();
        return page;
      },
    }),
  },
});
expectTypeOf(agent.with({ lm })).parameter(0).toEqualTypeOf<{ question: string; context: string[] }>();
expectTypeOf(agent.with({ lm })({ question: "", context: [] })).resolves.toEqualTypeOf<{ answer: string }>();
const withAgent = program("withAgent", { agent }, async (m, input: { q: string }) =>
  m.agent({ question: input.q, context: [] }),
);
expectTypeOf<ModuleOutput<typeof withAgent>>().toEqualTypeOf<{ answer: string }>();

// wrappers keep both ends
const best = bestOfN(qa, {
  n: 3,
  reward: (output, input) => {
    expectTypeOf(output.reasoning).toEqualTypeOf<string>();
    expectTypeOf(input.question).toEqualTypeOf<string>();
    return 1;
  },
});
expectTypeOf(best.with({ lm })).parameter(0).toEqualTypeOf<{ question: string }>();
const vote = majority(predict(Answer), { k: 3, by: ({ answer }) => answer });
expectTypeOf<ModuleOutput<typeof vote>>().toEqualTypeOf<{ answer: string }>();
// @ts-expect-error votes are about the output
majority(predict(Answer), { k: 3, by: ({ reasoning }) => reasoning });

// what render and parse take and give
expectTypeOf(predict(Query).parse("")).resolves.toEqualTypeOf<{ query: string }>();
// @ts-expect-error render checks its input too
void predict(Query).render({ quest: "" });

// tune needs no model
const tuned = tune(async ({ prompt }, input: number) => `${prompt} ${input}`, { prompt: text("p") });
expectTypeOf(tuned.with({})(1)).resolves.toEqualTypeOf<string>();
// @ts-expect-error a text that was not declared
tune(async ({ prompts }, _input: number) => prompts, { prompt: text("p") });
void evaluate(tuned, { data: [{ input: 1 }], metric: ({ output }) => output.length });
// @ts-expect-error a program needs one
void evaluate(qa, { data: [{ input: { question: "" } }], metric: () => 1 });

// metric arguments are inferred from program and data
const labelled = [{ input: { question: "q" }, expected: "a", level: 3 }];
const done = evaluate(qa, {
  lm,
  data: labelled,
  metric: ({ example, output, trace, rng }) => {
    expectTypeOf(example.expected).toEqualTypeOf<string>();
    expectTypeOf(example.level).toEqualTypeOf<number>();
    expectTypeOf(output.answer).toEqualTypeOf<string>();
    expectTypeOf(trace.path).toEqualTypeOf<string>();
    expectTypeOf(rng.next()).toEqualTypeOf<number>();
    // @ts-expect-error the program has no such output
    void output.answers;
    return output.answer === example.expected ? 1 : 0;
  },
});
expectTypeOf(done).resolves.toEqualTypeOf<Evaluation>();
const target = { data: { train: labelled }, optimizer, models: { default: lm }, budget: { evaluations: 10 } };
const compiled = compile(qa, {
  ...target,
  metric: ({ example, output }) => (output.answer === example.expected ? 1 : 0),
});
void compiled.then(({ candidate }) => {
  const parts = decode(qa, candidate);
  expectTypeOf(parts.answer.instructions).toEqualTypeOf<string>();
});
void compile(qa, { ...target, metric: exactMatch("answer") });
void compile(qa, { ...target, metric: metric(({ output }) => -output.answer.length, { range: [-100, 0] }) });
// @ts-expect-error the metric reads an output that the program does not give
void compile(qa, { ...target, metric: exactMatch("query") });
// @ts-expect-error flat rows do not fit `{ input }`
void compile(qa, { ...target, data: { train: [{ question: "q", answer: "a" }] }, metric: () => 1 });
// @ts-expect-error rows of another input
void compile(qa, { ...target, data: { train: [{ input: { quest: "q" } }] }, metric: () => 1 });
// @ts-expect-error a missing model
void compile(qa, { data: { train: labelled }, optimizer, budget: { evaluations: 10 }, metric: () => 1 });

// shorthand signatures infer as well, straight in the call
const short = predict(signature("question, context: string[] -> answer, confidence: number"));
expectTypeOf(short.with({ lm })).parameter(0).toEqualTypeOf<{ question: string; context: string[] }>();
void evaluate(predict(signature("question -> answer, confidence: number")), {
  lm,
  data: [{ input: { question: "q" }, expected: "a" }],
  metric: ({ example, output }) => (output.answer === example.expected ? output.confidence : 0),
});
void compile(predict(signature("question -> answer")), {
  ...target,
  data: { train: [{ input: { question: "q" }, expected: "a" }] },
  metric: exactMatch("answer"),
});

// an optimizer cannot reach test
export async function reaches(study: Study): Promise<void> {
  // @ts-expect-error no split but train and val
  await study.evaluate({ candidate: {}, ids: [], split: "test" });
  // @ts-expect-error val rows are not traced
  await study.evaluate({ candidate: {}, ids: [], split: "val", capture: "trace" });
  // @ts-expect-error there is no test to read
  void study.test;
}
