import { CultivarError } from "../ground/errors.ts";
import type { Rng } from "../ground/rng.ts";
import type { Trace } from "../values/trace.ts";

/** What a metric may say of one output. */
export interface ScoreResult {
  readonly score: number;
  /** In words: what was wrong or right, for reflection. */
  readonly feedback?: string;
  /** Further goals, each larger is better, unbounded. */
  readonly objectives?: Readonly<Record<string, number>>;
  /** Feedback for single modules, by path. */
  readonly byModule?: Readonly<Record<string, string>>;
}

export type Score = number | ScoreResult;

export interface MetricArguments<E, O> {
  readonly example: E;
  readonly output: O;
  readonly trace: Trace;
  /** A stream of this row and candidate: the same on every run. */
  readonly rng: Rng;
}

/** Judges one output. May be asynchronous, and may call bound modules and judges: those are metered too. */
export type MetricFunction<E, O> = (args: MetricArguments<E, O>) => Score | Promise<Score>;

/** A metric with a declared range. */
export interface Metric<E, O> {
  readonly score: MetricFunction<E, O>;
  /** [worst, best]; a failed row scores the worst. */
  readonly range: readonly [number, number];
  readonly name?: string;
  /** What else decides its scores, for the run's fingerprint: JSON, and functions, whose source counts. */
  readonly options?: unknown;
}

export type MetricLike<E, O> = MetricFunction<E, O> | Metric<E, O>;

/**
 * Declares a metric's range (default [0, 1]), name, and the options that it closes over. TypeScript cannot look through
 * this call to the data of the target around it: where `example` is to be inferred there, write the object itself,
 * `metric: { score: ({ example, output }) => ..., range: [-1, 0] }`, or annotate `example`. Throws `metric` errors when
 * the range is not two finite ascending numbers.
 */
export function metric<E, O>(
  score: MetricFunction<E, O>,
  options: { readonly range?: readonly [number, number]; readonly name?: string; readonly options?: unknown } = {},
): Metric<E, O> {
  const range = checkRange(options.range ?? [0, 1]);
  const { name, options: others } = options;
  return { score, range, ...(name !== undefined && { name }), ...(others !== undefined && { options: others }) };
}

function checkRange(range: readonly [number, number]): readonly [number, number] {
  const [worst, best] = Array.isArray(range) ? range : [];
  if (Number.isFinite(worst) && Number.isFinite(best) && worst! < best!) return range;
  throw new CultivarError(
    "metric",
    `metric: range must be [worst, best], two finite numbers in ascending order, got ${JSON.stringify(range) ?? "nothing"}`,
  );
}

/** The metric behind either form. Throws `metric` errors for a range that is none. */
export function asMetric<E, O>(like: MetricLike<E, O>): Metric<E, O> {
  return typeof like === "function" ? { score: like, range: [0, 1] } : { ...like, range: checkRange(like.range) };
}

/** Checks what a metric returned. Throws a `metric` error for anything but a finite score in range: NaN is refused. */
export function checkScore(result: unknown, range: readonly [number, number], where: string): ScoreResult {
  const scored = typeof result === "number" ? { score: result } : (result as ScoreResult | undefined | null);
  const score: unknown = scored?.score;
  if (typeof score !== "number" || Number.isNaN(score)) {
    const shown = typeof score === "number" ? "NaN" : (JSON.stringify(result) ?? typeof result);
    throw new CultivarError(
      "metric",
      `${where}: the metric must return a number or { score, feedback? }, got ${shown}`,
    );
  }
  if (score < range[0] || score > range[1]) {
    throw new CultivarError(
      "metric",
      `${where}: the metric returned ${score}, outside its range [${range.join(", ")}]; scale it or declare metric(fn, { range })`,
    );
  }
  return typeof result === "number" ? { score } : partsOf(scored!, score, where);
}

/** Only what a row keeps: further members of a metric's result never reach a journal. */
function partsOf({ feedback, objectives, byModule }: ScoreResult, score: number, where: string): ScoreResult {
  const refuse = (problem: string): CultivarError => new CultivarError("metric", `${where}: the metric's ${problem}`);
  const members = (name: string, value: unknown): readonly [string, unknown][] => {
    if (value === undefined) return [];
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw refuse(`${name} must be an object, got ${JSON.stringify(value)}`);
    return Object.entries(value);
  };
  if (feedback !== undefined && typeof feedback !== "string")
    throw refuse(`feedback must be text, got ${typeof feedback}`);
  for (const [name, value] of members("objectives", objectives))
    if (!Number.isFinite(value)) throw refuse(`objective ${name} must be a finite number, got ${String(value)}`);
  for (const [name, value] of members("byModule", byModule))
    if (typeof value !== "string") throw refuse(`feedback for module ${name} must be text, got ${typeof value}`);
  return {
    score,
    ...(feedback !== undefined && { feedback }),
    ...(objectives !== undefined && { objectives }),
    ...(byModule !== undefined && { byModule }),
  };
}
