import type { LanguageModel } from "@cultivar/core";
import { evaluate, predict, signature } from "@cultivar/core";
import { z } from "zod";
import { inLanes, timed } from "./measure.ts";

// Arguments: rows, calls in flight, latency in milliseconds, passes, which goes first in each: "bare" or "evaluate".
const [count, lanes, latency, passCount, first] = process.argv.slice(2);
const rows = Number(count);
const concurrency = Number(lanes);
const text = JSON.stringify({ answer: "yes" });

const lm: LanguageModel = {
  provider: "mock",
  modelId: "mock",
  capabilities: { structuredOutput: true, tools: false, sampling: [], maxOutputTokens: 100 },
  generate: () =>
    new Promise((resolve) => {
      setTimeout(
        () => resolve({ text, usage: { inputTokens: 40, outputTokens: 10 }, finishReason: "stop", warnings: [] }),
        Number(latency),
      );
    }),
};
const module = predict(
  signature({
    name: "answer",
    instructions: "Answer.",
    input: z.object({ question: z.string() }),
    output: z.object({ answer: z.string() }),
  }),
);
const data = Array.from({ length: rows }, (_, index) => ({
  input: { question: `is ${index} a number?` },
  expected: "yes",
}));

const bare = (): Promise<void> =>
  inLanes(rows, concurrency, (index) =>
    lm.generate({ messages: [{ role: "user", content: [{ type: "text", text: data[index]!.input.question }] }] }),
  );
const whole = async (): Promise<void> => {
  const { score } = await evaluate(module, {
    data,
    lm,
    concurrency,
    metric: ({ example, output }) => (output.answer === example.expected ? 1 : 0),
  });
  if (score.mean !== 1 || score.n !== rows)
    throw new Error(`expected ${rows} right rows, got ${JSON.stringify(score)}`);
};

const works = { bare, evaluate: whole };
const order = first === "bare" ? (["bare", "evaluate"] as const) : (["evaluate", "bare"] as const);
// The first pass is the cold one: it also pays for compiling what it runs.
const passes: Record<string, unknown>[] = [];
for (let pass = 0; pass < Number(passCount); pass++) {
  const timings: Record<string, unknown> = {};
  for (const name of order) timings[name] = await timed(rows, works[name]);
  passes.push(timings);
}
process.stdout.write(JSON.stringify(passes));
