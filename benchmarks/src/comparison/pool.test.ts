import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { expect, test } from "vitest";
import type { Answer } from "./pool.ts";
import { forkWorker, runAll } from "./pool.ts";
import type { RunSpec } from "./run-record.ts";

const spec = (seed: number, optimizer = "null"): RunSpec => ({
  world: "lead-scoring",
  optimizer,
  seed,
  noise: 0,
  persistent: false,
  budget: 20,
  rows: { train: 10, val: 10, test: 10 },
});

test("a process that is killed fails its run and no other", { timeout: 60_000 }, async () => {
  const answers: { readonly seed: number; readonly answer: Answer }[] = [];
  const workers: ChildProcess[] = [];
  await runAll(
    [spec(0), spec(1), spec(2)],
    1,
    ({ seed }, answer) => {
      answers.push({ seed, answer });
      // it is asked for seed 1 right after this
      if (seed === 0) workers[0]!.kill("SIGKILL");
    },
    () => {
      const worker = forkWorker();
      workers.push(worker);
      return worker;
    },
  );
  expect(workers).toHaveLength(2);
  expect(answers.map(({ seed }) => seed)).toEqual([0, 1, 2]);
  expect(answers[0]!.answer).toHaveProperty("outcome");
  expect(answers[1]!.answer).toEqual({ error: "the process of the run ended with SIGKILL" });
  expect(answers[2]!.answer).toHaveProperty("outcome");
});

test("workers that can't even start end it all", { timeout: 60_000 }, async () => {
  let started = 0;
  const broken = (): ChildProcess => {
    started += 1;
    return fork("-e", [], { execArgv: ["--input-type=module", "--eval", "process.exit(3)"], stdio: "ignore" });
  };
  const answers: Answer[] = [];
  const all = runAll([spec(0), spec(1), spec(2)], 1, (_, answer) => answers.push(answer), broken);
  await expect(all).rejects.toThrow(/a worker ended before it answered/);
  expect([started, answers.length]).toEqual([1, 0]);
});

test("an optimizer that nobody has fails its runs", { timeout: 60_000 }, async () => {
  const answers: Answer[] = [];
  await runAll([spec(0, "nobody")], 4, (_, answer) => answers.push(answer));
  expect(answers).toHaveLength(1);
  expect(answers[0]).toHaveProperty("error");
});
