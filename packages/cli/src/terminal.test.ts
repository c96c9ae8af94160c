import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { Project } from "./fixtures/project.ts";
import { hasTerminal, project, smallConfig } from "./fixtures/project.ts";

// What only a real terminal shows, through a pseudo-terminal: the redrawn line, keys that interrupt, a question answered.
const projects: Project[] = [];
const inProject = (config: string): Project => {
  const made = project({ "cultivar.config.ts": config });
  projects.push(made);
  return made;
};
afterEach(() => {
  vi.unstubAllEnvs();
  for (const made of projects.splice(0)) made.remove();
});

const ctrlC = "\u0003";
test("a pseudo-terminal can be made here", ({ skip }) => {
  if (!hasTerminal) skip("expected python3 with its pty module, found none; install it to run the tests below");
  expect(hasTerminal).toBe(true);
});

interface Resumed {
  readonly status: string;
  readonly resumed: number;
  readonly calls: number;
}
async function compiled(made: Project, ...flags: readonly string[]): Promise<Resumed> {
  const { code, out, err } = await made.cultivar("compile", "--json", ...flags);
  expect({ code, err }).toMatchObject({ code: 0 });
  return (JSON.parse(out) as { targets: [Resumed] }).targets[0];
}

describe.runIf(hasTerminal)("in a terminal", () => {
  test("one Ctrl-C waits for calls in flight, a second one ends at once; the run goes on after both", async () => {
    const config = smallConfig("concurrency: 2,").replace("latencyMs: 0", "latencyMs: Number(process.env.LATENCY_MS)");
    const whole = inProject(config);
    vi.stubEnv("LATENCY_MS", "0");
    await compiled(whole);

    const made = inProject(config);
    vi.stubEnv("LATENCY_MS", "20");
    const once = await made.inTerminal(["compile"], [["best ", ctrlC]]);
    expect(once.code).toBe(130);
    expect(once.out).toContain("\r\u001b[2Kroute  scoring the baseline");
    expect(once.out).toContain("the same command goes on from there");
    expect(made.has("route.cultivar.json")).toBe(false);

    // So slow that the second key comes before the calls in flight are answered.
    vi.stubEnv("LATENCY_MS", "5000");
    const keys = [
      ["resuming this run", ""],
      ["best ", ctrlC],
      ["press again to stop at once", ctrlC],
    ] as const;
    const twice = await made.inTerminal(["compile"], keys);
    expect(twice.code).toBe(130);
    // It did not come to the orderly end.
    expect(twice.out).not.toContain("the same command goes on from there");

    vi.stubEnv("LATENCY_MS", "0");
    expect((await compiled(made)).resumed).toBeGreaterThan(0);
    expect(made.read("route.cultivar.json")).toBe(whole.read("route.cultivar.json"));
  });
});

describe.runIf(hasTerminal)("a paid run in a terminal", () => {
  let server: Server;
  let url: string;
  let calls = 0;
  beforeAll(async () => {
    server = createServer((request, response) => {
      calls += 1;
      request.resume();
      response.writeHead(200, { "content-type": "application/json" });
      const message = { role: "assistant", content: `{"queue":"bug","urgent":false}` };
      const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
      response.end(
        JSON.stringify({
          id: "1",
          object: "chat.completion",
          choices: [{ index: 0, message, finish_reason: "stop" }],
          usage,
        }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  });
  afterAll(() => server.close());

  const question = "route: go on with openai-compatible/m? [y/N] ";
  const paid = (): Project =>
    inProject(
      `import { openaiCompatible } from "@cultivar/adapters/openai-compatible";\n${smallConfig().replace(
        /simulated\(\{.*\}\)/,
        `openaiCompatible({ baseURL: "${url}", modelId: "m", apiKey: "k" })`,
      )}`,
    );

  test.each([
    ["n", "n\r"],
    ["nothing", "\r"],
    ["something else", "yep\r"],
  ])("answered with %s: no call is made", async (_, keys) => {
    const before = calls;
    const { code, out } = await paid().inTerminal(["compile"], [[question, keys]]);
    expect(code).toBe(10);
    expect(out).toContain("error (config)  route: not confirmed, so no call was made");
    // The expected calls and cost stand above the question.
    expect(out.indexOf("plan      route: about")).toBeLessThan(out.indexOf(question));
    expect(calls).toBe(before);
  });

  test("answered with y: it runs; Ctrl-C and end of input at the question are a no, after which the run can go on", async () => {
    const made = paid();
    for (const keys of [ctrlC, "\u0004"]) {
      const { code, out } = await made.inTerminal(["compile"], [[question, keys]]);
      expect({ code, out }).toMatchObject({ code: keys === ctrlC ? 130 : 10 });
      expect(out).not.toMatch(/unexpected|\n\s+at /);
    }
    expect(calls).toBe(0);
    const { code, out } = await made.inTerminal(["compile"], [[question, "y\r"]]);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining("route.cultivar.json") as string });
    expect(calls).toBeGreaterThan(50);
  });
});
