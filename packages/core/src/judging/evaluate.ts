import { isCultivarError } from "../ground/errors.ts";
import type { Estimate } from "../ground/stats.ts";
import { estimate } from "../ground/stats.ts";
import { CultivarError } from "../ground/errors.ts";
import { boundFrame } from "../programs/bind.ts";
import type { ResponseCache } from "../programs/cache.ts";
import { directGateway } from "../programs/direct-gateway.ts";
import { createGateway } from "../programs/gateway.ts";
import { refuseAborted } from "../programs/lm-error.ts";
import type { Budget, Spend } from "../programs/meter.ts";
import { createMeter } from "../programs/meter.ts";
import type { AnyModule, Binding, Module, Need } from "../programs/module.ts";
import { definition } from "../programs/module.ts";
import { candidateHash } from "../values/component.ts";
import type { Example, ExampleRow } from "../values/example.ts";
import { toExamples } from "../values/example.ts";
import type { Metric, MetricLike } from "./metric.ts";
import { asMetric } from "./metric.ts";
import type { Row } from "./score-row.ts";
import { scoreRow } from "./score-row.ts";

export interface EvaluateOptions<E extends ExampleRow, O> {
  readonly data: readonly E[];
  readonly metric: MetricLike<NoInfer<E>, NoInfer<O>>;
  /** Rows at once, at most; at least 1, default 16. Never changes a score. */
  readonly concurrency?: number;
  /** Which repeated observation of the rows this is, from 0. */
  readonly sample?: number;
  readonly seed?: number;
  /** Physical limits only; rows that no longer fit stay unscored. */
  readonly budget?: Omit<Budget, "evaluations">;
  readonly cache?: ResponseCache;
  readonly signal?: AbortSignal;
  /** Called as each row is done, in order of completion. */
  readonly onRow?: (row: Row, index: number) => void;
}

/** The rows of one candidate, and what they say together. */
export interface Evaluation {
  /** Aligned with `data`; each with its trace. */
  readonly rows: readonly Row[];
  /** Over the scored rows. */
  readonly score: Estimate;
  /** Rows that the world kept from being scored. */
  readonly unscored: number;
  /** Rows that scored the bottom because the candidate failed. */
  readonly failures: number;
  readonly spend: Spend;
}

type EvaluateBinding<N extends Need> = N extends "models" ? Binding : Partial<Binding>;

/**
 * Scores one candidate on rows. Costs what the program costs per row. Rejects with `data` for an empty list or a row
 * whose input does not fit, with `metric` when the metric judged no row at all, and with errors that no row can be
 * blamed for (a wrong key, an abort).
 */
export async function evaluate<I, O, M, N extends Need, E extends ExampleRow<I>>(
  program: Module<I, O, M, N>,
  options: EvaluateOptions<E, O> & EvaluateBinding<N>,
): Promise<Evaluation> {
  checkData(program, options.data);
  const { signal, cache, sample = 0, seed = 0 } = options;
  if (!Number.isInteger(sample) || sample < 0)
    throw new CultivarError("config", `evaluate(${program.name}): sample must be a whole number from 0, got ${sample}`);
  const frame = boundFrame(program, options);
  const meter = createMeter(options.budget ?? {});
  const gateway = cache === undefined ? directGateway(meter, signal) : createGateway({ meter, cache, signal });
  const shared = {
    module: program,
    frame,
    metric: asMetric(options.metric) as unknown as Metric<never, never>,
    gateway,
    signal,
    sample,
    seed,
  };
  const hash = candidateHash(frame.candidate);
  const score = async (example: Example, index: number): Promise<Row> => {
    refuseAborted(signal, `evaluate(${program.name})`);
    let row: Row;
    try {
      row = await scoreRow({ ...shared, example, address: [hash, example.id, String(sample)] });
    } catch (error) {
      if (!isCultivarError(error, "run-ended")) throw error;
      row = { id: example.id, failure: { blame: "world", code: error.code, message: error.message } };
    }
    options.onRow?.(row, index);
    return row;
  };
  const rows = await mapLimited(toExamples(options.data), options.concurrency ?? 16, score);
  refuseDeadMetric(program.name, rows);
  return {
    rows,
    score: estimate(rows.flatMap((row) => row.score ?? [])),
    unscored: rows.filter((row) => row.score === undefined).length,
    failures: rows.filter((row) => row.failure?.blame === "candidate").length,
    spend: meter.spend(),
  };
}

function checkData(program: AnyModule, data: readonly ExampleRow[]): void {
  const where = `evaluate(${program.name})`;
  if (data.length === 0) throw new CultivarError("data", `${where}: data is empty; an empty set passes nothing`);
  const { rejectInput } = program[definition];
  for (const [index, row] of data.entries()) {
    if (typeof row !== "object" || row === null || !("input" in row))
      throw new CultivarError("data", `${where}: data[${index}] must be { input, expected? }; map it first`);
    const problem = rejectInput?.(row.input);
    if (problem !== undefined)
      throw new CultivarError(
        "data",
        `${where}: data[${index}]: the input does not fit the signature: ${problem}; mend the row, or map it in the reader`,
      );
  }
}

/** A metric that fails on every output it was given is wrong itself (law 4). */
function refuseDeadMetric(name: string, rows: readonly Row[]): void {
  const dead = rows.find((row) => row.failure?.code === "metric");
  if (dead === undefined || rows.some((row) => row.score !== undefined && row.failure === undefined)) return;
  throw new CultivarError(
    "metric",
    `evaluate(${name}): the metric judged no row; ${dead.failure!.message}; mend the metric`,
    {
      fields: { row: dead.id },
    },
  );
}

/** Maps with at most `concurrency` at once; after a rejection nothing more starts, and what is under way is waited for. */
async function mapLimited<T, R>(
  items: readonly T[],
  concurrency: number,
  task: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new CultivarError("config", `concurrency must be a whole number of at least 1, got ${concurrency}`);
  }
  const results: R[] = [];
  let failure: { readonly error: unknown } | undefined;
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      try {
        results[index] = await task(items[index]!, index);
      } catch (error) {
        failure ??= { error };
        next = items.length;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, lane));
  if (failure !== undefined) throw (failure as { readonly error: unknown }).error;
  return results;
}
