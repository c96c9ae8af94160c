import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { AxMetricFn } from "@ax-llm/ax";
import { AxGEPA } from "@ax-llm/ax";
import type { ModuleSpec } from "@cultivar/adapters/simulated";
import type { Fields } from "../peers/ax-program.ts";
import { axChain, axModel, axModule } from "../peers/ax-program.ts";
import type { Captured, Job } from "./record.ts";
import { mark } from "./marks.ts";
import { rowCount } from "./recorded.ts";

type Message = Captured["messages"][number];

const short = (key: string): string => mark(key, "short");
const valueOf = (key: string, type: string): Fields[string] =>
  type === "string[]" ? [short(`${key}.0`), short(`${key}.1`)] : short(key);

/** What ax sends for the same job as the Python packages: its requests by the same names. */
export async function recordAx(job: Pick<Job, "modules">): Promise<Record<string, readonly Captured[]>> {
  const captured: Record<string, Captured[]> = {};
  let reply: (messages: readonly Message[]) => string = () => "none";
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part: string) => (body += part));
    request.on("end", () => {
      const { model, messages } = JSON.parse(body) as { model: string; messages: Message[] };
      (captured[model] ??= []).push({ messages });
      const content = model === "student run" || model.startsWith("teacher") ? reply(messages) : "none";
      const choice = { index: 0, message: { role: "assistant", content }, finish_reason: "stop" };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ id: "1", object: "chat.completion", model, choices: [choice], usage: {} }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  for (const module of job.modules) {
    const where = `${module.world} ${module.name}`;
    for (const count of module.demos) {
      await student(url, `student ax ${where} ${count}`, module, count);
      // where marks are no answers, because ax wants a boolean there
      if (count > 0 && module.outputs.some(({ type }) => type === "boolean"))
        for (const value of [true, false])
          await student(url, `student ax ${where} ${count} ${value}`, module, count, value);
    }
    if (module.teach) await teacher(url, `teacher ax ${where}`, module, (next) => (reply = next));
  }
  server.close();
  server.closeAllConnections();
  delete captured["student run"];
  return captured;
}

async function student(
  url: string,
  label: string,
  module: ModuleSpec,
  count: number,
  booleans?: boolean,
): Promise<void> {
  const fields = (prefix: string, specs: ModuleSpec["inputs"]): Fields =>
    Object.fromEntries(
      specs.map(({ name, type }) => [
        name,
        booleans !== undefined && type === "boolean" ? booleans : valueOf(`${prefix}${name}`, type),
      ]),
    );
  const demos = Array.from({ length: count }, (_, i) => ({
    input: fields(`demo${i}.`, module.inputs),
    output: fields(`demo${i}.`, module.outputs),
  }));
  // ax checks demos against choices and types, which marks are not: the same prompt with strings, but for its list of fields
  const gen = axModule(module, { instructions: { [module.name]: short("instruction") } });
  if (count > 0) {
    const shown = demos.map(({ input, output }) => ({ ...input, ...output }));
    Object.assign(gen, { demos: shown });
  }
  // the made-up reply is refused; the request is what counts
  await gen.forward(axModel(url, label), fields("in.", module.inputs), { maxRetries: 1 }).catch(() => undefined);
}

async function teacher(
  url: string,
  label: string,
  module: Job["modules"][number],
  answer: (reply: (messages: readonly Message[]) => string) => void,
): Promise<void> {
  // strings only, so that marks are answers
  const plain: ModuleSpec = {
    ...module,
    outputs: module.outputs.map(({ name, description }) => ({ name, description, type: "string" })),
  };
  const rows = Array.from({ length: rowCount }, (_, i): Fields => ({
    ...Object.fromEntries(module.inputs.map(({ name, type }) => [name, valueOf(`row${i}.${name}`, type)])),
    ...Object.fromEntries(module.expected.map((name) => [name, short(`row${i}.expected.${name}`)])),
  }));
  answer((messages) => {
    const asked = JSON.stringify(messages);
    if (asked.includes("feedbackSummary`")) return `feedbackSummary: ${short("gradient0")}`;
    if (asked.includes("newValue`")) return "newValue: another";
    const row = /ZQrow(\d)\./.exec(asked)?.[1] ?? "0";
    return module.outputs.map(({ name }) => `${name}: ${short(`row${row}.out.${name}`)}`).join("\n");
  });
  const chain = axChain([plain], { instructions: { [module.name]: short("instruction") } }, async () => ({}));
  const metric: AxMetricFn = () => 0;
  await new AxGEPA({
    studentAI: axModel(url, "student run"),
    teacherAI: axModel(url, label),
    minibatchSize: rowCount,
    numTrials: 1,
    seed: 1,
  }).compile(chain.program, rows, metric, {
    maxMetricCalls: 4 * rowCount,
    validationExamples: rows,
    feedbackFn: ({ example }) => short(`row${rows.indexOf(example as Fields)}.feedback`),
  });
}
