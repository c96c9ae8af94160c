import { expectTypeOf } from "vitest";
import { exactMatch } from "../judging/metrics/exact-match.ts";
import type { Trace } from "../values/trace.ts";
import { chainOfThought } from "../programs/chain-of-thought.ts";
import { predict } from "../programs/predict.ts";
import { program } from "../programs/program.ts";
import { text, tune } from "../programs/tune.ts";
import type { LanguageModel } from "../values/language-model.ts";
import { shorthand } from "../values/shorthand.ts";
import { split } from "../values/split.ts";
import { compile, open, plan, start } from "./compile.ts";
import { decode } from "./decode.ts";
import type { Optimizer } from "./optimizer.ts";
import type { CompileResult } from "./result.ts";

declare const lm: LanguageModel;
declare const optimizer: Optimizer;
declare const result: CompileResult;

const answer = predict(shorthand("question -> answer, sure: boolean", { name: "answer" }));
const rows = [{ input: { question: "q" }, expected: "a", difficulty: 3 }];
const rest = { optimizer, models: { default: lm }, budget: { evaluations: 10 } };

// The metric's arguments are inferred: the row with all its own fields, the program's output.
void compile(answer, {
  ...rest,
  data: { train: rows },
  metric: ({ example, output, trace }) => {
    expectTypeOf(example).toEqualTypeOf<{ input: { question: string }; expected: string; difficulty: number }>();
    expectTypeOf(output).toEqualTypeOf<{ answer: string; sure: boolean }>();
    expectTypeOf(trace).toEqualTypeOf<Trace>();
    return output.answer === example.expected ? 1 : 0;
  },
});

// With a range too, as an object; through a call of `metric` the row would be unknown.
void compile(answer, {
  ...rest,
  metric: {
    score: ({ example, output }) => {
      expectTypeOf(example).toEqualTypeOf<{ input: { question: string }; expected: string; difficulty: number }>();
      return output.answer === example.expected ? 0 : -1;
    },
    range: [-1, 0],
  },
  data: { train: rows },
});

const qa = program(
  "qa",
  { answer, why: chainOfThought(shorthand("answer -> reason", { name: "why" })) },
  (m, input: { question: string }) => m.answer(input),
);
void start(qa, { ...rest, data: { train: rows }, metric: ({ output }) => (output.sure ? 1 : 0) });
void plan(qa, { ...rest, data: { train: rows }, metric: () => 1 });
void compile(answer, {
  ...rest,
  data: { train: [{ input: { question: "q" }, expected: { answer: "a" } }] },
  metric: exactMatch("answer"),
});

const typed = decode(qa, result.candidate);
expectTypeOf(typed.answer.instructions).toEqualTypeOf<string>();
expectTypeOf(typed.answer.demos[0]!.output.sure).toEqualTypeOf<boolean | undefined>();
expectTypeOf(typed.why.demos[0]!.input.answer).toEqualTypeOf<string>();
// @ts-expect-error no such module
void typed.reason;

// @ts-expect-error a row that does not fit the program's input
void compile(answer, { ...rest, data: { train: [{ input: { quest: "q" } }] }, metric: () => 1 });
// @ts-expect-error flat rows
void compile(answer, { ...rest, data: { train: [{ question: "q", answer: "a" }] }, metric: () => 1 });
// @ts-expect-error an output that the program does not have
void compile(answer, { ...rest, data: { train: rows }, metric: ({ output }) => (output.nothing ? 1 : 0) });
// @ts-expect-error a metric gives a number or a score
void compile(answer, { ...rest, data: { train: rows }, metric: () => "good" });
// @ts-expect-error missing models
void compile(answer, { optimizer, budget: { calls: 1 }, data: { train: rows }, metric: () => 1 });
// @ts-expect-error missing budget
void compile(answer, { optimizer, models: { default: lm }, data: { train: rows }, metric: () => 1 });
// @ts-expect-error missing optimizer
void compile(answer, { budget: {}, models: { default: lm }, data: { train: rows }, metric: () => 1 });
// @ts-expect-error an optimizer's name is no optimizer
void compile(answer, { ...rest, optimizer: "gepa", data: { train: rows }, metric: () => 1 });

// By hand no optimizer is given; a function over texts needs no model.
void open(answer, { models: { default: lm }, budget: { calls: 9 }, data: { train: rows }, metric: () => 1 });
const greet = tune(({ prompt }, input: { name: string }) => Promise.resolve(prompt + input.name), {
  prompt: text("Hi "),
});
void compile(greet, {
  optimizer,
  budget: { evaluations: 1 },
  data: { train: [{ input: { name: "x" } }] },
  metric: () => 1,
});

// Splits keep their names.
const { train, val, test } = split(rows, { train: 0.5, val: 0.25, test: 0.25 }, { seed: 0 });
void compile(answer, { ...rest, data: { train, val, test }, metric: () => 1 });
// @ts-expect-error the test set given as train
void compile(answer, { ...rest, data: { train: test, val }, metric: () => 1 });
// @ts-expect-error the test set given as val
void compile(answer, { ...rest, data: { train, val: test }, metric: () => 1 });
// @ts-expect-error train given as test
void compile(answer, { ...rest, data: { train, val, test: train }, metric: () => 1 });

export const cheat: Optimizer = {
  name: "cheat",
  async run(study) {
    // @ts-expect-error test is out of reach
    void study.test;
    // @ts-expect-error val has ids and no content
    void study.val[0]!.input;
    // @ts-expect-error so has an ask of test rows
    await study.evaluate({ candidate: study.baseline, split: "test", ids: [] });
    // @ts-expect-error no traces of val
    await study.evaluate({ candidate: study.baseline, split: "val", ids: [], capture: "trace" });
    // @ts-expect-error an ask of train rows says what to keep
    await study.evaluate({ candidate: study.baseline, split: "train", ids: [] });
    // @ts-expect-error candidates are frozen
    study.baseline["answer.instructions"] = "x";
  },
};
