import { metricOf } from "@cultivar/adapters/simulated";
import type { Candidate } from "@cultivar/core";
import { start } from "@cultivar/core";
import type { Arena } from "./arena.ts";
import type { Contestant } from "./contestants.ts";
import type { CurvePoint, RunOutcome, RunSpec } from "./run-record.ts";

/** Runs one optimizer once and scores what it found, outside the run and without flips. */
export async function runOne(arena: Arena, contestant: Contestant, spec: RunSpec): Promise<RunOutcome> {
  const { world, program, models, vary } = arena;
  const flips = { share: spec.noise, persistent: spec.persistent };
  const before = performance.now();
  const run = start(program, {
    metric: metricOf(world, spec.noise > 0 ? { flips } : {}),
    data: arena.draw(spec.seed, spec.rows),
    ...contestant(arena, spec),
    models,
    vary,
    budget: { evaluations: spec.budget },
    seed: spec.seed,
    fingerprint: "benchmark",
    name: world.name,
  });
  const incumbents: { readonly evaluations: number; readonly candidate: Candidate }[] = [];
  for await (const event of run.events) if (event.type === "incumbent") incumbents.push(event);
  const result = await run.result;
  const seconds = (performance.now() - before) / 1000;
  const score = (candidate: Candidate): Promise<number> => arena.score(candidate, spec.rows.test);
  const curve: CurvePoint[] = [];
  for (const { evaluations, candidate } of incumbents) curve.push({ evaluations, score: await score(candidate) });
  const { paid } = result;
  return {
    score: await score(result.candidate),
    baseline: await score(arena.baseline),
    optimum: await score(arena.optimum),
    curve,
    metricCalls: result.evaluations,
    lmCalls: paid.calls,
    inputTokens: paid.inputTokens,
    outputTokens: paid.outputTokens,
    ...(paid.usd !== undefined && { usd: paid.usd }),
    seconds,
    end: result.end,
  };
}
