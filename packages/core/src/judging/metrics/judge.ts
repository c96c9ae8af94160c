import { CultivarError, blame, messageOf } from "../../ground/errors.ts";
import { contentHash } from "../../ground/hash.ts";
import type { Module } from "../../programs/module.ts";
import { predict } from "../../programs/predict.ts";
import type { Candidate } from "../../values/component.ts";
import type { LanguageModel } from "../../values/language-model.ts";
import { signature } from "../../values/signature.ts";
import type { Metric } from "../metric.ts";
import { metric } from "../metric.ts";
import type { ExpectedRow, HasField } from "./field.ts";
import { asText, fieldOf } from "./field.ts";
import { judgeInstructions, rubricHeading } from "./prompts.ts";
import type { JudgeInput, Verdict } from "./verdict.ts";
import { judgeInput, verdictSchema } from "./verdict.ts";

/** What makes a judge, apart from its model. */
export interface JudgeSpec {
  /** What a good output is, in words, point by point. */
  readonly rubric: string;
  /**
   * Grades 1..scale, a whole number of at least 2. Without it the verdict is pass or fail, which models give more
   * steadily.
   */
  readonly scale?: number;
  /** Names the judge's components and metering; two judges of one metric need two names. Default "judge". */
  readonly name?: string;
}

export interface JudgeOptions<K extends string> extends JudgeSpec {
  readonly lm: LanguageModel;
  /** Judges this field of the output only; default the whole output as JSON. */
  readonly field?: K;
  /** A tuned judge: a candidate of `judgeModule` with the same rubric, scale and name. */
  readonly candidate?: Candidate;
}

/** The judge as a module, to be evaluated, compiled and bound like any other. */
export function judgeModule(spec: JudgeSpec): Module<JudgeInput, Verdict> {
  const { scale } = spec;
  if (scale !== undefined && !(Number.isInteger(scale) && scale >= 2)) {
    throw new CultivarError(
      "metric",
      `judge: scale must be a whole number of at least 2, got ${scale}; leave it out for pass or fail`,
    );
  }
  if (spec.rubric.trim() === "") {
    throw new CultivarError("metric", "judge: rubric is empty; say in words what makes an output good");
  }
  return predict(
    signature({
      name: spec.name ?? "judge",
      instructions: `${judgeInstructions}\n\n${rubricHeading}\n${spec.rubric.trim()}`,
      input: judgeInput,
      output: verdictSchema(scale),
    }),
  );
}

/**
 * A language model as judge: reads the example's input, the output (or one field of it) and, when the row has one,
 * the expected value, and answers with reasoning and a verdict. Score in [0, 1]: pass 1, fail 0, or (score - 1) /
 * (scale - 1); the feedback is the reasoning. What is judged is fenced, so that text in it is not taken for
 * instructions. One LM call per row, two when the reply has to be repaired. It keeps its own model and candidate. A
 * judge that gives no verdict (unparseable, refused) throws a `metric` error: the row stays unscored.
 */
export function judge<K extends string = never>(
  options: JudgeOptions<K>,
): Metric<ExpectedRow & { readonly input?: unknown }, [K] extends [never] ? unknown : HasField<K>> {
  const { lm, field, candidate, scale } = options;
  const name = options.name ?? "judge";
  const ask = judgeModule(options).with({ lm, ...(candidate !== undefined && { candidate }) });
  return metric(
    async ({ example, output }) => {
      const judged = field === undefined ? output : fieldOf(output, field);
      const input: JudgeInput = {
        task: fence("task", asText(example.input)),
        output: fence("output", asText(judged)),
        ...(example.expected !== undefined && { reference: fence("reference", asText(example.expected)) }),
      };
      const verdict = await ask(input).catch((error: unknown) => {
        throw asJudgeError(name, error);
      });
      const score =
        scale === undefined ? Number(verdict.pass === true) : ((verdict.score ?? Number.NaN) - 1) / (scale - 1);
      return { score, feedback: verdict.reasoning };
    },
    { name, options: { ...options, lm: [lm.provider, lm.modelId, lm.endpoint] } },
  );
}

/**
 * Puts a text between two lines that hold a hash of it. No text can hold its own hash, so none can close the fence, and
 * equal texts still make equal requests.
 */
export function fence(label: string, text: string): string {
  const mark = contentHash(text, 12);
  return `[begin ${label} ${mark}]\n${text}\n[end ${label} ${mark}]`;
}

/** A reply that is no verdict is the judge's fault: it must not be counted against the judged candidate. */
function asJudgeError(name: string, error: unknown): unknown {
  if (blame(error) !== "candidate") return error;
  return new CultivarError(
    "metric",
    `${name}: the judge gave no verdict (${messageOf(error)}); the row stays unscored`,
    {
      cause: error,
    },
  );
}
