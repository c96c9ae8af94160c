import { z } from "zod";

/** Ways to have a question answered by a model that takes no time. */
export const callCases = ["cultivar", "ax", "generateObject", "floor"] as const;
export type CallCase = (typeof callCases)[number];

const instructions = "Answer the question in a few words.";
const output = z.object({ answer: z.string() });
const reply = { answer: "a few words of answer" };
const usage = { inputTokens: 40, outputTokens: 10 };

const question = (index: number): string => `what is the name of thing number ${index}?`;

function check(answer: unknown): void {
  if (answer !== reply.answer) throw new Error(`expected the mock's answer, got ${JSON.stringify(answer)}`);
}

/** One call: `predict` with a candidate bound and its trace taken. */
async function cultivarCall(): Promise<(index: number) => Promise<void>> {
  const { baselineOf, predict, signature, spaceOf } = await import("@cultivar/core");
  const text = JSON.stringify(reply);
  const module = predict(
    signature({ name: "answer", instructions, input: z.object({ question: z.string() }), output }),
  );
  let spans = 0;
  const call = module.with({
    lm: {
      provider: "mock",
      modelId: "mock",
      capabilities: { structuredOutput: true, tools: false, sampling: [], maxOutputTokens: 100 },
      generate: () => Promise.resolve({ text, usage, finishReason: "stop", warnings: [] }),
    },
    candidate: baselineOf(spaceOf(module)),
    onTrace: (trace) => (spans += trace.children.length),
  });
  return async (index) => {
    const before = spans;
    check((await call({ question: question(index) })).answer);
    if (spans === before) throw new Error("expected a trace with a span of the model's call");
  };
}

async function axCall(): Promise<(index: number) => Promise<void>> {
  const { ax, AxMockAIService } = await import("@ax-llm/ax");
  const lm = new AxMockAIService<string>({
    features: { functions: false, streaming: false },
    chatResponse: () =>
      Promise.resolve({
        results: [{ index: 0, content: `Answer: ${reply.answer}`, finishReason: "stop" as const }],
        modelUsage: { ai: "mock", model: "mock", tokens: { promptTokens: 40, completionTokens: 10, totalTokens: 50 } },
      }),
  });
  const generator = ax('"Answer the question in a few words." question:string -> answer:string');
  return async (index) => check((await generator.forward(lm, { question: question(index) })).answer);
}

async function aiSdkCall(): Promise<(index: number) => Promise<void>> {
  const { generateObject } = await import("ai");
  const { MockLanguageModelV4 } = await import("ai/test");
  const text = JSON.stringify(reply);
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
  // `doGenerateCalls` of the mock keeps every call; a fresh model per thousand calls keeps that from being measured.
  const make = (): InstanceType<typeof MockLanguageModelV4> =>
    new MockLanguageModelV4({
      doGenerate: () =>
        Promise.resolve({
          content: [{ type: "text", text }],
          finishReason: { unified: "stop", raw: "stop" },
          usage: {
            inputTokens: { total: 40, noCache: 40, cacheRead: undefined, cacheWrite: undefined },
            outputTokens: { total: 10, text: 10, reasoning: undefined },
          },
          warnings: [],
        }),
    });
  let model = make();
  return async (index) => {
    if (index % 1000 === 0) model = make();
    const { object } = await generateObject({ model, schema: output, system: instructions, prompt: question(index) });
    check(object.answer);
  };
}

/** What any framework must do at least: write the request, read the reply, check it. */
function floorCall(): Promise<(index: number) => Promise<void>> {
  const text = JSON.stringify(reply);
  const generate = (body: string): Promise<string> => Promise.resolve(body === "" ? "" : text);
  return Promise.resolve(async (index) => {
    const body = JSON.stringify([instructions, question(index)]);
    check(output.parse(JSON.parse(await generate(body))).answer);
  });
}

/** Loads only the framework of this case. */
export function callOf(name: CallCase): Promise<(index: number) => Promise<void>> {
  return { cultivar: cultivarCall, ax: axCall, generateObject: aiSdkCall, floor: floorCall }[name]();
}
