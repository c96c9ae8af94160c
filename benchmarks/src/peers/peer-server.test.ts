import { worlds } from "@cultivar/adapters/simulated";
import type { World } from "@cultivar/adapters/simulated";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { arena } from "../comparison/arena.ts";
import type { RunSpec } from "../comparison/run-record.ts";
import type { Mode, PeerRun } from "./peer-run.ts";
import type { PeerServer } from "./peer-server.ts";
import { servePeers } from "./peer-server.ts";

let server: PeerServer;
beforeAll(async () => {
  server = await servePeers();
});
afterAll(() => server.close());

const rows = { train: 12, val: 8, test: 40 };
const spec: RunSpec = { world: "multi-hop-qa", optimizer: "x", seed: 3, noise: 0, persistent: false, budget: 50, rows };

/** Answers as a port reads them: shaped as protocol and README say, checked by what the tests expect of them. */
interface Answer {
  readonly [field: string]: unknown;
  readonly rows: readonly {
    readonly id: string;
    readonly input: Record<string, string>;
    readonly output: Record<string, unknown> | null;
    readonly error?: string;
    readonly score: number;
    readonly feedback?: string;
    readonly byModule?: Record<string, string>;
    readonly trace: readonly { readonly module: string; readonly input: unknown; readonly output: unknown }[];
  }[];
  readonly train: readonly { readonly id: string; readonly input: Record<string, string>; readonly expected: object }[];
  readonly inputs: readonly Record<string, string>[];
  readonly choices: Record<string, readonly string[]>;
  readonly score: number;
}

interface Client {
  readonly run: PeerRun;
  readonly url: string;
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  refusal(method: "GET" | "POST", path: string, body?: unknown): Promise<readonly [status: number, error: string]>;
}

function client(more: Partial<RunSpec> = {}, mode?: Mode): Client {
  const { run, url } = server.open({ ...spec, ...more }, mode);
  const ask = async (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(`${url}/${path}`, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
  const read = async (response: Response): Promise<Answer> => {
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return JSON.parse(text) as Answer;
  };
  return {
    run,
    url,
    get: async (path) => read(await ask("GET", path)),
    post: async (path, body) => read(await ask("POST", path, body)),
    refusal: async (method, path, body) => {
      const response = await ask(method, path, body);
      return [response.status, ((await response.json()) as { error: string }).error];
    },
  };
}

const ids = (split: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${split}-${i}`);

test("a task shows train and val rows, the program and choices, and nothing of test", async () => {
  const { get, run } = client({ world: "ticket-routing" });
  const task = await get("task");
  const drawn = arena("ticket-routing").draw(3, rows);
  expect(task).toMatchObject({
    world: "ticket-routing",
    seed: 3,
    budget: 50,
    feedback: worlds["ticket-routing"].feedback,
  });
  expect(task["program"]).toEqual(worlds["ticket-routing"].program);
  expect(task.train.map(({ input, expected }) => ({ input, expected }))).toEqual(
    drawn.train.map(({ input, expected }) => ({ input, expected })),
  );
  expect(task["val"]).toHaveLength(8);
  for (const values of Object.values(task.choices)) expect(values.length).toBeGreaterThan(1);
  const { inputs } = await get("test");
  for (const input of inputs) expect(JSON.stringify(task)).not.toContain(Object.values(input)[0]);
  expect(run.metricCalls).toEqual({ train: 0, val: 0 });
});

test("score judges with the world's metric, reads texts generously and counts by split", async () => {
  const { get, post, run } = client({ world: "ticket-routing" });
  const { train } = await get("task");
  const expected = train[0]!.expected as Record<string, unknown>;
  const asText = Object.fromEntries(
    Object.entries(expected).map(([name, value]) => [name, ` ${String(value)}`.trim()]),
  );
  expect(await post("score", { id: "train-0", output: expected })).toEqual({ score: 1, feedback: "Right." });
  expect(
    (
      await post("score", {
        id: "train-0",
        output: { ...asText, urgent: expected["urgent"] === true ? "True" : "False" },
      })
    ).score,
  ).toBe(1);
  const none = await post("score", { id: "val-1", output: null });
  expect(none.score).toBe(0);
  expect(none["feedback"]).toMatch(/expected/);
  expect(run.metricCalls).toEqual({ train: 2, val: 1 });
});

test("evaluate runs the world's own program, shows its steps, and repeats are new samples", async () => {
  const { post, run } = client();
  const { world, optimum } = arena("multi-hop-qa");
  const { rows: best } = await post("evaluate", { candidate: optimum, ids: ids("train", 12) });
  const { rows: plain } = await post("evaluate", { candidate: {}, ids: ids("train", 12) });
  const sum = (answered: typeof best): number => answered.reduce((all, row) => all + row.score, 0);
  expect(sum(best)).toBeGreaterThan(sum(plain));
  expect(best[0]!.id).toBe("train-0");
  expect(best[0]!.trace.map(({ module }) => module)).toEqual(world.program.modules.map(({ name }) => name));
  const wrong = plain.find(({ score }) => score === 0)!;
  expect(Object.keys(wrong.byModule!)).toEqual(["query", "answer"]);
  expect(run.metricCalls).toEqual({ train: 24, val: 0 });
});

test("flips follow the count of metric calls, alike for equal runs and unlike for other seeds", async () => {
  const flipsOf = async (seed: number): Promise<string> => {
    const { get, post } = client({ world: "ticket-routing", noise: 0.3, seed });
    const { train } = await get("task");
    const scores: number[] = [];
    for (let i = 0; i < 40; i++)
      scores.push((await post("score", { id: "train-0", output: train[0]!.expected })).score);
    return scores.join("");
  };
  const first = await flipsOf(3);
  expect(first).toContain("0");
  expect(first).toContain("1");
  expect(await flipsOf(3)).toBe(first);
  expect(await flipsOf(4)).not.toBe(first);
});

test("model calls are answered and counted until the search ends", async () => {
  const { url, get, post, run } = client();
  const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: "any", maxRetries: 0 });
  const ask = async (): Promise<string> => {
    const reply = await openai.chat.completions.create({
      model: "simulated-student",
      messages: [{ role: "user", content: "query: On which river lies the birthplace of Ada Lind?" }],
    });
    return reply.choices[0]!.message.content!;
  };
  await get("task");
  expect(await ask()).not.toBe("");
  await post("evaluate", { candidate: {}, ids: ["train-0"] });
  await post("incumbent", { instructions: { answer: "Answer." } });
  const { inputs } = await get("test");
  await ask();
  await post("final", { outputs: inputs.map(() => null), end: "done", reportedMetricCalls: 7 });
  const outcome = await run.outcome();
  expect(outcome).toMatchObject({ score: 0, metricCalls: 1, reportedMetricCalls: 7, lmCalls: 3, end: "done" });
  expect(outcome.inputTokens).toBeGreaterThan(0);
  // the student's list price: 0.25 USD for a million tokens in, 1 for a million out
  expect(outcome.usd).toBeCloseTo((outcome.inputTokens * 0.25 + outcome.outputTokens) / 1e6, 12);
  expect(outcome.curve).toHaveLength(1);
});

test("between adds what the world's program adds", async () => {
  const { post } = client();
  const context = worlds["multi-hop-qa"].between!("query", { query: "Ada" })["context"];
  expect(await post("between", { module: "query", fields: { query: "Ada" } })).toEqual({ context });
});

test("incumbents and a final without outputs stand for the world's own program", async () => {
  const { get, post, run } = client();
  const { optimum, baseline, score } = arena("multi-hop-qa");
  const instructions = { query: optimum["query.instructions"], answer: optimum["answer.instructions"] };
  await get("task");
  await post("incumbent", { instructions: {} });
  await post("score", { id: "train-0", output: null });
  await post("incumbent", { instructions: { query: "Search." } });
  // said twice without a metric call between: the later counts
  await post("incumbent", { instructions });
  const half = { input: { question: "q" }, output: { query: "x" } };
  const done = await post("final", { instructions, demos: { query: [half, { input: {}, output: {} }] }, end: "done" });
  const outcome = await run.outcome();
  expect(outcome.curve).toEqual([
    { evaluations: 0, score: await score(baseline, 40) },
    { evaluations: 1, score: await score(optimum, 40) },
  ]);
  expect(outcome.score).toBe(done.score);
});

test("what a port must not do is refused with a reason", async () => {
  const { get, post, refusal } = client();
  const noOutputs = { outputs: [], end: "done" };
  expect(await refusal("POST", "score", { id: "test-0", output: null })).toEqual([
    404,
    expect.stringMatching(/no train or val row "test-0"/),
  ]);
  expect(await refusal("POST", "score", { id: 3 })).toEqual([400, expect.stringMatching(/id/)]);
  expect(await refusal("POST", "evaluate", { candidate: { strange: "x" }, ids: ["val-0"] })).toEqual([
    400,
    expect.stringMatching(/strange/),
  ]);
  expect(await refusal("POST", "incumbent", { instructions: { strange: "x" } })).toEqual([
    400,
    expect.stringMatching(/strange/),
  ]);
  expect(await refusal("POST", "between", { module: "strange", fields: {} })).toEqual([
    404,
    expect.stringMatching(/strange/),
  ]);
  expect(await refusal("GET", "check")).toEqual([409, expect.stringMatching(/no check/)]);
  expect(await refusal("GET", "nowhere")).toEqual([404, expect.stringMatching(/nowhere/)]);
  expect(await refusal("POST", "final", noOutputs)).toEqual([400, expect.stringMatching(/40/)]);
  await get("test");
  expect(await refusal("POST", "score", { id: "val-0", output: null })).toEqual([
    409,
    expect.stringMatching(/search ended/),
  ]);
  expect(await refusal("POST", "incumbent", {})).toEqual([409, expect.stringMatching(/search ended/)]);
  await post("final", { end: "done" });
  expect(await refusal("POST", "final", { end: "done" })).toEqual([409, expect.stringMatching(/already/)]);
  const gone = server.open(spec);
  gone.close();
  expect((await fetch(`${gone.url}/task`)).status).toBe(404);
});

test("an outcome without a result is an error, never a score", async () => {
  await expect(client().run.outcome()).rejects.toThrow(/without a result/);
});

test.each(Object.values<World>(worlds).map(({ name }) => name))(
  "in %s a check evaluates the comparison's own test rows",
  async (world) => {
    const { get, post, refusal } = client({ world, rows: { ...rows, test: 30 } }, "check");
    const { baseline, optimum, score } = arena(world);
    const { rows: shown } = await get("check");
    const all = shown.map(({ id }) => id);
    for (const [name, candidate] of Object.entries({ baseline, oracle: optimum })) {
      const { rows: answered } = await post("evaluate", { candidate, ids: all });
      const checked = await post("check", {
        name,
        outputs: answered.map(({ output }) => output),
        ...studentsOf(candidate, world),
      });
      const expected = await score(candidate, 30);
      expect(checked["expected"]).toBeCloseTo(expected, 10);
      expect(checked.score).toBeCloseTo(expected, 10);
      expect(answered.reduce((sum, row) => sum + row.score, 0) / 30).toBeCloseTo(expected, 10);
    }
    expect((await refusal("GET", "test"))[0]).toBe(409);
  },
);

/** The models of each row, as a port that makes its own calls would name them. */
function studentsOf(candidate: Readonly<Record<string, string>>, world: string): object {
  const kinds = Object.entries(candidate).filter(([id]) => id.endsWith(".model"));
  if (kinds.length === 0) return {};
  const row = arena(world).world.program.modules.map(({ name }) => `simulated-student-${candidate[`${name}.model`]!}`);
  return { students: Array.from({ length: 30 }, () => row) };
}
