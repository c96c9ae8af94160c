import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "@cultivar/core";
import { jsonl } from "@cultivar/core/node";
import { expect, test } from "vitest";
import { solve, toExample } from "./program.ts";
import { recordedModels } from "./recorded-models.ts";
import { targetOver } from "./target.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const recorded = join(here, "../../../shared/data/gsm8k/recorded-solutions.jsonl");
const rows = await jsonl(new URL("questions.jsonl", import.meta.url), toExample);

/** Runs the example as `npm start` does, and reads its verdicts. */
function start(...args: readonly string[]): {
  readonly out: string;
  readonly verdicts: readonly { index: number; model: string; correct: boolean }[];
} {
  const folder = mkdtempSync(join(tmpdir(), "cultivar-gsm8k-"));
  try {
    const file = join(folder, "rows.jsonl");
    const { status, stdout, stderr } = spawnSync(process.execPath, ["main.ts", ...args, "--rows", file], {
      cwd: here,
      encoding: "utf8",
    });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    return {
      out: stdout,
      verdicts: readFileSync(file, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as never),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const right = (verdicts: ReturnType<typeof start>["verdicts"], model: string): number =>
  verdicts.filter((verdict) => verdict.model === model && verdict.correct).length;

test("counts right final numbers, in any way of writing them", () => {
  const { verdicts } = start();
  expect(verdicts).toHaveLength(36);
  expect([right(verdicts, "hasty"), right(verdicts, "brief"), right(verdicts, "careful")]).toEqual([3, 9, 11]);
  // 1,250 pencils is right by all; the rope is wrong only by the careful one.
  expect(verdicts.filter(({ index }) => index === 11).map(({ correct }) => correct)).toEqual([true, true, false]);
});

// Recorded solutions of real models (openai/grade-school-math), where they have been put beside the repository.
test.runIf(existsSync(recorded))("reproduces the published accuracies of the four recorded models", () => {
  const { out, verdicts } = start("--data", recorded);
  expect(verdicts).toHaveLength(5276);
  const accuracy = (model: string): number => right(verdicts, model) / 1319;
  expect(accuracy("6b_finetuning")).toBeCloseTo(0.217, 2);
  expect(accuracy("175b_verification")).toBeCloseTo(0.563, 2);
  expect(out).toContain("chosen on val (n=396): 175b_verification");
});

test("the choice is made on val alone, and only the model varies", async () => {
  const { candidate, candidates } = await compile(solve, await targetOver(rows));
  expect(candidates).toHaveLength(3);
  expect(candidate["solve.instructions"]).toBe(solve.signature.instructions);
});

test.each([
  ["no key", ["--live"], /^error \(auth\) {2}--live: no API key; set OPENAI_API_KEY or ANTHROPIC_API_KEY/],
  ["no such file", ["--data", "nope.jsonl"], /^error \(data\) {2}.*nope\.jsonl/],
  ["no such option", ["--dta", "x"], /^error \(config\) {2}gsm8k: expected \[--data FILE\]/],
  ["nowhere to write", ["--rows", "no/such/rows.jsonl"], /^error \(storage\) {2}.*rows\.jsonl/],
])("%s: one line, without a stack", (_, args, message) => {
  const env: NodeJS.ProcessEnv = { ...process.env };
  delete env["OPENAI_API_KEY"];
  delete env["ANTHROPIC_API_KEY"];
  const { status, stderr } = spawnSync(process.execPath, ["main.ts", ...args], { cwd: here, encoding: "utf8", env });
  expect(status).toBe(1);
  expect(stderr).toMatch(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

test("rows without solutions, and prompts that nobody recorded, are said", async () => {
  await expect(
    recordedModels([{ input: { question: "q" }, expected: { solution: "A: 1" }, solutions: {} }]),
  ).rejects.toThrow("expected rows with solutions");
  const models = await recordedModels(rows);
  await expect(solve.with({ models })({ question: "Unheard of?" })).rejects.toMatchObject({ code: "cassette" });
});
