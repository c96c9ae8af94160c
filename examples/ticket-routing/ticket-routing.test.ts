import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { compile, split } from "@cultivar/core";
import { jsonl } from "@cultivar/core/node";
import { labeledFewShot } from "@cultivar/optimizers";
import { describe, expect, test } from "vitest";
import { chooseModels } from "./models.ts";
import { routedWell, routeTicket, toExample } from "./program.ts";

const rows = await jsonl(new URL("tickets.jsonl", import.meta.url), toExample);

test("labelled demos alone help on rows that decided nothing", async () => {
  const { improved, test: held } = await compile(routeTicket, {
    metric: routedWell,
    data: split(rows, { train: 60, val: 60, test: 100 }, { seed: 0 }),
    optimizer: labeledFewShot(),
    models: chooseModels(false),
    budget: { evaluations: 200 },
  });
  expect(improved).toBe(true);
  expect(held?.difference.mean).toBeGreaterThan(0.1);
});

describe("the metric", () => {
  const example = {
    id: "1",
    input: { ticket: "t" },
    expected: { queue: "bug", urgent: true },
    note: "Outages are urgent.",
  };
  const scored = (queue: string, urgent: boolean) => routedWell({ example, output: { queue, urgent } } as never);
  test.each([
    ["bug", true, 1, "Right."],
    ["bug", false, 0.5, "urgent: expected true. Outages are urgent."],
    ["sales", true, 0, "queue: expected bug, got sales. Outages are urgent."],
  ] as const)("%s, %s", (queue, urgent, score, feedback) => expect(scored(queue, urgent)).toEqual({ score, feedback }));
});

test("--live without a key says which to set", () => {
  const { OPENAI_API_KEY: openai, ANTHROPIC_API_KEY: anthropic } = process.env;
  delete process.env["OPENAI_API_KEY"];
  delete process.env["ANTHROPIC_API_KEY"];
  try {
    expect(() => chooseModels(true)).toThrow("set OPENAI_API_KEY or ANTHROPIC_API_KEY");
    process.env["ANTHROPIC_API_KEY"] = "key";
    expect(chooseModels(true).default.provider).toBe("anthropic");
  } finally {
    delete process.env["ANTHROPIC_API_KEY"];
    if (openai !== undefined) process.env["OPENAI_API_KEY"] = openai;
    if (anthropic !== undefined) process.env["ANTHROPIC_API_KEY"] = anthropic;
  }
});

test("the app with --live and no key: one line, without a stack", () => {
  const env: NodeJS.ProcessEnv = { ...process.env };
  delete env["OPENAI_API_KEY"];
  delete env["ANTHROPIC_API_KEY"];
  const cwd = fileURLToPath(new URL(".", import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, ["main.ts", "--live"], { cwd, encoding: "utf8", env });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error \(auth\) {2}--live: no API key; set .*\n$/);
});
