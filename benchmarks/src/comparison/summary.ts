import { areaUnder, evaluationsToGoal, isCurved } from "./curve.ts";
import type { RunOutcome, RunRecord } from "./run-record.ts";
import type { Interval, Paired } from "./statistics.ts";
import { interval, median, paired } from "./statistics.ts";

/** One optimizer on one world at one noise level, over seeds. Scores are noise-free test means of returned candidates. */
export interface Row {
  readonly world: string;
  readonly optimizer: string;
  readonly noise: number;
  readonly persistent: boolean;
  readonly budget: number;
  /** Seeds of the runs that ended with a result, ascending, and their scores, aligned. */
  readonly seeds: readonly number[];
  readonly scores: readonly number[];
  /** Errors of the runs that did not, one each. */
  readonly failures: readonly string[];
  readonly score: Interval | undefined;
  readonly baseline: number | undefined;
  readonly optimum: number | undefined;
  /** Of the best-so-far curve; undefined when the incumbent isn't shown. */
  readonly area: Interval | undefined;
  /** The same by run, aligned with `seeds`. */
  readonly areas?: readonly number[] | undefined;
  /** Metric calls until 90 % of the way to the optimum; runs that never get there count as the whole budget. */
  readonly toGoal: { readonly median: number; readonly reached: number; readonly n: number } | undefined;
  /** The same by run, aligned with `seeds`. */
  readonly goals?: readonly number[] | undefined;
  /** Paired by seed; undefined for random search itself, and without it. */
  readonly versusRandom: Paired | undefined;
  /** Share of runs whose candidate scores more than one point below the baseline. */
  readonly worse: number | undefined;
  /** Means per run. */
  readonly metricCalls: number | undefined;
  readonly reportedMetricCalls: number | undefined;
  readonly lmCalls: number | undefined;
  readonly tokens: number | undefined;
  readonly usd: number | undefined;
  readonly seconds: number | undefined;
}

/** The optimizer that all others are compared with, by the name that it has here or among peers. */
const yardsticks: readonly string[] = ["randomSearch", "ours:randomSearch"];
/** More than a point below the baseline counts as worse. */
const point = 0.01;

type Done = RunRecord & { readonly outcome: RunOutcome };
const isDone = (record: RunRecord): record is Done => record.outcome !== undefined;

/** Rows in the order of the records, worlds and noise levels apart. */
export function summarize(records: readonly RunRecord[]): readonly Row[] {
  const groups = new Map<string, RunRecord[]>();
  for (const record of records) {
    const key = groupKey(record, record.optimizer);
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  return [...groups.values()].map((group) =>
    rowOf(
      group,
      yardsticks.flatMap((name) => groups.get(groupKey(group[0]!, name)) ?? []),
    ),
  );
}

function groupKey({ world, noise, persistent, budget }: RunRecord, optimizer: string): string {
  return JSON.stringify([world, optimizer, noise, persistent, budget]);
}

function rowOf(group: readonly RunRecord[], random: readonly RunRecord[]): Row {
  const { world, optimizer, noise, persistent, budget } = group[0]!;
  const done = group.filter(isDone).toSorted((a, b) => a.seed - b.seed);
  const outcomes = done.map((record) => record.outcome);
  const scores = outcomes.map((outcome) => outcome.score);
  const shown = outcomes.filter(isCurved);
  const goals = shown.flatMap((outcome) => evaluationsToGoal(outcome, budget) ?? []);
  const middle = median(goals);
  const areas = shown.length < outcomes.length ? undefined : shown.map((outcome) => areaUnder(outcome, budget));
  return {
    world,
    optimizer,
    noise,
    persistent,
    budget,
    seeds: done.map((record) => record.seed),
    scores,
    failures: group.flatMap((record) => record.error ?? []),
    score: interval(scores),
    baseline: mean(outcomes.map((outcome) => outcome.baseline)),
    optimum: mean(outcomes.map((outcome) => outcome.optimum)),
    area: areas && interval(areas),
    ...(areas !== undefined && { areas }),
    toGoal:
      middle === undefined || shown.length < outcomes.length
        ? undefined
        : { median: middle, reached: goals.filter((calls) => calls < budget).length, n: goals.length },
    ...(goals.length === outcomes.length && { goals }),
    versusRandom: yardsticks.includes(optimizer) ? undefined : against(done, random.filter(isDone)),
    worse: mean(outcomes.map((outcome) => (outcome.score < outcome.baseline - point ? 1 : 0))),
    metricCalls: mean(outcomes.map((outcome) => outcome.metricCalls)),
    reportedMetricCalls: mean(outcomes.flatMap((outcome) => outcome.reportedMetricCalls ?? [])),
    lmCalls: mean(outcomes.map((outcome) => outcome.lmCalls)),
    tokens: mean(outcomes.map((outcome) => outcome.inputTokens + outcome.outputTokens)),
    usd: mean(outcomes.flatMap((outcome) => outcome.usd ?? [])),
    seconds: mean(outcomes.map((outcome) => outcome.seconds)),
  };
}

/** Paired by seed, over the seeds that both have. */
function against(done: readonly Done[], others: readonly Done[]): Paired | undefined {
  const bySeed = new Map(others.map((record) => [record.seed, record.outcome.score]));
  const common = done.filter((record) => bySeed.has(record.seed));
  return paired(
    common.map((record) => bySeed.get(record.seed)!),
    common.map((record) => record.outcome.score),
  );
}

function mean(values: readonly number[]): number | undefined {
  return interval(values)?.mean;
}
