import OpenAI from "openai";
import { afterEach, describe, expect, test } from "vitest";
import { declared, markerLayout, schemaLayout } from "../simulated/fixtures/layouts.ts";
import type { TrainingRow } from "../simulated/index.ts";
import { contractReview, houseDialect, judge, simulated } from "../simulated/index.ts";
import type { SimulatedServer, ServeOptions } from "./server.ts";
import { serveSimulated } from "./server.ts";

let server: SimulatedServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(options: Omit<ServeOptions, "port">): Promise<OpenAI> {
  server = await serveSimulated({ ...options, port: 0 });
  return new OpenAI({ apiKey: "any", baseURL: `${server.url}/v1`, maxRetries: 0 });
}

async function ask(client: OpenAI, model: string, system: string, user: string): Promise<string> {
  const reply = await client.chat.completions.create(
    {
      model,
      messages: [
        { role: "system", content: system },
        { role: "user", content: user },
      ],
    },
    { headers: { "x-sample-index": "0" } },
  );
  return reply.choices[0]!.message.content ?? "";
}

const textsOf = (request: ReturnType<typeof markerLayout.request>): readonly string[] =>
  request.messages.map((message) => message.content.map((part) => (part.type === "text" ? part.text : "")).join(""));

describe("several students behind one server", () => {
  const [, judging] = contractReview.program.modules;
  const rows = contractReview.examples(60, 91);
  const requests = rows.map((row) => {
    const input = { ...row.input, ...contractReview.between!("extract", row.expected) };
    return markerLayout.request(judging!, contractReview.optimum.instructions["judge"]!, [], input);
  });

  test("are listed by name, and each gives what it gives in process", async () => {
    const client = await serve({ world: contractReview });
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    const students = ["small", "medium", "large"];
    expect(ids).toEqual([
      "simulated-student",
      ...students.map((name) => `simulated-student-${name}`),
      "simulated-teacher",
    ]);
    const replies = new Map<string, readonly string[]>();
    for (const student of students) {
      const local = simulated({ world: contractReview, role: "student", student });
      const served: string[] = [];
      for (const request of requests) {
        const [system, user] = textsOf(request);
        served.push(await ask(client, `simulated-student-${student}`, system!, user!));
        expect(served.at(-1)).toBe((await local.generate(request)).text);
      }
      replies.set(student, served);
    }
    expect(replies.get("small")).not.toEqual(replies.get("medium"));
    // the bare name is the default student
    const [system, user] = textsOf(requests[0]!);
    expect(await ask(client, "simulated-student", system!, user!)).toBe(replies.get("small")![0]);
    expect(server!.stats().replies).toMatchObject({ "simulated-student-medium": requests.length });
  });
});

describe("a trained student behind a server", () => {
  const trained: readonly TrainingRow[] = houseDialect.examples(300, 92).map((row) => ({
    module: "log",
    inputs: row.input,
    outputs: Object.fromEntries(Object.entries(row.expected).map(([name, value]) => [name, String(value)])),
  }));
  const [module] = houseDialect.program.modules;
  const text = declared(houseDialect).instructions["log"]!;

  test("keeps its gain, and answers as it does in process", async () => {
    const client = await serve({ world: houseDialect, trained });
    const local = simulated({ world: houseDialect, role: "student", trained });
    const raw = simulated({ world: houseDialect, role: "student" });
    let [served, untrained] = [0, 0];
    const rows = houseDialect.examples(100, 93);
    for (const row of rows) {
      const request = markerLayout.request(module!, text, [], row.input);
      const [system, user] = textsOf(request);
      const reply = await ask(client, "simulated-student", system!, user!);
      expect(reply).toBe((await local.generate(request)).text);
      served += judge(houseDialect, row, markerLayout.parse(reply)).score;
      const before = await raw.generate(schemaLayout.request(module!, text, [], row.input));
      untrained += judge(houseDialect, row, schemaLayout.parse(before.text)).score;
    }
    expect((served - untrained) / rows.length).toBeGreaterThan(0.5);
  });
});
