import { anthropic } from "@cultivar/adapters/anthropic";
import { openai } from "@cultivar/adapters/openai";
import { metricOf, simulated, ticketRouting } from "@cultivar/adapters/simulated";
import { serveSimulated } from "@cultivar/adapters/simulated-server";
import type { CompileResult, LanguageModel } from "@cultivar/core";
import { compile, predict, signature } from "@cultivar/core";
import { randomSearch } from "@cultivar/optimizers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

const route = predict(
  signature({
    name: "route",
    instructions: ticketRouting.program.modules[0]!.instructions,
    input: z.object({ ticket: z.string() }),
    output: z.object({
      queue: z.enum(["billing", "bug", "account", "sales", "security", "feedback"]),
      urgent: z.boolean(),
    }),
  }),
);
const rows = ticketRouting
  .examples(80, 5)
  .map(({ input, expected }) => ({ input: { ticket: input["ticket"]! }, expected }));

function compileWith(lm: LanguageModel): Promise<CompileResult> {
  return compile(route, {
    metric: metricOf(ticketRouting) as never,
    data: { train: rows.slice(0, 30), val: rows.slice(30, 60), test: rows.slice(60) },
    optimizer: randomSearch({ candidates: 3 }),
    models: { default: lm },
    budget: { evaluations: 240 },
    seed: 0,
  });
}

let server: Awaited<ReturnType<typeof serveSimulated>>;
beforeAll(async () => {
  server = await serveSimulated({ port: 0, world: "ticket-routing" });
});
afterAll(() => server.close());

test("the same compile over the real OpenAI SDK, the real Anthropic SDK and in process gives the same candidate", async () => {
  const options = { apiKey: "test-key", sampleHeader: true };
  const inProcess = await compileWith(simulated({ world: "ticket-routing", role: "student" }));
  const chat = await compileWith(openai("simulated-student", { ...options, baseURL: `${server.url}/v1`, api: "chat" }));
  const responses = await compileWith(
    openai("simulated-student", { ...options, baseURL: `${server.url}/v1`, api: "responses" }),
  );
  const messages = await compileWith(anthropic("simulated-student", { ...options, baseURL: server.url }));
  expect(inProcess.improved).toBe(true);
  for (const result of [chat, responses, messages]) {
    expect(result.candidate).toEqual(inProcess.candidate);
    expect(result.val).toEqual(inProcess.val);
    expect(result.test).toEqual(inProcess.test);
  }
}, 120_000);
