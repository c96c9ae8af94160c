import { openaiCompatible } from "@cultivar/adapters/openai-compatible";
import { metricOf, programOf, ticketRouting } from "@cultivar/adapters/simulated";
import type { LanguageModel, ResilientOptions, Target } from "@cultivar/core";
import { start } from "@cultivar/core";
import { randomSearch } from "@cultivar/optimizers";
import { scaledClock } from "./scaled-clock.ts";

// Arguments: the server's URL, how much faster time runs, concurrency, requests and tokens per minute told to the
// adapter (0: not told), rows of each split, random candidates. Prints what the server counted and the time it took.
const [url, ...numbers] = process.argv.slice(2);
const [factor, concurrency, requestsPerMinute, tokensPerMinute, rowCount, candidates] = numbers.map(Number);
const clock = scaledClock(factor!);

function model(base: string, resilience: ResilientOptions): LanguageModel {
  return openaiCompatible({
    baseURL: `${base}/v1`,
    modelId: "simulated-student",
    sampleHeader: true,
    apiKey: "any",
    // What a call reserves of the token rate is for its longest reply; a student's are short.
    capabilities: { maxOutputTokens: 64 },
    resilience,
  });
}

interface Compiled {
  readonly ms: number;
  /** Times of latency that the asks take, one after the other, with as many rows at once as there may be. */
  readonly waves: number;
  readonly cpuMs: number;
}

async function compiled(lm: LanguageModel, count: number): Promise<Compiled> {
  const rows = ticketRouting.examples(3 * count, 7);
  const part = (index: number): typeof rows => rows.slice(index * count, (index + 1) * count);
  const cpu = process.cpuUsage();
  const began = clock.now();
  const { events, result } = start(programOf(ticketRouting), {
    metric: metricOf(ticketRouting),
    data: { train: part(0), val: part(1), test: part(2) } as unknown as Target<(typeof rows)[number], unknown>["data"],
    optimizer: randomSearch({ candidates: candidates!, maxBootstrapped: 3, maxLabeled: 4 }),
    budget: { evaluations: 100_000 },
    models: { default: lm },
    concurrency: concurrency!,
    fingerprint: "wall",
  });
  let waves = 2 * Math.ceil(count / concurrency!);
  for await (const event of events) if (event.type === "evaluated") waves += Math.ceil(event.rows / concurrency!);
  await result;
  const { user, system } = process.cpuUsage(cpu);
  return { ms: clock.now() - began, waves, cpuMs: (user + system) / 1000 };
}

// The first compile pays for loading the SDK and for compiling what it runs.
await compiled(model(`${url}/warm`, {}), 4);
const lm = model(url!, {
  clock,
  ...(requestsPerMinute! > 0 && { requestsPerMinute: requestsPerMinute! }),
  ...(tokensPerMinute! > 0 && { tokensPerMinute: tokensPerMinute! }),
});
const found = await compiled(lm, rowCount!);
const counts = (await (await fetch(`${url}/counts`)).json()) as Record<string, number>;
process.stdout.write(JSON.stringify({ ...found, counts }));
