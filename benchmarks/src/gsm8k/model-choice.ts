import type { Gate } from "@cultivar/core";
import { compile, oneStandardError, pairedDifference, rng, significant } from "@cultivar/core";
import type { Interval } from "../comparison/statistics.ts";
import { interval } from "../comparison/statistics.ts";
import type { Verdicts } from "./graders.ts";
import { graders, recordedProgram } from "./graders.ts";
import type { RecordedRow } from "./recorded.ts";

/** `argmax` lets every best candidate pass. */
export const rules: readonly Gate[] = [{ name: "argmax", passes: () => true }, oneStandardError, significant(0.05)];

/** What choosing by one rule on val rows led to, over all seeds and with each model as the baseline in turn. */
export interface Choices {
  readonly models: readonly string[];
  readonly val: number;
  readonly rule: string;
  /** Share of choices that are the best on the other rows, in [0, 1]. */
  readonly best: number;
  /** Score on the other rows that is lost to the best one there, in points of 100. */
  readonly regret: Interval;
  /** Share of choices whose score on the other rows is below the baseline's. */
  readonly worse: number;
}

/**
 * The model that `compile` returns for one baseline when each is tried on all of val, in order: one replaces the
 * incumbent when its paired mean difference is above 0, and the last incumbent must pass the gate.
 */
export function chosenModel(
  verdicts: Verdicts,
  models: readonly string[],
  baseline: string,
  val: readonly number[],
  gate: Gate,
): string {
  const on = (model: string): readonly number[] => val.map((row) => verdicts[model]![row]!);
  let best = baseline;
  for (const model of models) if ((pairedDifference(on(best), on(model)).mean ?? 0) > 0) best = model;
  if (best === baseline) return baseline;
  return gate.passes(pairedDifference(on(baseline), on(best))) ? best : baseline;
}

/** Rows in an order of the seed's own: val are the first of them, the others tell the truth. */
export function shuffled(count: number, seed: number): readonly number[] {
  return rng(seed, "gsm8k/split").shuffle(Array.from({ length: count }, (_, row) => row));
}

/** Chooses among models on `val` rows, by every rule, for seeds 0 to `seeds` - 1. */
export function choices(verdicts: Verdicts, models: readonly string[], val: number, seeds: number): readonly Choices[] {
  const count = verdicts[models[0]!]!.length;
  const regrets = rules.map((): number[] => []);
  const best = rules.map(() => 0);
  const worse = rules.map(() => 0);
  for (let seed = 0; seed < seeds; seed++) {
    const order = shuffled(count, seed);
    const seen = order.slice(0, val);
    const unseen = order.slice(val);
    const truth = new Map(
      models.map((model) => [model, unseen.reduce((sum, row) => sum + verdicts[model]![row]!, 0) / unseen.length]),
    );
    const top = Math.max(...truth.values());
    for (const [index, gate] of rules.entries()) {
      const scores = models.map((baseline) => {
        const score = truth.get(chosenModel(verdicts, models, baseline, seen, gate))!;
        if (score === top) best[index]! += 1;
        if (score < truth.get(baseline)!) worse[index]! += 1;
        return score;
      });
      // One figure a seed: choices on the same rows are no independent draws.
      regrets[index]!.push(100 * (top - scores.reduce((sum, score) => sum + score, 0) / scores.length));
    }
  }
  const all = seeds * models.length;
  return rules.map(({ name }, index) => ({
    models,
    val,
    rule: name,
    best: best[index]! / all,
    regret: interval(regrets[index]!)!,
    worse: worse[index]! / all,
  }));
}

/** The two models with the closest means. */
export function closestPair(verdicts: Verdicts): readonly string[] {
  const mean = (model: string): number => verdicts[model]!.reduce((sum, verdict) => sum + verdict, 0);
  const sorted = Object.keys(verdicts).sort((a, b) => mean(a) - mean(b));
  const gaps = sorted.slice(1).map((model, index) => mean(model) - mean(sorted[index]!));
  const at = gaps.indexOf(Math.min(...gaps));
  return sorted.slice(at, at + 2);
}

/** What core's own `compile` chooses from the same rows, with an optimizer that tries each model on all of val. */
export async function compiledModel(
  rows: readonly RecordedRow[],
  models: readonly string[],
  baseline: string,
  val: readonly number[],
  gate: Gate,
): Promise<string> {
  const other = rows.findIndex((_, row) => !val.includes(row));
  const result = await compile(recordedProgram(rows, baseline), {
    metric: Object.values(graders)[0]!,
    data: { train: [rows[other]!], val: val.map((row) => rows[row]!) },
    optimizer: {
      name: "every-model",
      async run(study) {
        for (const model of models) await study.evaluate({ candidate: { model }, split: "val", ids: study.val });
      },
    },
    gate,
    budget: { evaluations: models.length * val.length },
    fingerprint: "gsm8k",
  });
  return result.candidate["model"]!;
}
