import type { AxMetricFn, AxProgramDemos } from "@ax-llm/ax";
import { AxBootstrapFewShot, AxGEPA } from "@ax-llm/ax";
import { rng } from "@cultivar/core";
import type { AxChain, AxTexts, Between, Demos, Fields } from "./ax-program.ts";
import { axChain, axModel } from "./ax-program.ts";
import type { AxRun, CheckProgram, CheckTask, Judged, Task, TaskRow } from "./ax-run.ts";
import { axRun, pick } from "./ax-run.ts";
import { incumbentWatch } from "./ax-incumbent.ts";

// ax's own optimizers over the peer server: AxGEPA, which has a budget of metric calls, and AxBootstrapFewShot, whose
// three rounds over the train rows stay within it. A process of its own, started by run-port.ts.

type Example = Fields;

/** Everything that a search shares. */
interface Search {
  readonly run: AxRun;
  readonly task: Task;
  readonly between: Between;
  readonly examples: { readonly train: readonly Example[]; readonly val: readonly Example[] };
  /** Rows by the very object that ax is given, and hands back to the metric. */
  readonly rows: ReadonlyMap<object, TaskRow>;
  /** The last judgement of each row. */
  readonly said: Map<object, Judged>;
}

interface Found extends AxTexts {
  readonly reportedMetricCalls?: number;
  readonly end: string;
}

function searchOf(run: AxRun, task: Task, between: Between): Search {
  const rows = new Map<object, TaskRow>();
  const exampleOf = (row: TaskRow): Example => {
    const example = { ...row.input, ...row.expected };
    rows.set(example, row);
    return example;
  };
  const examples = { train: task.train.map(exampleOf), val: task.val.map(exampleOf) };
  return { run, task, between, examples, rows, said: new Map() };
}

const declared = ({ task }: Search): AxTexts => ({
  instructions: Object.fromEntries(task.program.modules.map(({ name, instructions }) => [name, instructions])),
});

/**
 * The program as ax runs it: it sees a row's inputs only, and an answer that never becomes readable, which ax scores 0
 * without asking the metric, is a metric call all the same.
 */
function watched({ run, rows, said }: Search, chain: AxChain): AxChain["program"] {
  const forward = chain.program.forward.bind(chain.program);
  const own: typeof forward = async (ai, values, options) => {
    const row = rows.get(values as object)!;
    try {
      return await forward(ai, row.input as Fields, options);
    } catch (error) {
      said.set(values as object, await run.post<Judged>("score", { id: row.id, output: null }));
      throw error;
    }
  };
  return Object.assign(chain.program, { forward: own });
}

function metricOf({ run, rows, said }: Search, seen: (row: TaskRow, score: number) => Promise<void>): AxMetricFn {
  return async ({ prediction, example }) => {
    const row = rows.get(example)!;
    const judged = await run.post<Judged>("score", { id: row.id, output: prediction });
    said.set(example, judged);
    await seen(row, judged.score);
    return judged.score;
  };
}

/**
 * AxGEPA with its defaults (minibatch 20, merges, its critic and proposer); all of val is the Pareto set and only the budget
 * ends it. Feedback goes through `feedbackFn`, by module where the world says it so.
 */
async function byGepa(search: Search): Promise<Found> {
  const { run, task, examples, said } = search;
  const { modules } = task.program;
  const chain = axChain(modules, declared(search), search.between);
  const texts = (map: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(modules.map(({ name }) => [name, map[chain.componentOf(name)]!]));
  const current = (): Record<string, string> =>
    texts(Object.fromEntries((chain.program.getOptimizableComponents?.() ?? []).map((one) => [one.key, one.current])));
  const incumbents = incumbentWatch(task.val, async (instructions) => {
    await run.post("incumbent", { instructions });
  });
  const args = {
    studentAI: axModel(run.models, "simulated-student"),
    teacherAI: axModel(run.models, "simulated-teacher"),
    seed: task.seed,
    numTrials: task.budget,
    earlyStoppingTrials: task.budget,
    // read by the constructor and missing from its types; without it only the first 60 rows of val count
    paretoSetSize: task.val.length,
    verbose: false,
  } satisfies ConstructorParameters<typeof AxGEPA>[0] & { readonly paretoSetSize: number };
  const result = await new AxGEPA(args).compile(
    watched(search, chain),
    examples.train,
    metricOf(search, (row, score) => incumbents(row, score, current())),
    {
      validationExamples: examples.val,
      maxMetricCalls: task.budget,
      feedbackFn: ({ example, componentId }) => {
        const judged = said.get(example);
        const module = modules.find(({ name }) => chain.componentOf(name) === componentId)?.name;
        return (module === undefined ? undefined : judged?.byModule?.[module]) ?? judged?.feedback;
      },
    },
  );
  const map = result.optimizedProgram?.componentMap;
  if (map === undefined) throw new Error("AxGEPA returned no optimized program");
  return { instructions: texts(map), reportedMetricCalls: result.stats.totalCalls, end: "budget" };
}

const rounds = 3;

/**
 * AxBootstrapFewShot with its defaults (three rounds, four demos, half marks to pass) but for the rows of a round: all
 * of train, or as many as three rounds can pay for. It draws rows by `Math.random`, which is seeded here.
 */
async function byBootstrap(search: Search, lower: number): Promise<Found> {
  const { run, task, examples } = search;
  const { modules } = task.program;
  const draw = rng(task.seed, "ax bootstrap");
  Math.random = (): number => draw.next();
  const chain = axChain(modules, declared(search), search.between);
  const optimizer = new AxBootstrapFewShot({
    studentAI: axModel(run.models, "simulated-student"),
    options: {
      maxRounds: rounds,
      maxExamples: Math.max(1, Math.min(examples.train.length, Math.floor(task.budget / rounds)) - lower),
      verboseMode: false,
    },
  });
  const { demos = [], stats } = await optimizer.compile(
    watched(search, chain),
    examples.train,
    metricOf(search, async () => {}),
  );
  return {
    ...declared(search),
    demos: demosOf(modules, chain, demos),
    reportedMetricCalls: stats.totalCalls,
    end: "done",
  };
}

function demosOf(
  modules: Task["program"]["modules"],
  chain: AxChain,
  found: readonly AxProgramDemos<Fields, Fields>[],
): Demos {
  const of = (name: string): readonly Fields[] =>
    found.flatMap(({ programId, traces }) => (chain.componentOf(name) === `${programId}::instruction` ? traces : []));
  return Object.fromEntries(
    modules.map(({ name, inputs, outputs }) => [
      name,
      of(name).map((trace) => ({ input: pick(inputs, trace), output: pick(outputs, trace) })),
    ]),
  );
}

/** A program's outputs in order; null where it gave no readable answer. */
async function answers(run: AxRun, chain: AxChain, inputs: readonly Readonly<Fields>[]): Promise<(Fields | null)[]> {
  const ai = axModel(run.models, "simulated-student");
  const outputs: (Fields | null)[] = [];
  for (const input of inputs) outputs.push(await chain.answer(ai, input).catch(() => null));
  return outputs;
}

async function check(run: AxRun, between: Between): Promise<void> {
  const { program, programs, rows } = await run.get<CheckTask>("check");
  for (const [name, texts] of Object.entries<CheckProgram>(programs)) {
    const models = Object.fromEntries(
      Object.entries(texts.students).map(([module, id]) => [module, axModel(run.models, id)] as const),
    );
    const chain = axChain(program.modules, texts, between, models);
    const outputs = await answers(
      run,
      chain,
      rows.map(({ input }) => input),
    );
    const used = program.modules.flatMap((module) => texts.students[module.name] ?? []);
    await run.post("check", { name, outputs, ...(used.length > 0 && { students: rows.map(() => used) }) });
  }
}

async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const run = axRun(env["CULTIVAR_RUN_URL"]!);
  const between: Between = (module, fields) => run.post("between", { module, fields });
  if (env["PORT_MODE"] === "check") return check(run, between);
  const search = searchOf(run, await run.get<Task>("task"), between);
  const variant = env["CULTIVAR_VARIANT"];
  const { end, reportedMetricCalls, ...texts } =
    variant === "bootstrap" ? await byBootstrap(search, Number(env["PORT_LOWER"] ?? 0)) : await byGepa(search);
  const { inputs } = await run.get<{ readonly inputs: readonly Readonly<Fields>[] }>("test");
  const outputs = await answers(run, axChain(search.task.program.modules, texts, between), inputs);
  await run.post("final", { outputs, ...texts, end, reportedMetricCalls });
}

await main(process.env).catch((error: unknown) => {
  const said = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${said.replaceAll("\n", " ")}\n`);
  process.exitCode = 1;
});
