import type { WorldRow } from "@cultivar/adapters/simulated";
import { metricOf } from "@cultivar/adapters/simulated";
import type { SimulatedHandler } from "@cultivar/adapters/simulated-server";
import { simulatedHandler } from "@cultivar/adapters/simulated-server";
import type { Candidate, Models } from "@cultivar/core";
import { estimate, evaluate, moduleSpans, spansOf } from "@cultivar/core";
import type { Arena } from "../comparison/arena.ts";
import type { CurvePoint, RunOutcome, RunSpec } from "../comparison/run-record.ts";
import type { Counts } from "./counted-models.ts";
import { countedModels } from "./counted-models.ts";
import { candidateOf, choicesOf, textsOf } from "./peer-candidate.ts";
import type { MetricCalls, PeerMetric } from "./peer-metric.ts";
import { judgeOutput, peerMetric } from "./peer-metric.ts";
import type { BetweenBody, CheckBody, EvaluateBody, FinalBody, IncumbentBody, ScoreBody } from "./protocol.ts";
import { Refused } from "./refused.ts";

/** What a run is for: the comparison, or showing that a port's program is the world's own. */
export type Mode = "run" | "check";

/** Row ids say the split and the place in it. */
interface Placed {
  readonly split: keyof MetricCalls | "test";
  readonly row: WorldRow;
}

type Reply = Readonly<Record<string, unknown>>;

/** Means over the test rows of a port's program and of the world's own, and the standard error of their paired difference. */
export interface Checked {
  readonly score: number;
  readonly expected: number;
  readonly standardError: number;
}

/**
 * One run of a peer: its rows, its models, its metric, and what it said. Every count is made here. Expected outputs of
 * test rows never leave it. Methods throw {@link Refused} for what a port must not do.
 */
export class PeerRun {
  readonly spec: RunSpec;
  readonly mode: Mode;
  readonly models: SimulatedHandler;
  readonly #arena: Arena;
  readonly #rows: ReadonlyMap<string, Placed>;
  readonly #ownModels: Models;
  /** Of the program's runs here; those over HTTP are counted by `models`. */
  readonly #own: Counts = { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0 };
  readonly #metric: PeerMetric;
  readonly #incumbents: { readonly evaluations: number; readonly candidate: Candidate }[] = [];
  #startedMs = performance.now();
  #search: { readonly counts: Counts; readonly seconds: number } | undefined;
  #final: { readonly body: FinalBody; readonly score: number } | undefined;

  constructor(arena: Arena, spec: RunSpec, mode: Mode) {
    this.spec = spec;
    this.mode = mode;
    this.#arena = arena;
    this.models = simulatedHandler({ world: arena.world });
    this.#ownModels = countedModels(arena.models, this.#own);
    this.#metric = peerMetric(arena.world, spec);
    const { train, val } = arena.draw(spec.seed, spec.rows);
    const splits = { train, val, test: arena.test(spec.rows.test) };
    const placed = Object.entries(splits).flatMap(([split, rows]) =>
      rows.map((row, i) => [`${split}-${i}`, { split: split as Placed["split"], row }] as const),
    );
    this.#rows = new Map(placed);
  }

  /** Metric calls so far, by split. */
  get metricCalls(): Readonly<MetricCalls> {
    return this.#metric.calls;
  }

  /** Whether the port has handed in its result. */
  get isDone(): boolean {
    return this.#final !== undefined;
  }

  task(): Reply {
    const { world, vary, baseline } = this.#arena;
    this.#startedMs = performance.now();
    return {
      world: world.name,
      seed: this.spec.seed,
      budget: this.spec.budget,
      program: world.program,
      train: this.#examples("train"),
      val: this.#examples("val"),
      feedback: world.feedback,
      choices: choicesOf(this.#arena, this.#of("train"), this.spec.seed),
      students: { studentModelId: "simulated-student", teacherModelId: "simulated-teacher" },
      studentModels: Object.keys(world.students ?? {}).map((kind) => `simulated-student-${kind}`),
      vary,
      baseline,
    };
  }

  score({ id, output, students }: ScoreBody): Reply {
    const { split, row } = this.#searched(id);
    return { ...this.#metric.rate(split, row, output, students) };
  }

  async evaluate({ candidate, ids }: EvaluateBody): Promise<Reply> {
    const { world, program, baseline } = this.#arena;
    const placed = ids.map((id) => this.#searched(id));
    const judged = placed.map(({ row, split }) => ({ row, split }));
    const { rows } = await evaluate(program, {
      models: this.#ownModels,
      candidate: { ...baseline, ...candidate },
      data: judged.map(({ row }) => row),
      // judged below, in the order of the ids
      metric: () => 0,
      concurrency: 1,
    });
    return {
      rows: rows.map(({ trace, failure }, i) => {
        const { row, split } = judged[i]!;
        const output = failure === undefined ? (trace!.output as Reply) : null;
        const judgement =
          failure === undefined
            ? this.#metric.rate(split, row, output, studentsOf(trace!))
            : this.#metric.fail(split, failure.message);
        return {
          id: ids[i],
          output,
          ...(failure !== undefined && { error: failure.message }),
          trace: world.program.modules.flatMap(({ name }) => stepsOf(trace!, name, world.program.modules.length === 1)),
          students: studentsOf(trace!),
          ...judgement,
        };
      }),
    };
  }

  between({ module, fields }: BetweenBody): Reply {
    const { modules } = this.#arena.world.program;
    if (!modules.some(({ name }) => name === module))
      throw new Refused(404, `between: no module ${JSON.stringify(module)}`);
    return { ...this.#arena.world.between?.(module, fields) };
  }

  /** Notes a new best, with the count of metric calls so far. */
  incumbent({ evaluations: at, ...texts }: IncumbentBody): Reply {
    if (this.#search !== undefined) throw new Refused(409, "incumbent: the search ended with GET test");
    const { train, val } = this.#metric.calls;
    const evaluations = Math.min(at ?? Infinity, train + val);
    const candidate = candidateOf(this.#arena, texts);
    // what a framework says twice before its next metric call counts once, the later
    if (this.#incumbents.at(-1)?.evaluations === evaluations) this.#incumbents.pop();
    this.#incumbents.push({ evaluations, candidate });
    return { evaluations };
  }

  /** Ends the search and shows the test inputs. */
  test(): Reply {
    if (this.mode === "check") throw new Refused(409, "test: this run is a check; GET check instead");
    this.#search ??= { counts: this.#counts(), seconds: (performance.now() - this.#startedMs) / 1000 };
    return { inputs: this.#of("test").map((row) => row.input) };
  }

  /** The result: the program's own outputs on the test inputs, or the texts that the world's program is to run with. */
  async final(body: FinalBody): Promise<Reply> {
    if (this.mode === "check") throw new Refused(409, "final: this run is a check; POST check instead");
    if (this.#final !== undefined) throw new Refused(409, "final: the result is in already");
    this.test();
    const score =
      body.outputs === undefined
        ? await this.#arena.score(candidateOf(this.#arena, body), this.spec.rows.test)
        : meanOf(this.#scoresOf(body.outputs, body.students));
    this.#final = { body, score };
    return { score };
  }

  /** Two programs whose scores are known, and inputs to run them on. */
  showCheck(): Reply {
    this.#onlyInCheck();
    const { world, baseline, optimum } = this.#arena;
    return {
      program: world.program,
      rows: this.#of("test").map((row, i) => ({ id: `test-${i}`, input: row.input })),
      programs: { baseline: textsOf(this.#arena, baseline), oracle: textsOf(this.#arena, optimum) },
    };
  }

  /** A port's outputs under one of the two programs, beside what the world's own program makes of the same rows. */
  async check({ name, outputs, students }: CheckBody): Promise<Reply> {
    this.#onlyInCheck();
    const { world, program, models, baseline, optimum } = this.#arena;
    const own = await evaluate(program, {
      models,
      candidate: name === "baseline" ? baseline : optimum,
      data: this.#of("test"),
      metric: metricOf(world),
    });
    const expected = own.rows.map((row) => row.score ?? 0);
    const scores = this.#scoresOf(outputs, students);
    const { standardError } = estimate(scores.map((score, i) => score - expected[i]!));
    const found = { score: meanOf(scores), expected: meanOf(expected), standardError: standardError ?? 0 };
    this.checked[name] = found;
    return found;
  }

  /** What {@link check} has found so far. */
  readonly checked: { [name in CheckBody["name"]]?: Checked } = {};

  /** The run's outcome. Incumbents are scored now, outside the run. Throws when the port handed in no result. */
  async outcome(): Promise<RunOutcome> {
    if (this.#final === undefined || this.#search === undefined) throw new Error("the port ended without a result");
    const { body, score } = this.#final;
    const noiseFree = (candidate: Candidate): Promise<number> => this.#arena.score(candidate, this.spec.rows.test);
    const curve: CurvePoint[] = [];
    for (const { evaluations, candidate } of this.#incumbents)
      curve.push({ evaluations, score: await noiseFree(candidate) });
    return {
      score,
      baseline: await noiseFree(this.#arena.baseline),
      optimum: await noiseFree(this.#arena.optimum),
      ...(curve.length > 0 && { curve }),
      metricCalls: this.#metric.calls.train + this.#metric.calls.val,
      ...(body.reportedMetricCalls !== undefined && { reportedMetricCalls: body.reportedMetricCalls }),
      lmCalls: this.#search.counts.calls,
      inputTokens: this.#search.counts.inputTokens,
      outputTokens: this.#search.counts.outputTokens,
      usd: this.#search.counts.usd,
      seconds: this.#search.seconds,
      end: body.end,
    };
  }

  #onlyInCheck(): void {
    if (this.mode !== "check") throw new Refused(409, "check: this run is no check");
  }

  #counts(): Counts {
    const { replies, inputTokens, outputTokens, usd } = this.models.stats();
    const calls = Object.values(replies).reduce((sum, count) => sum + count, 0);
    return {
      calls: this.#own.calls + calls,
      inputTokens: this.#own.inputTokens + inputTokens,
      outputTokens: this.#own.outputTokens + outputTokens,
      usd: this.#own.usd + usd,
    };
  }

  #of(split: Placed["split"]): readonly WorldRow[] {
    return [...this.#rows.values()].filter((placed) => placed.split === split).map(({ row }) => row);
  }

  #examples(split: keyof MetricCalls): readonly Reply[] {
    return this.#of(split).map(({ input, expected }, i) => ({ id: `${split}-${i}`, input, expected }));
  }

  /** A row that the search may use. In a check the test rows are what is evaluated; they count as val. */
  #searched(id: string): { readonly split: keyof MetricCalls; readonly row: WorldRow } {
    if (this.#search !== undefined) throw new Refused(409, "the search ended with GET test: no more metric calls");
    const found = this.#rows.get(id);
    if (found === undefined || (found.split === "test" && this.mode !== "check"))
      throw new Refused(404, `no train or val row ${JSON.stringify(id)}`);
    return { row: found.row, split: found.split === "test" ? "val" : found.split };
  }

  #scoresOf(outputs: readonly ScoreBody["output"][], students: FinalBody["students"]): readonly number[] {
    const rows = this.#of("test");
    if (outputs.length !== rows.length || (students !== undefined && students.length !== rows.length))
      throw new Refused(400, `outputs: expected one per test input (${rows.length}), got ${outputs.length}`);
    const { world } = this.#arena;
    return outputs.map((output, i) => judgeOutput(world, rows[i]!, output, students?.[i]).score);
  }
}

function meanOf(scores: readonly number[]): number {
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

type Trace = Parameters<typeof moduleSpans>[0];

function stepsOf(trace: Trace, module: string, isOnly: boolean): readonly Reply[] {
  const spans = isOnly ? [trace] : moduleSpans(trace, module);
  return spans.map(({ input, output, error }) => ({
    module,
    input,
    output: output ?? null,
    ...(error && { error: error.message }),
  }));
}

/** The models that a row's calls went to. */
function studentsOf(trace: Trace): readonly string[] {
  const models = [...spansOf(trace)].flatMap((span) => (span.kind === "lm" ? [span.model] : []));
  return models.map((model) => model.slice(model.indexOf("/") + 1));
}
