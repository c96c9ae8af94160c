import type { Flips, Judgement, World, WorldRow } from "@cultivar/adapters/simulated";
import { flip, isFlipped, judge } from "@cultivar/adapters/simulated";
import type { RunSpec } from "../comparison/run-record.ts";

/** Fields that a program wrote, or null when it wrote none. */
export type Output = Readonly<Record<string, unknown>> | null;

/** Counts of metric calls by split. */
export interface MetricCalls {
  train: number;
  val: number;
}

/** The metric of one run: every call is counted, and flipped or not by its count. */
export interface PeerMetric {
  readonly calls: Readonly<MetricCalls>;
  /** One metric call. */
  rate(split: keyof MetricCalls, row: WorldRow, output: Output, students?: readonly string[]): Judgement;
  /** The bottom score for a program that failed; one metric call, which nothing flips. */
  fail(split: keyof MetricCalls, why: string): Judgement;
}

/** The metric that all frameworks of one run call. Flips are keyed by world seed, run seed and the count of calls. */
export function peerMetric(world: World, { seed, noise, persistent }: RunSpec): PeerMetric {
  const calls: MetricCalls = { train: 0, val: 0 };
  const flips: Flips = { share: noise, persistent };
  return {
    calls,
    rate(split, row, output, students) {
      calls[split] += 1;
      const judgement = judgeOutput(world, row, output, students);
      const call = `${seed} ${calls.train + calls.val}`;
      return isFlipped(flips, row.input, call) ? flip(judgement) : judgement;
    },
    fail(split, why) {
      calls[split] += 1;
      return { score: 0, ...(world.feedback !== "scores" && { feedback: why }) };
    },
  };
}

/**
 * What the world says of an output, without flips. Texts become booleans and numbers where a field wants one; no output
 * scores 0. `students` are the models that the row's calls went to, by id; default: the first one, once per module.
 */
export function judgeOutput(world: World, row: WorldRow, output: Output, students?: readonly string[]): Judgement {
  const kinds = Object.keys(world.students ?? {});
  const used = students?.map((id) => id.replace(/^simulated-student-?/, "") || kinds[0]!);
  const judgement = judge(
    world,
    row,
    output === null ? {} : typed(world, output),
    used ?? (kinds.length === 0 ? [] : world.program.modules.map(() => kinds[0]!)),
  );
  return output === null ? { ...judgement, score: 0 } : judgement;
}

/** The output with each field in its declared type, where its text can be read as one. */
export function typed(world: World, output: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const read: Record<string, unknown> = { ...output };
  for (const { outputs } of world.program.modules)
    for (const field of outputs)
      if (Object.hasOwn(read, field.name)) read[field.name] = asType(read[field.name], field.type);
  return read;
}

function asType(value: unknown, type: string): unknown {
  if (typeof value !== "string") return value;
  const text = value.trim();
  if (type === "boolean" && /^(?:true|false)$/i.test(text)) return text.toLowerCase() === "true";
  if (type === "number" && text !== "" && Number.isFinite(Number(text))) return Number(text);
  return value;
}
