import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Finished, Project } from "./fixtures/project.ts";
import { project } from "./fixtures/project.ts";

// What a user gets wrong, through the built command: each says where, what was expected, what came and what to do, on
// one line without a stack; and what was paid for before is there afterwards.
const projects: Project[] = [];
const inProject = (config: string, files: Readonly<Record<string, string>> = {}): Project => {
  const made = project({ "cultivar.config.ts": config, ...files });
  projects.push(made);
  return made;
};
afterEach(() => {
  for (const made of projects.splice(0)) made.remove();
});

interface Parts {
  readonly output?: string;
  readonly data?: string;
  readonly metric?: string;
  readonly model?: string;
  readonly before?: string;
}

/** A config over 36 made-up tickets, with parts of it replaced. */
const configWith = (parts: Parts = {}): string => `
import { openai } from "@cultivar/adapters/openai";
import { metricOf, simulated, ticketRouting } from "@cultivar/adapters/simulated";
import { predict, signature, split } from "@cultivar/core";
import { jsonl } from "@cultivar/core/node";
import { randomSearch } from "@cultivar/optimizers";
import { defineConfig } from "cultivar";
import { z } from "zod";

${parts.before ?? ""}
const score = metricOf(ticketRouting);
const rows = ticketRouting.examples(36, 0);
const route = predict(
  signature({
    name: "route",
    instructions: "Route the ticket.",
    input: z.object({ ticket: z.string() }),
    output: z.object(${parts.output ?? "{ queue: z.string(), urgent: z.boolean() }"}),
  }),
);
export default defineConfig({
  targets: {
    route: {
      program: route,
      metric: ${parts.metric ?? "score"},
      data: ${parts.data ?? "{ train: rows.slice(0, 12), val: rows.slice(12, 24), test: rows.slice(24) }"},
      optimizer: randomSearch({ candidates: 1 }),
      models: { default: ${parts.model ?? `simulated({ world: "ticket-routing", role: "student" })`} },
      budget: { evaluations: 100 },
    },
  },
});
`;

const errorOf = ({ out }: Finished): { readonly code: string; readonly message: string } =>
  (JSON.parse(out) as { error: { code: string; message: string } }).error;

interface Failure {
  readonly exit: number | null;
  readonly code: string;
  readonly message: string;
}

/** A compile that must fail: what it said, on both streams alike and without a stack, leaving no artifact. */
async function failedCompile(made: Project): Promise<Failure> {
  const failed = await made.cultivar("compile", "--yes", "--json");
  const { code, message } = errorOf(failed);
  expect(failed.err).toContain(`error (${code})  ${message}`);
  expect(failed.err).not.toMatch(/\n\s+at /);
  expect(made.has("route.cultivar.json")).toBe(false);
  return { exit: failed.code, code, message };
}

const failure = (exit: number, code: string, message: RegExp): Failure => ({
  exit,
  code,
  message: expect.stringMatching(message) as string,
});

describe("the provider", () => {
  let server: Server;
  let url: string;
  const seen: string[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push(request.url ?? "");
      const refused = request.headers.authorization === "Bearer wrong";
      response.writeHead(refused ? 401 : 404, { "content-type": "application/json" });
      const error = refused
        ? { message: "Incorrect API key provided: wr*ng.", code: "invalid_api_key" }
        : { message: "The model `nope-1` does not exist.", code: "model_not_found" };
      response.end(JSON.stringify({ error: { type: "invalid_request_error", param: null, ...error } }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  });
  afterAll(() => server.close());

  test("a missing key: which variable to set, and no call", async () => {
    const made = inProject(
      configWith({ before: "delete process.env.OPENAI_API_KEY;", model: `openai("nope-1", { baseURL: "${url}" })` }),
    );
    const before = seen.length;
    expect(await failedCompile(made)).toEqual(failure(20, "auth", /OPENAI_API_KEY/));
    expect(seen).toHaveLength(before);
  });

  test("a wrong key (401): fails at once, without the key in the message", async () => {
    const made = inProject(configWith({ model: `openai("gpt-5.6-luna", { baseURL: "${url}", apiKey: "wrong" })` }));
    const before = seen.length;
    expect(await failedCompile(made)).toEqual(failure(20, "auth", /openai.*Incorrect API key/s));
    // One per lane at most: an auth error is not tried again.
    expect(seen.length - before).toBeLessThanOrEqual(16);
  });

  test("an unknown model: named, with what the provider said", async () => {
    const made = inProject(configWith({ model: `openai("nope-1", { baseURL: "${url}", apiKey: "right" })` }));
    expect(await failedCompile(made)).toEqual(failure(20, "unknown-model", /nope-1/));
  });
});

describe("data", () => {
  test("an empty file", async () => {
    const made = inProject(
      configWith({
        data: `split(await jsonl(new URL("rows.jsonl", import.meta.url), (row) => row), { train: 0.5, val: 0.5 }, { seed: 0 })`,
      }),
      { "rows.jsonl": "" },
    );
    expect(await failedCompile(made)).toEqual(failure(10, "data", /rows\.jsonl: expected at least one row, got none/));
  });

  test("an empty split", async () => {
    const made = inProject(configWith({ data: "{ train: rows.slice(0, 12), val: [], test: rows.slice(24) }" }));
    expect(await failedCompile(made)).toEqual(failure(10, "data", /val.*(empty|at least)/));
  });

  test("a row that does not fit the signature: the row and the field are named", async () => {
    const data = "{ train: rows.slice(0, 12), val: [...rows.slice(12, 23), { input: { tickt: 1 }, expected: {} }] }";
    expect(await failedCompile(inProject(configWith({ data })))).toEqual(failure(10, "data", /val.*11.*ticket/s));
  });

  test("the same input in two splits", async () => {
    const made = inProject(configWith({ data: "{ train: rows.slice(0, 13), val: rows.slice(12, 24) }" }));
    expect(await failedCompile(made)).toEqual(failure(10, "data", /train.*val|val.*train/));
  });

  test("a line that is no JSON: file and line", async () => {
    const made = inProject(
      configWith({
        data: `split(await jsonl(new URL("rows.jsonl", import.meta.url), (input) => ({ input })), { train: 0.5, val: 0.5 }, { seed: 0 })`,
      }),
      { "rows.jsonl": `{"ticket":"a"}\n{"ticket":\n` },
    );
    expect(await failedCompile(made)).toEqual(failure(10, "data", /rows\.jsonl:2/));
  });
});

describe("a metric", () => {
  test("that throws on one row of many: the row stays unscored, and is said", async () => {
    const throwing = `(given) => { if (given.example.input.ticket === rows[14].input.ticket) throw new Error("no label"); return given.output.queue === given.example.expected.queue ? 1 : 0; }`;
    const made = inProject(
      configWith({
        metric: throwing,
        data: "{ train: rows.slice(0, 6), val: rows.slice(6, 30), test: rows.slice(30) }",
      }),
    );
    const compiled = await made.cultivar("compile", "--json");
    expect(compiled.code).toBe(0);
    const [target] = (
      JSON.parse(compiled.out) as {
        targets: { rows: { val: { unscored: unknown } }; val: { difference: { n: number } } }[];
      }
    ).targets;
    expect(target!.rows.val.unscored).toMatchObject({ rows: 1 });
    expect(target!.val.difference.n).toBe(23);
  });

  test("that throws on every row: the run stops with a row and the error named", async () => {
    expect(
      await failedCompile(inProject(configWith({ metric: `() => { throw new Error("no such field: labl"); }` }))),
    ).toEqual(failure(10, "metric", /row [0-9a-f]{16}: the metric threw: no such field: labl/));
  });

  test.each([
    ["NaN", "Number.NaN", /must return a number .*got NaN/],
    ["7", "7", /returned 7, outside its range \[0, 1\]/],
    ["a text", `"good"`, /must return a number .*got "good"/],
  ])("that returns %s: refused, with the row and what was expected", async (_, value, message) => {
    expect(await failedCompile(inProject(configWith({ metric: `() => (${value})` })))).toEqual(
      failure(10, "metric", message),
    );
  });

  test("mended: nothing is paid twice, because answers were kept", async () => {
    const made = inProject(configWith({ metric: "() => Number.NaN" }));
    expect((await made.cultivar("compile")).code).toBe(10);
    made.write("cultivar.config.ts", configWith());
    const compiled = await made.cultivar("compile", "--json");
    const [target] = (JSON.parse(compiled.out) as { targets: { reused: number }[] }).targets;
    expect(target!.reused).toBeGreaterThan(0);
  });
});

describe("an artifact", () => {
  test("that is corrupt: eval and prompt refuse it with its file; compile builds it anew", async () => {
    const made = inProject(configWith());
    made.write("route.cultivar.json", `{ "format": "cultivar`);
    for (const command of ["eval", "prompt"]) {
      const failed = await made.cultivar(command, "--json");
      expect(failed.code).toBe(10);
      expect(errorOf(failed)).toMatchObject({
        code: "artifact",
        message: expect.stringContaining("route.cultivar.json") as string,
      });
    }
    const compiled = await made.cultivar("compile");
    expect(compiled).toMatchObject({ code: 0, err: expect.stringContaining("not valid JSON") as string });
    expect(JSON.parse(made.read("route.cultivar.json"))).toMatchObject({ target: "route" });
  });

  test("for a signature that has changed since: the field is named", async () => {
    const made = inProject(configWith());
    expect((await made.cultivar("compile")).code).toBe(0);
    made.write(
      "cultivar.config.ts",
      configWith({ output: "{ queue: z.string(), urgent: z.boolean(), language: z.string() }" }),
    );
    const failed = await made.cultivar("eval", "--json");
    expect(failed.code).toBe(10);
    expect(errorOf(failed)).toMatchObject({ message: expect.stringMatching(/language/) as string });
    expect((await made.cultivar("compile", "--check")).code).toBe(1);
  });
});

/** Mounts a small file system in memory; false where this process may not. */
function mounted(folder: string, options: string): boolean {
  return spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]).status === 0;
}
/** Permissions mean nothing to root: there a folder is mounted read-only on itself. */
const root = process.getuid?.() === 0;
const canMount = ((): boolean => {
  const folder = mkdtempSync(join(tmpdir(), "cultivar-mount-"));
  const can = mounted(folder, "size=64k");
  if (can) spawnSync("umount", [folder]);
  rmSync(folder, { recursive: true });
  return can;
})();

describe("this machine", () => {
  test.runIf(!root || canMount)("a read-only folder: told before anything is paid", async () => {
    const made = inProject(configWith());
    if (root) {
      spawnSync("mount", ["--bind", made.folder, made.folder]);
      spawnSync("mount", ["-o", "remount,bind,ro", made.folder]);
    } else chmodSync(made.folder, 0o555);
    try {
      expect(await failedCompile(made)).toEqual(
        failure(30, "storage", /expected to be able to write the artifact here/),
      );
      const failed = await made.cultivar("init", "deeper", "--json");
      expect(errorOf(failed)).toMatchObject({ code: "storage", message: expect.stringContaining("deeper") as string });
      expect(made.has(".cultivar")).toBe(false);
    } finally {
      if (root) spawnSync("umount", [made.folder]);
      else chmodSync(made.folder, 0o755);
    }
  });

  test("rows that could not be written: told before anything is paid", async () => {
    const made = inProject(configWith());
    const failed = await made.cultivar("eval", "--rows", "no/such/rows.jsonl", "--json");
    expect(failed.code).toBe(30);
    expect(errorOf(failed).message).toMatch(/write the rows here.*make the folder/);
    expect(made.has(".cultivar")).toBe(false);
  });

  test.runIf(canMount)("a full disk: what was paid is kept, and the same command goes on with space", async () => {
    const made = inProject(configWith());
    const stores = join(made.folder, ".cultivar");
    mkdirSync(stores);
    expect(mounted(stores, "size=300k")).toBe(true);
    try {
      expect(await failedCompile(made)).toEqual(failure(30, "storage", /ENOSPC.*free some space and run again/));
      spawnSync("mount", ["-o", "remount,size=16m", stores]);
      const compiled = await made.cultivar("compile", "--json");
      expect(compiled.code).toBe(0);
      const [target] = (JSON.parse(compiled.out) as { targets: { resumed: number; reused: number }[] }).targets;
      expect(target!.resumed + target!.reused).toBeGreaterThan(0);
    } finally {
      spawnSync("umount", [stores]);
    }
  });
});
