import { CultivarError } from "../../../ground/errors.ts";
import { rng } from "../../../ground/rng.ts";
import type { Metric, MetricArguments, MetricLike, Score, ScoreResult } from "../../metric.ts";
import { asMetric, checkScore } from "../../metric.ts";

/**
 * Any metric, as combinators take it. They infer what the parts need of example and output from the parts themselves,
 * so an inline function says its own types: `({ output }: { output: Answer }) => ...`.
 */
export type SomeMetric =
  | ((args: never) => Score | Promise<Score>)
  | {
      readonly score: (args: never) => Score | Promise<Score>;
      readonly range: readonly [number, number];
      readonly name?: string;
    };

/** A metric that needs of example and output what all the metrics in the union M need. */
export type Combined<M extends SomeMetric> = Metric<Needs<M>["example"], Needs<M>["output"]>;

type Needs<M> = Intersection<M extends unknown ? Box<ArgumentsOf<M>> : never>;
type ArgumentsOf<M> = M extends (args: infer A) => unknown
  ? A
  : M extends { readonly score: (args: infer A) => unknown }
    ? A
    : never;
/** Boxed, so that a part whose example is itself a union keeps it whole. */
interface Box<A> {
  readonly example: A extends { readonly example: infer E } ? E : unknown;
  readonly output: A extends { readonly output: infer O } ? O : unknown;
}
type Intersection<U> = (U extends unknown ? (value: U) => void : never) extends (
  value: infer I extends Box<unknown>,
) => void
  ? I
  : never;

/** One metric of a combination, under the label that its feedback carries. */
export interface Part<E, O> {
  readonly label: string;
  readonly metric: Metric<E, O>;
}

/** A part that is given what all the metrics in the union M need. */
export type PartOf<M extends SomeMetric> = Part<Needs<M>["example"], Needs<M>["output"]>;

/** What one part said: its checked result, and its score put linearly into [0, 1] by its range. */
export interface Judged {
  readonly label: string;
  readonly result: ScoreResult;
  readonly level: number;
}

/**
 * Labels metrics by name, else by position (`metric 2`); equal names get ` 2`, ` 3`, ... Throws `metric` errors when
 * there are none.
 */
export function parts<M extends SomeMetric>(where: string, metrics: readonly M[]): readonly PartOf<M>[] {
  if (metrics.length === 0) throw new CultivarError("metric", `${where}: expected at least one metric, got none`);
  const seen = new Map<string, number>();
  return metrics.map((like, index) => {
    const metric = asMetric(like as MetricLike<Needs<M>["example"], Needs<M>["output"]>);
    const name = metric.name ?? `metric ${index + 1}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return { label: count === 1 ? name : `${name} ${count}`, metric };
  });
}

/** What tells a combination of these parts from another: part of its options. */
export function identities(all: readonly Part<never, never>[]): readonly unknown[] {
  return all.map(({ label, metric }) => [label, metric.range, metric.options, metric.score]);
}

/** Runs one part. Throws a `metric` error when it returns no score in its range. */
export async function judgeOne<E, O>(part: Part<E, O>, args: MetricArguments<E, O>): Promise<Judged> {
  const { range, score } = part.metric;
  const result = checkScore(await score(args), range, part.label);
  return { label: part.label, result, level: (result.score - range[0]) / (range[1] - range[0]) };
}

/**
 * A stream for each part, drawn before any of them runs: parts that run at the same time must not share one, or their
 * order of arrival would decide the numbers.
 */
export function streams<E, O>(
  all: readonly Part<E, O>[],
  args: MetricArguments<E, O>,
): readonly MetricArguments<E, O>[] {
  return all.map(({ label }) => ({ ...args, rng: rng(args.rng.int(2 ** 32), label) }));
}

/** Runs all parts at once. When several throw, the first in list order is the error, whichever came first in time. */
export async function judgeAll<E, O>(
  all: readonly Part<E, O>[],
  args: MetricArguments<E, O>,
): Promise<readonly Judged[]> {
  const own = streams(all, args);
  const settled = await Promise.allSettled(all.map((part, index) => judgeOne(part, own[index]!)));
  return settled.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
}

/**
 * One result out of several: feedback lines `label (score 0.5): text`, then `remarks`; objectives side by side under
 * their own names; feedback by module joined, labelled. Throws a `metric` error when two parts report an objective of
 * one name.
 */
export function merge(score: number, judged: readonly Judged[], remarks: readonly string[] = []): ScoreResult {
  const lines: string[] = [];
  const objectives: Record<string, number> = {};
  const byModule: Record<string, string> = {};
  for (const { label, result } of judged) {
    lines.push(`${label} (score ${round(result.score)})${result.feedback === undefined ? "" : `: ${result.feedback}`}`);
    for (const [name, value] of Object.entries(result.objectives ?? {})) {
      if (Object.hasOwn(objectives, name)) {
        throw new CultivarError(
          "metric",
          `${label}: objective ${JSON.stringify(name)} is also reported by another metric of this combination; rename one`,
        );
      }
      objectives[name] = value;
    }
    for (const [path, text] of Object.entries(result.byModule ?? {})) {
      const earlier = byModule[path];
      byModule[path] = `${earlier === undefined ? "" : `${earlier}\n`}${label}: ${text}`;
    }
  }
  return {
    score,
    feedback: [...lines, ...remarks].join("\n"),
    ...(Object.keys(objectives).length > 0 && { objectives }),
    ...(Object.keys(byModule).length > 0 && { byModule }),
  };
}

/** A score as people read it: at most three decimals. */
function round(score: number): string {
  return String(Math.round(score * 1000) / 1000);
}

/** Throws a `metric` error unless `value` is a number in [0, 1]. */
export function checkLevel(where: string, value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw new CultivarError(
    "metric",
    `${where} must be a number in [0, 1], got ${value}; scores are compared after each metric's range is put into [0, 1]`,
  );
}
