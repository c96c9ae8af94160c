import { openaiCompatible } from "@cultivar/adapters/openai-compatible";
import { logicalKey, metricOf, ticketRouting } from "@cultivar/adapters/simulated";
import type { LanguageModel, Target } from "@cultivar/core";
import { predict, requestKey, signature } from "@cultivar/core";
import { randomSearch } from "@cultivar/optimizers";
import { z } from "zod";

/** Rows evaluated at once: the most calls that can be in flight when the process dies. */
export const concurrency = 8;
/** Of the simulated world; also the base of the kill moments unless another seed is given. */
export const worldSeed = 7;
/** Long enough for kills to land in the middle of calls. */
export const latencyMs = 8;
/** Share of broken replies, so that repair calls are among those that are killed. */
export const malformed = 0.05;

const [spec] = ticketRouting.program.modules;

/** The program that is compiled: one module of the ticket-routing world. */
export const routeTicket = predict(
  signature({
    name: spec!.name,
    instructions: spec!.instructions,
    input: z.object(
      Object.fromEntries(spec!.inputs.map(({ name, description }) => [name, z.string().describe(description)])),
    ),
    output: z.object(
      Object.fromEntries(
        spec!.outputs.map(({ name, description, type, choices }) => {
          const plain =
            type === "boolean"
              ? z.boolean()
              : type === "number"
                ? z.number()
                : choices === undefined
                  ? z.string()
                  : z.enum([...choices]);
          return [name, plain.describe(description)];
        }),
      ),
    ),
  }),
);

type Row = ReturnType<typeof ticketRouting.examples>[number];

/** What is compiled: a random search of some 250 calls against the server at `url`. */
export function targetAt(
  url: string,
  sent: (key: string, line: string) => void,
): Pick<
  Target<Row, Readonly<Record<string, unknown>>>,
  "metric" | "data" | "optimizer" | "budget" | "models" | "concurrency" | "seed" | "fingerprint"
> {
  const rows = ticketRouting.examples(72, worldSeed);
  const student = openaiCompatible({
    baseURL: `${url}/v1`,
    modelId: "simulated-student",
    sampleHeader: true,
    apiKey: "any",
  });
  return {
    metric: metricOf(ticketRouting),
    data: { train: rows.slice(0, 24), val: rows.slice(24, 48), test: rows.slice(48) } as unknown as Target<
      Row,
      unknown
    >["data"],
    optimizer: randomSearch({ candidates: 5, maxBootstrapped: 3, maxLabeled: 4 }),
    budget: { evaluations: 200 },
    models: { default: overheard(student, sent) },
    concurrency,
    seed: 0,
    fingerprint: "chaos",
  };
}

/** The same model, which tells the key of each call that is sent and the line that the server's ledger gets for it. */
function overheard(lm: LanguageModel, sent: (key: string, line: string) => void): LanguageModel {
  return {
    ...lm,
    generate(request, options) {
      sent(requestKey(lm, request), `${lm.modelId} ${logicalKey(request)} ${request.sample ?? 0}`);
      return lm.generate(request, options);
    },
  };
}
