import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { compile, evaluate, split } from "@cultivar/core";
import { jsonl } from "@cultivar/core/node";
import { randomSearch } from "@cultivar/optimizers";
import { expect, test } from "vitest";
import { guidelines } from "./guidelines.ts";
import { chooseModels } from "./models.ts";
import { archive, sameAnswer, toExample } from "./program.ts";

const rows = await jsonl(new URL("questions.jsonl", import.meta.url), toExample);
const models = chooseModels(false);

test("the right guidelines of both modules are found, and hold on test", async () => {
  const { candidate, test: held } = await compile(archive, {
    metric: sameAnswer,
    data: split(rows, { train: 40, val: 60, test: 100 }, { seed: 0 }),
    optimizer: randomSearch({ candidates: 12, maxBootstrapped: 2, instructions: guidelines }),
    models,
    budget: { evaluations: 1200 },
  });
  expect(held?.difference.mean).toBeGreaterThan(0.2);
  expect(guidelines["query.instructions"]).toContain(candidate["query.instructions"]);
});

test("case, articles and punctuation do not count", async () => {
  const data = [
    {
      input: { question: "Which river flows through the town where Ilse Vale was born?" },
      expected: { answer: "the GARE." },
    },
  ];
  const { score } = await evaluate(archive, { data, metric: sameAnswer, models });
  expect(score.mean).toBe(1);
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
