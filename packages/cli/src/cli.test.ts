import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { Finished, Project } from "./fixtures/project.ts";
import { project, smallConfig } from "./fixtures/project.ts";

// The built command in processes of its own: what a user runs.
const projects: Project[] = [];
const inProject = (files?: Readonly<Record<string, string>>): Project => {
  const made = project(files);
  projects.push(made);
  return made;
};
const withConfig = (over?: string, latencyMs?: number): Project =>
  inProject({ "cultivar.config.ts": smallConfig(over, latencyMs) });
const json = ({ out }: Finished): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>;
const first = (finished: Finished): Record<string, unknown> =>
  (json(finished)["targets"] as Record<string, unknown>[])[0]!;

afterEach(() => {
  for (const made of projects.splice(0)) made.remove();
});

describe("init", () => {
  test("beside a manifest that is no module's it writes .mts files, which run without a warning", async () => {
    const made = inProject({ "package.json": `{ "name": "mine", "type": "commonjs" }` });
    expect((await made.cultivar("init")).out).toContain("cultivar.config.mts, route-ticket.mts");
    const planned = await made.cultivar("compile", "--dry-run");
    expect(planned).toMatchObject({ code: 0, err: "" });
    made.write("cultivar.config.ts", "import 'node:fs';");
    expect((await made.cultivar("compile")).err).toMatch(/rename it to cultivar\.config\.mts\n$/);
  });

  test("what it writes compiles at once and is then up to date; it overwrites nothing", async () => {
    const made = inProject();
    expect(await made.cultivar("init")).toMatchObject({ code: 0 });
    const compiled = await made.cultivar("compile");
    expect(compiled).toMatchObject({ code: 0 });
    expect(compiled.out).toMatch(/^routeTicket: improved on test: .*\(simulated models\)\n/);
    expect((await made.cultivar("compile")).out).toContain("up to date");
    const again = await made.cultivar("init", "--json");
    expect(again.code).toBe(10);
    expect(json(again)).toMatchObject({ error: { code: "config" } });
  });
});

describe("compile", () => {
  test("prints one object, writes the artifact, and makes no call when nothing changed", async () => {
    const made = withConfig();
    const compiled = await made.cultivar("compile", "--json");
    expect(compiled.code).toBe(0);
    const scores = { mean: expect.any(Number), standardError: expect.any(Number), n: 30 };
    const comparison = { baseline: scores, best: scores, difference: scores };
    expect(first(compiled)).toMatchObject({
      target: "route",
      status: "compiled",
      val: comparison,
      test: comparison,
      artifact: "route.cultivar.json",
      simulated: true,
    });
    expect(compiled.err).toContain("best 0.");
    const bytes = made.read("route.cultivar.json");
    const again = await made.cultivar("compile", "--json");
    expect(first(again)).toMatchObject({ status: "up-to-date", calls: 0, test: comparison });
    expect(made.read("route.cultivar.json")).toBe(bytes);
  });

  test("--check tells missing, fresh, edited and stale apart; a raised budget of a finished run is no change", async () => {
    const made = withConfig();
    expect(await made.cultivar("compile", "--check")).toMatchObject({
      code: 1,
      err: expect.stringContaining("there is no artifact yet") as string,
    });
    await made.cultivar("compile");
    expect(await made.cultivar("compile", "--check")).toMatchObject({ code: 0 });
    made.write("cultivar.config.ts", smallConfig().replace("evaluations: 400", "evaluations: 500"));
    expect(await made.cultivar("compile", "--check")).toMatchObject({ code: 0 });
    made.write("cultivar.config.ts", smallConfig("seed: 1,"));
    expect(await made.cultivar("compile", "--check")).toMatchObject({
      code: 1,
      err: expect.stringContaining("seed") as string,
    });
    made.write("cultivar.config.ts", smallConfig());
    made.write("route.cultivar.json", made.read("route.cultivar.json").replace("Route the ticket.", "Route it."));
    expect(await made.cultivar("compile", "--check")).toMatchObject({
      code: 1,
      err: expect.stringContaining("edited by hand") as string,
    });
    made.write("route.cultivar.json", "{");
    expect(await made.cultivar("compile", "--check")).toMatchObject({
      code: 1,
      err: expect.stringContaining("not valid JSON") as string,
    });
  });

  test("--dry-run makes no call and writes nothing", async () => {
    const made = withConfig();
    const planned = await made.cultivar("compile", "--dry-run", "--json");
    expect(first(planned)).toMatchObject({ status: "planned", evaluations: 400, testRows: 30, simulated: true });
    expect([made.has(".cultivar"), made.has("route.cultivar.json")]).toEqual([false, false]);
  });

  test("an interrupt is exit 130, and the same command then gives what an uninterrupted run gives", async () => {
    const whole = withConfig("concurrency: 4,", 5);
    await whole.cultivar("compile");
    const made = withConfig("concurrency: 2,", 5);
    const { child, done } = made.spawn("compile");
    let lines = "";
    child.stderr!.on("data", (chunk: Buffer) => (lines += chunk.toString()));
    while (!lines.includes("best ")) await sleep(5);
    child.kill("SIGINT");
    const stopped = await done;
    expect(stopped).toMatchObject({
      code: 130,
      err: expect.stringContaining("the same command goes on from there") as string,
    });
    expect(made.has("route.cultivar.json")).toBe(false);
    const resumed = await made.cultivar("compile", "--json");
    expect(resumed.code).toBe(0);
    expect(first(resumed)["resumed"]).toBeGreaterThan(0);
    expect(made.read("route.cultivar.json")).toBe(whole.read("route.cultivar.json"));
  });

  test("a budget of calls that ends the search is exit 3, and the best so far is written", async () => {
    const made = inProject({ "cultivar.config.ts": smallConfig().replace("evaluations: 400", "calls: 150") });
    const stopped = await made.cultivar("compile", "--json");
    expect(stopped.code).toBe(3);
    expect(first(stopped)).toMatchObject({ end: "calls" });
    expect(made.has("route.cultivar.json")).toBe(true);
  });

  test("a run that may cost money is refused when nobody says yes", async () => {
    const paid = smallConfig(
      `models: { default: openaiCompatible({ baseURL: "http://127.0.0.1:9/v1", modelId: "m" }) },`,
    );
    const made = inProject({
      "cultivar.config.ts": `import { openaiCompatible } from "@cultivar/adapters/openai-compatible";${paid}`,
    });
    const refused = await made.cultivar("compile", "--json");
    expect(refused.code).toBe(10);
    expect(json(refused)).toMatchObject({
      error: { code: "config", message: expect.stringContaining("--yes") as string },
    });
    expect(first(await made.cultivar("compile", "--dry-run", "--json"))).toMatchObject({
      costUsd: null,
      simulated: false,
    });
  });
});

describe("what a user gets wrong", () => {
  test.each<[string, string, number, string, RegExp]>([
    ["no default export", "export const a = 1;", 10, "config", /expected `export default defineConfig/],
    ["a syntax error", "export default {", 10, "config", /does not parse/],
    [
      "an error of its own",
      `throw new Error("no\\u001b[31m data");`,
      10,
      "config",
      /cultivar\.config\.ts:1:7: .*it threw: no\\x1b\[31m data/,
    ],
    ["a missing package", `import "no-such-package";`, 10, "missing-package", /npm install no-such-package/],
    [
      "missing parts of a target",
      `export default { targets: { route: {} } };`,
      10,
      "config",
      /program, metric, data, optimizer, budget is missing/,
    ],
    ["nothing thrown at all", "throw undefined", 10, "config", /it threw/],
    ["null", "export default null", 10, "config", /defineConfig.*got null/],
    [
      "a file that is not there",
      `import x from "./nope.ts"; export default x;`,
      10,
      "config",
      /nope\.ts is not; correct/,
    ],
    [
      "a name that nobody exports",
      `import { nope } from "zod"; export default nope;`,
      10,
      "config",
      /an import fails.*nope/,
    ],
    [
      "an option that there is not",
      `export default { targets: { route: { program: {}, metric: 1, data: 1, optimizer: 1, budget: 1, seeed: 1 } } };`,
      10,
      "config",
      /target route: "seeed" is no option of a target; check the name/,
    ],
    ["no targets", `export default { targets: {} };`, 10, "config", /targets is empty/],
    ["a name that names no file", `export default { targets: { "../a": {} } };`, 10, "config", /rename it/],
  ])("%s", async (_, config, code, error, message) => {
    const failed = await inProject({ "cultivar.config.ts": config }).cultivar("compile", "--json");
    expect(failed.code).toBe(code);
    expect(json(failed)).toEqual({ error: { code: error, message: expect.stringMatching(message) as string } });
    expect(failed.err).toMatch(message);
    expect(failed.err).not.toMatch(/\n\s+at /);
  });

  test("an unknown target, flag or command", async () => {
    const made = withConfig();
    expect(json(await made.cultivar("compile", "rout", "--json"))).toMatchObject({
      error: { message: expect.stringContaining("one of the targets route") as string },
    });
    expect(await made.cultivar("compile", "--chekc")).toMatchObject({
      code: 10,
      err: expect.stringContaining("Did you mean --check") as string,
    });
    expect(await made.cultivar("compil")).toMatchObject({
      code: 10,
      err: expect.stringContaining("Did you mean compile") as string,
    });
  });

  test.each([
    ["compile --nope", /^cultivar compile: unknown option '--nope'; `npx cultivar compile --help` shows how$/],
    ["runs lst", /^cultivar runs: unknown command 'lst' \(Did you mean list\?\); /],
    ["runs show", /^cultivar runs show: missing required argument 'run'; /],
    ["runs", /^cultivar runs: expected one of the commands list, show, resume before any option; /],
    ["", /^cultivar: expected one of the commands init, compile, eval, prompt, simulate, runs before any option; /],
    ["compile --check --dry-run", /'--check' cannot be used with option '--dry-run'; /],
  ])("%s: one object with --json, and the same message in the house form beside it", async (line, message) => {
    const failed = await inProject().cultivar(...line.split(" ").filter((word) => word !== ""), "--json");
    expect(failed.code).toBe(10);
    expect(json(failed)).toEqual({ error: { code: "config", message: expect.stringMatching(message) as string } });
    const { error } = json(failed) as { error: { message: string } };
    expect(failed.err).toBe(`error (config)  ${error.message}\n`);
  });

  test.runIf(existsSync("/dev/full"))("an output that cannot take it: the loss is said, without a stack", () => {
    const lost = withConfig().cultivarInto("/dev/full", "compile", "--dry-run");
    expect(lost.code).toBe(30);
    expect(lost.err).toMatch(/^error \(storage\) {2}standard output: .*ENOSPC.*\n$/);
  });

  test("a reader who stops early stops no work", async () => {
    const made = withConfig();
    const { child, done } = made.spawn("compile");
    child.stdout!.destroy();
    child.stderr!.destroy();
    expect((await done).code).toBe(0);
    expect(made.has("route.cultivar.json")).toBe(true);
  });

  test("no config at all", async () => {
    expect(await inProject().cultivar("compile")).toMatchObject({
      code: 10,
      err: expect.stringContaining("cultivar init") as string,
    });
  });

  test("a place that cannot be written to is told before anything is paid for", async () => {
    const made = withConfig();
    made.write(".cultivar", "a file where a folder should be");
    expect(json(await made.cultivar("compile", "--json"))).toMatchObject({ error: { code: "storage" } });
  });

  test("--debug shows where an error came from", async () => {
    expect((await inProject().cultivar("compile", "--debug")).err).toMatch(/\n\s+at /);
  });
});

test("a config that Node's own type stripping refuses runs all the same", async () => {
  const made = inProject({
    "cultivar.config.ts": `enum Rows { Val = 30 }\n${smallConfig().replace("slice(30, 60)", "slice(Rows.Val, 60)")}`,
  });
  expect(await made.cultivar("compile", "--dry-run")).toMatchObject({ code: 0 });
});

describe("eval, prompt and runs", () => {
  test("on a compiled target", async () => {
    const made = withConfig();
    await made.cultivar("compile");
    const scored = await made.cultivar("eval", "--rows", "rows.jsonl", "--json");
    expect(first(scored)).toMatchObject({ split: "test", difference: { n: 30 }, artifact: { calls: 0 } });
    const rows = made
      .read("rows.jsonl")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows).toHaveLength(60);
    expect(rows[59]).toMatchObject({
      target: "route",
      split: "test",
      candidate: "artifact",
      index: 29,
      input: { ticket: expect.any(String) as string },
    });
    expect((await made.cultivar("eval")).out).toMatch(/\npaid 0 calls, \$0\.00 at made-up prices\n$/);
    const artifact = made.read("route.cultivar.json");
    for (const [name, code] of [
      ["route.cultivar.json", 10],
      [".", 30],
    ] as const)
      expect(await made.cultivar("eval", "--rows", name)).toMatchObject({ code, out: "" });
    expect(made.read("route.cultivar.json")).toBe(artifact);
    expect(await made.cultivar("eval", "--split", "dev")).toMatchObject({ code: 10 });

    const prompt = await made.cultivar("prompt", "--input", `{"ticket":"\\u001b[31m charged twice"}`);
    expect(prompt.out).toContain("\\x1b[31m charged twice");
    const messages = json(await made.cultivar("prompt", "--json"))["messages"] as readonly { role: string }[];
    expect(messages[0]!.role).toBe("system");
    expect(messages.length).toBeGreaterThan(2);
    expect(await made.cultivar("prompt", "--module", "nope")).toMatchObject({
      code: 10,
      err: expect.stringContaining("route") as string,
    });
    expect(await made.cultivar("prompt", "--input", "{")).toMatchObject({ code: 10 });

    const { runs } = json(await made.cultivar("runs", "list", "--json")) as {
      runs: { name: string; replies: number }[];
    };
    expect(runs).toHaveLength(1);
    expect(runs[0]!.replies).toBeGreaterThan(100);
    expect((await made.cultivar("runs", "show", "route-")).out).toContain("0 orphans");
    expect((await made.cultivar("runs", "show", "route-")).out).toMatch(/\nstate +finished \(\w+\), /);
    const again = await made.cultivar("runs", "resume", "route-", "--json");
    expect(again.err).toContain("note  this run has finished: it is replayed");
    expect(again.err).not.toContain("interrupt");
    const resumed = first(again);
    expect(resumed).toMatchObject({ status: "compiled", calls: runs[0]!.replies, resumed: runs[0]!.replies });
    made.write("cultivar.config.ts", smallConfig("seed: 7,"));
    expect((await made.cultivar("eval")).err).toContain("note  route: the artifact is not up to date (changed since: ");
    expect(await made.cultivar("runs", "resume", "route-")).toMatchObject({
      code: 1,
      err: expect.stringContaining("inputs have changed") as string,
    });
  });

  test("before a compile only the baseline is scored, and the initial prompt is shown", async () => {
    const made = withConfig();
    expect(first(await made.cultivar("eval", "--split", "val", "--json"))).toMatchObject({
      artifact: null,
      difference: null,
    });
    expect((await made.cultivar("prompt")).err).toContain("no artifact yet");
    expect((await made.cultivar("runs", "list")).out).toContain("no runs yet");
  });
});

test("simulate serves until it is stopped", async () => {
  const { child, done } = inProject().spawn("simulate", "--json");
  let out = "";
  child.stdout!.on("data", (chunk: Buffer) => (out += chunk.toString()));
  while (!out.includes("}")) await sleep(10);
  const { openaiBaseUrl } = JSON.parse(out) as { openaiBaseUrl: string };
  const reply = await fetch(`${openaiBaseUrl}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      model: "simulated-student",
      messages: [{ role: "user", content: "ticket: I was charged twice" }],
    }),
  });
  expect(reply.status).toBe(200);
  child.kill("SIGTERM");
  expect(await done).toMatchObject({ code: 0, err: "answered 1 call\n" });
});
