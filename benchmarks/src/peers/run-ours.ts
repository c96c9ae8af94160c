import { studentsIn } from "@cultivar/adapters/simulated";
import { openaiCompatible } from "@cultivar/adapters/openai-compatible";
import type { LanguageModel, Models } from "@cultivar/core";
import { canonicalJson, metric, start } from "@cultivar/core";
import { arena } from "../comparison/arena.ts";
import { contestants } from "../comparison/contestants.ts";
import type { RunSpec } from "../comparison/run-record.ts";

interface Judged {
  readonly score: number;
  readonly feedback?: string;
  readonly byModule?: Readonly<Record<string, string>>;
}

/**
 * Runs one of our optimizers as a client of the peer server: models, metric and counts are the server's, as for every
 * framework. The cache is the run's own and starts empty; rows run one after another, so that flips follow the count.
 */
export async function runOurs(name: string, spec: RunSpec, url: string): Promise<void> {
  const own = arena(spec.world);
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const response = await fetch(`${url}/${path}`, { method: "POST", body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${text}`);
    return JSON.parse(text);
  };
  await (await fetch(`${url}/task`)).text();
  const models = servedModels(own.models, `${url}/v1`);
  const data = own.draw(spec.seed, spec.rows);
  const ids = new Map(
    Object.entries(data).flatMap(([split, rows]) =>
      rows.map((row, i) => [canonicalJson(row.input), `${split}-${i}`] as const),
    ),
  );
  const run = start(own.program, {
    metric: metric<(typeof data.train)[number], Readonly<Record<string, unknown>>>(
      async ({ example, output, trace }) => {
        const students = studentsIn(own.world, trace).map((kind) => `simulated-student-${kind}`);
        const id = ids.get(canonicalJson(example.input));
        return (await post("score", { id, output, ...(students.length > 0 && { students }) })) as Judged;
      },
      { name: own.world.name },
    ),
    data,
    ...contestants[name]!({ ...own, models }),
    models,
    vary: own.vary,
    budget: { evaluations: spec.budget },
    concurrency: 1,
    seed: spec.seed,
    fingerprint: "benchmark",
    name: own.world.name,
  });
  for await (const event of run.events)
    if (event.type === "incumbent")
      await post("incumbent", { candidate: event.candidate, evaluations: event.evaluations });
  const { candidate, evaluations, end } = await run.result;
  await post("final", { candidate, reportedMetricCalls: evaluations, end });
}

/** The same models behind the server. */
function servedModels(models: Models, baseURL: string): Models {
  const served = ({ modelId, capabilities, price }: LanguageModel): LanguageModel =>
    openaiCompatible({
      baseURL,
      modelId,
      capabilities,
      sampleHeader: true,
      resilience: false,
      ...(price !== undefined && { price }),
    });
  return {
    default: served(models.default),
    ...(models.reflect !== undefined && { reflect: served(models.reflect) }),
    ...(models.judge !== undefined && { judge: served(models.judge) }),
    ...(models.choices !== undefined && {
      choices: Object.fromEntries(Object.entries(models.choices).map(([kind, model]) => [kind, served(model)])),
    }),
  };
}
