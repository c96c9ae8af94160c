import { readFileSync } from "node:fs";
import { messageOf, parseJsonSafely } from "@cultivar/core";
import { isCurved } from "./curve.ts";
import type { RunRecord } from "./run-record.ts";
import { specKey } from "./run-record.ts";
import { isRecord } from "./run-store.ts";
import { median } from "./statistics.ts";

const usage = `npm run bench:reach -- CHALLENGER OTHER FILE...
  How many metric calls CHALLENGER needs for the final score of OTHER, paired by seed. FILE: kept runs in JSON lines, such as
  benchmarks/.runs/runs.jsonl and benchmarks/results/peers.jsonl; of a run that is there twice the last one counts, whatever code made it.`;

type Curve = readonly { readonly evaluations: number; readonly score: number }[];

/** A run that shows its incumbent. */
interface Shown {
  readonly record: RunRecord;
  readonly score: number;
  readonly baseline: number;
  readonly curve: Curve;
}

/** One world at one noise level. */
export interface Reach {
  readonly world: string;
  readonly noise: number;
  readonly persistent: boolean;
  /** Seeds that both ran. */
  readonly n: number;
  /** Medians over seeds: metric calls of the challenger until its incumbent is as good as the other's final candidate. */
  readonly challenger: number;
  /** Metric calls of the other until its own incumbent was as good. */
  readonly other: number;
  /** Runs of the challenger that never got there; they count as the whole budget. */
  readonly never: number;
  readonly budget: number;
}

/** Mean gains of at most this are no gain: there is no way to go. */
const point = 0.01;

/** Worlds on which `other` gains more than a point as a mean over the common seeds, in the order of the records. */
export function reaches(records: readonly RunRecord[], challenger: string, other: string): readonly Reach[] {
  const latest = new Map(records.map((record) => [specKey(record), record]));
  const runs = [...latest.values()].flatMap((record): readonly Shown[] => {
    const { outcome } = record;
    return outcome === undefined || !isCurved(outcome) ? [] : [{ ...outcome, record }];
  });
  const keyOf = ({ record }: Shown, optimizer: string): string => specKey({ ...record, optimizer });
  const own = new Map(runs.filter((run) => run.record.optimizer === challenger).map((run) => [keyOf(run, other), run]));
  const pairs = runs.flatMap((its) => {
    const found = its.record.optimizer === other ? own.get(keyOf(its, other)) : undefined;
    return found === undefined ? [] : [{ its, own: found }];
  });
  const groups = Map.groupBy(pairs, ({ its: { record } }) =>
    JSON.stringify([record.world, record.noise, record.persistent, record.budget, record.rows]),
  );
  return [...groups.values()].flatMap((group) => {
    const gain = group.reduce((sum, { its }) => sum + its.score - its.baseline, 0) / group.length;
    if (gain <= point) return [];
    const { world, noise, persistent, budget } = group[0]!.its.record;
    const challengers = group.map((pair) => callsTo(pair.own, pair.its.score));
    const middle = (calls: readonly (number | undefined)[]): number => median(calls.map((one) => one ?? budget))!;
    return [
      {
        world,
        noise,
        persistent,
        n: group.length,
        challenger: middle(challengers),
        other: middle(group.map(({ its }) => callsTo(its, its.score))),
        never: challengers.filter((one) => one === undefined).length,
        budget,
      },
    ];
  });
}

/** Metric calls until the incumbent scores `goal`; undefined when it never does. */
function callsTo({ baseline, curve, score, record }: Shown, goal: number): number | undefined {
  if (baseline >= goal) return 0;
  const found = curve.find((one) => one.score >= goal)?.evaluations;
  // what is returned in the end may be another one than the last incumbent
  return found ?? (score >= goal ? record.budget : undefined);
}

/** As a table, with the medians over worlds. */
export function reachTable(all: readonly Reach[], challenger: string, other: string): string {
  const share = (a: number, b: number): string => (b === 0 ? "-" : (a / b).toFixed(2));
  const lines = all.map(
    ({ world, noise, persistent, n, challenger: own, other: its, never, budget }) =>
      `| \`${world}\` | ${noise}${persistent ? ", by row" : ""} | ${budget} | ${n} | ${own} | ${its} | ${never} | ${share(own, budget)} | ${share(own, its)} |`,
  );
  const middle = (ratios: readonly number[]): string => median(ratios)?.toFixed(2) ?? "-";
  return [
    `Metric calls to the final score of ${other}, medians over seeds; of the worlds on which it gains more than a point.`,
    [
      `| world | noise | budget | n | ${challenger} | ${other} | never | of the budget | of ${other}'s |`,
      "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
      ...lines,
    ].join("\n"),
    ...(new Set(all.map((one) => `${one.noise} ${one.persistent} ${one.budget}`)).size > 1
      ? ["No median over rows: they are of several levels."]
      : [
          `Medians over ${all.length} rows: ${middle(all.map((one) => one.challenger / one.budget))} of the budget, ${middle(all.flatMap((one) => (one.other === 0 ? [] : [one.challenger / one.other])))} of what ${other} took.`,
        ]),
  ].join("\n\n");
}

function read(path: string): readonly RunRecord[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      if (line === "") return [];
      try {
        const found: unknown = parseJsonSafely(line);
        return isRecord(found) ? [found] : [];
      } catch {
        // the last line of a run that was killed may be torn
        return [];
      }
    });
}

function main(args: readonly string[]): void {
  if (args.includes("--help")) return void process.stdout.write(`${usage}\n`);
  const [challenger, other, ...files] = args;
  if (challenger === undefined || other === undefined || files.length === 0)
    throw new Error(`expected two names and files\n${usage}`);
  const records = files.flatMap(read);
  const names = [...new Set(records.map(({ optimizer }) => optimizer))];
  for (const name of [challenger, other])
    if (!names.includes(name)) throw new Error(`expected two of ${names.join(", ")}, got ${name}`);
  process.stdout.write(`${reachTable(reaches(records, challenger, other), challenger, other)}\n`);
}

if (process.argv[1] === import.meta.filename) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`reach: ${messageOf(error)}\n`);
    process.exitCode = 2;
  }
}
