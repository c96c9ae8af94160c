import type { MetricArguments, MetricLike } from "../metric.ts";
import type { ExampleRow } from "../../values/example.ts";
import { all } from "./combine/all.ts";
import { layered } from "./combine/layered.ts";
import { quorum } from "./combine/quorum.ts";
import { veto } from "./combine/veto.ts";
import { weighted } from "./combine/weighted.ts";
import { contains } from "./contains.ts";
import { exactMatch } from "./exact-match.ts";
import { f1 } from "./f1.ts";
import type { JudgeOptions } from "./judge.ts";
import { judge } from "./judge.ts";
import { jsonPath } from "./json-path.ts";
import { regex } from "./regex.ts";

// Checked by the type checker, never run. `compile` here has the inference of the real one.
interface Program<I, O> {
  readonly _types?: { readonly input: I; readonly output: O };
}
declare function compile<I, O, E extends ExampleRow<I>>(
  program: Program<I, O>,
  target: { readonly metric: MetricLike<NoInfer<E>, NoInfer<O>>; readonly data: { readonly train: readonly E[] } },
): void;
interface Answer {
  readonly answer: string;
  readonly tags: readonly string[];
}
declare const qa: Program<{ readonly question: string }, Answer>;
declare const lm: JudgeOptions<never>["lm"];
const data = { train: [{ input: { question: "q" }, expected: "a", gold: "a" }] };
type Row = (typeof data.train)[number];

compile(qa, { data, metric: exactMatch("answer") });
compile(qa, { data, metric: jsonPath("a.b") });
compile(qa, { data, metric: judge({ lm, rubric: "r" }) });
compile(qa, { data, metric: judge({ lm, rubric: "r", field: "answer" }) });
compile(qa, { data, metric: exactMatch("answer", { expected: (example: Row) => example.gold.trim() }) });
compile(qa, {
  data,
  metric: layered([exactMatch("answer"), f1("tags"), regex("answer", /x/), judge({ lm, rubric: "r" })]),
});
compile(qa, {
  data,
  metric: all([
    exactMatch("answer"),
    ({ output, example }: MetricArguments<Row, Answer>) => (output.answer === example.gold ? 1 : 0),
  ]),
});
compile(qa, {
  data,
  metric: all([
    ({ output, example }: MetricArguments<Row, Answer>) => (output.answer === example.gold ? 1 : 0),
    contains("tags"),
  ]),
});
compile(qa, {
  data,
  metric: veto(regex("answer", /x/), ({ output }: { readonly output: Answer }) => output.tags.length),
});
compile(qa, { data, metric: quorum(1, [exactMatch("answer"), exactMatch("tags")]) });
compile(qa, {
  data,
  metric: weighted([
    { metric: exactMatch("answer"), weight: 1 },
    { metric: f1("tags"), weight: 2 },
  ]),
});

// Declared on its own, before any program is in sight.
const apart = layered([exactMatch("answer"), f1("tags")]);
compile(qa, { data, metric: apart });
const gated = veto(
  regex("answer", /x/),
  weighted([
    { metric: f1("tags"), weight: 1 },
    { metric: exactMatch("answer"), weight: 1 },
  ]),
);
compile(qa, { data, metric: gated });

// @ts-expect-error no such output field
compile(qa, { data, metric: exactMatch("anwser") });
// @ts-expect-error no such output field
compile(qa, { data, metric: judge({ lm, rubric: "r", field: "anwser" }) });
// @ts-expect-error no such output field in a part
compile(qa, { data, metric: layered([exactMatch("answer"), f1("tag")]) });
// @ts-expect-error no such example field
compile(qa, { data, metric: exactMatch("answer", { expected: (example: Row) => example.golden }) });
// @ts-expect-error a pattern is a RegExp, never a text
regex("answer", "x");
// @ts-expect-error not a metric
all(["x"]);
// @ts-expect-error an inline part says what it needs
all([({ output }) => output.answer.length]);
