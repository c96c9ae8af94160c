import type { Candidate, CompileResult, Row, Space } from "@cultivar/core";
import { decodeDemos, spansOf } from "@cultivar/core";
import type { Frontier } from "./pareto.ts";
import type { Member } from "./pool.ts";
import { meanOf } from "../beliefs/evidence.ts";

/**
 * Goals beside the score, each larger is better. Those of the metric come with its rows; what a candidate is in itself, and
 * what its rows used, is known without it. Latency is none of them unless the metric reports it: no clock decides here,
 * and a journal replays answers without their times.
 */
export type Values = Readonly<Record<string, number | undefined>>;

/**
 * Minus the characters of the candidate's texts, and of the inputs and outputs that its demos show: shorter is better, and
 * cheaper on every call. Choices are no part of the prompt. `space` is `spaceOf(program)`.
 */
export function shortness(candidate: Candidate, space: Space): number {
  let characters = 0;
  for (const [id, { kind }] of Object.entries(space)) {
    const value = candidate[id] ?? "";
    if (kind === "text") characters += value.length;
    else if (kind === "demos")
      for (const { input, output } of decodeDemos(value).rows) characters += JSON.stringify([input, output]).length;
  }
  return 0 - characters;
}

/**
 * Minus the mean tokens, in and out, that a row's calls used; undefined where no row says. Only rows with a trace do,
 * which are train rows; a row with a call of unknown usage is left out.
 */
export function thrift(rows: readonly Row[]): number | undefined {
  const known = rows.map(tokensOf).filter((tokens) => tokens !== undefined);
  return known.length === 0 ? undefined : 0 - meanOf(known);
}

function tokensOf({ trace }: Row): number | undefined {
  if (trace === undefined) return undefined;
  let tokens = 0;
  for (const span of spansOf(trace)) {
    if (span.kind !== "lm") continue;
    const { inputTokens, outputTokens } = span.usage ?? {};
    if (inputTokens === undefined || outputTokens === undefined) return undefined;
    tokens += inputTokens + outputTokens;
  }
  return tokens;
}

/**
 * A frontier on which members compete by further goals, as if the metric had reported their means: {@link byObjective} and
 * {@link hybrid} then have a front for each. A value that is undefined competes nowhere.
 */
export function withObjectives(
  frontier: Frontier,
  goals: Readonly<Record<string, (member: Member) => number | undefined>>,
): Frontier {
  const names = Object.keys(goals);
  const valuesOf = (member: Member): Readonly<Record<string, number>> =>
    Object.fromEntries(
      names.flatMap((name) => {
        const value = goals[name]!(member);
        return value === undefined ? [] : [[name, value] as const];
      }),
    );
  return {
    name: `${frontier.name} and ${names.join(", ")}`,
    fronts: (members) =>
      frontier.fronts(
        members.map((member) => ({ ...member, objectives: { ...member.objectives, ...valuesOf(member) } })),
      ),
  };
}

/**
 * The items that no other dominates, in their order: none is at least as good in every value and better in one. Equals
 * stay together. A value that is unknown counts as worse than any other. O(items squared).
 */
export function nonDominated<T>(items: readonly T[], valuesOf: (item: T) => Values): readonly T[] {
  const values = items.map(valuesOf);
  const names = [...new Set(values.flatMap((one) => Object.keys(one)))];
  const points = values.map((one) => names.map((name) => one[name] ?? Number.NEGATIVE_INFINITY));
  return items.filter((_, i) => !points.some((other) => dominates(other, points[i]!)));
}

function dominates(one: readonly number[], other: readonly number[]): boolean {
  return one.every((value, k) => value >= other[k]!) && one.some((value, k) => value > other[k]!);
}

/** A candidate that was scored on all of val. */
export type Evaluated = CompileResult["candidates"][number];

/** One choice on a {@link paretoFront}. */
export interface Tradeoff {
  readonly candidate: Candidate;
  readonly hash: string;
  /** `score` and the goals by name, each larger is better; undefined where unknown. */
  readonly values: Values;
}

export interface ParetoFrontOptions {
  /** Goals beside the score, each larger is better. Default: the objectives of the metric. */
  readonly objectives?: Readonly<Record<string, (evaluated: Evaluated) => number | undefined>>;
}

/**
 * The candidates of a result that no other dominates by score and objectives, the best score first: what there is to
 * choose from when cost or length matter, too. Values are means over the val rows that have them, without an error: the
 * choice is the caller's, and test says what it is worth.
 *
 * ```ts
 * paretoFront(result.candidates, { objectives: { cheap: ofMetric("cheap"), short: ({ candidate }) => shortness(candidate, spaceOf(program)) } })
 * ```
 */
export function paretoFront(candidates: readonly Evaluated[], options: ParetoFrontOptions = {}): readonly Tradeoff[] {
  const goals = options.objectives ?? metricGoals(candidates);
  const all = candidates.map((evaluated): Tradeoff => {
    const { candidate, hash, rows } = evaluated;
    const others = Object.entries(goals).map(([name, valueOf]) => [name, valueOf(evaluated)] as const);
    return {
      candidate,
      hash,
      values: { score: meanIn(rows.map(({ score }) => score)), ...Object.fromEntries(others) },
    };
  });
  const scoreOf = ({ values }: Tradeoff): number => values["score"] ?? Number.NEGATIVE_INFINITY;
  return [...nonDominated(all, ({ values }) => values)].sort((a, b) => scoreOf(b) - scoreOf(a) || 0);
}

/** An objective that the metric reports: its mean over the val rows that have it. */
export function ofMetric(name: string): (evaluated: Evaluated) => number | undefined {
  return ({ rows }) => meanIn(rows.map(({ objectives }) => objectives?.[name]));
}

function metricGoals(candidates: readonly Evaluated[]): NonNullable<ParetoFrontOptions["objectives"]> {
  const names = new Set(candidates.flatMap(({ rows }) => rows.flatMap((row) => Object.keys(row.objectives ?? {}))));
  return Object.fromEntries([...names].map((name) => [name, ofMetric(name)] as const));
}

function meanIn(values: readonly (number | undefined)[]): number | undefined {
  const mean = meanOf(values);
  return Number.isFinite(mean) ? mean : undefined;
}
