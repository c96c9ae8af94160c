import type { Message } from "@cultivar/core";
import { z } from "zod";

/** Ways to have a question answered over HTTP. */
export const httpCases = ["openai SDK", "adapter", "predict"] as const;
export type HttpCase = (typeof httpCases)[number];

const input = z.object({ question: z.string() });
const output = z.object({ answer: z.string() });
const instructions = "Answer the question in a few words.";
const question = (index: number): string => `what is the name of thing number ${index}?`;
const outputOptions = { target: "draft-2020-12" } as const;

function check(answer: unknown): void {
  if (answer !== "a few words of answer")
    throw new Error(`expected the server's answer, got ${JSON.stringify(answer)}`);
}

/** The bare SDK, as its documentation shows it: the same request, the reply parsed and checked. */
async function sdkCall(baseURL: string): Promise<(index: number) => Promise<void>> {
  const { default: OpenAI } = await import("openai");
  const client = new OpenAI({ apiKey: "none", baseURL, maxRetries: 0 });
  const schema = output["~standard"].jsonSchema.input(outputOptions);
  const [system, user] = await promptOf();
  return async (index) => {
    const completion = await client.chat.completions.create({
      model: "mock",
      messages: [
        { role: "system", content: system },
        { role: "user", content: user.replace("{}", question(index)) },
      ],
      response_format: { type: "json_schema", json_schema: { name: "answer", schema } },
      max_tokens: 100,
    });
    check(output.parse(JSON.parse(completion.choices[0]!.message.content!)).answer);
  };
}

/** The prompt that `predict` sends, so that every case sends bodies of one size. */
async function promptOf(): Promise<readonly [string, string]> {
  const { predict, signature, textOf } = await import("@cultivar/core");
  const messages: readonly Message[] = await predict(signature({ name: "answer", instructions, input, output })).render(
    { question: "{}" },
  );
  return [textOf(messages[0]!), textOf(messages[1]!)];
}

async function modelAt(baseURL: string) {
  const { openaiCompatible } = await import("@cultivar/adapters/openai-compatible");
  return openaiCompatible({ baseURL, modelId: "mock", capabilities: { maxOutputTokens: 100 } });
}

/** The adapter alone, with its retries, deadlines and adaptive limit on. */
async function adapterCall(baseURL: string): Promise<(index: number) => Promise<void>> {
  const lm = await modelAt(baseURL);
  const schema = output["~standard"].jsonSchema.input(outputOptions);
  const [system, user] = await promptOf();
  return async (index) => {
    const response = await lm.generate({
      messages: [
        { role: "system", content: [{ type: "text", text: system }] },
        { role: "user", content: [{ type: "text", text: user.replace("{}", question(index)) }] },
      ],
      output: { name: "answer", schema },
    });
    check(output.parse(response.parsed ?? JSON.parse(response.text)).answer);
  };
}

/** `predict` over the adapter, with its trace taken. */
async function predictCall(baseURL: string): Promise<(index: number) => Promise<void>> {
  const { predict, signature } = await import("@cultivar/core");
  const module = predict(signature({ name: "answer", instructions, input, output }));
  let spans = 0;
  const call = module.with({ lm: await modelAt(baseURL), onTrace: (trace) => (spans += trace.children.length) });
  return async (index) => {
    const before = spans;
    check((await call({ question: question(index) })).answer);
    if (spans === before) throw new Error("expected a trace with a span of the model's call");
  };
}

/** Loads only what this case needs, and the core that writes the common prompt. */
export function httpCallOf(name: HttpCase, baseURL: string): Promise<(index: number) => Promise<void>> {
  return { "openai SDK": sdkCall, adapter: adapterCall, predict: predictCall }[name](baseURL);
}
