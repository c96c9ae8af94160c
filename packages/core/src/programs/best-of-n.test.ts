import { describe, expect, test } from "vitest";
import { z } from "zod";
import { CultivarError } from "../ground/errors.ts";
import { evaluate } from "../judging/evaluate.ts";
import type { ScriptedModel, ScriptedReply } from "../testing/scripted-model.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { signature } from "../values/signature.ts";
import type { Trace } from "../values/trace.ts";
import { bestOfN, majority } from "./best-of-n.ts";
import { spaceOf } from "./bind.ts";
import { definition } from "./module.ts";
import { predict } from "./predict.ts";
import { program } from "./program.ts";

const ask = predict(
  signature({ name: "ask", input: z.object({ q: z.string() }), output: z.object({ a: z.number() }) }),
);

/** Says the numbers in the order of the samples (not of arrival); undefined refuses. */
function says(numbers: readonly (number | undefined)[], latencyMs: (call: number) => number = () => 0): ScriptedModel {
  const seen: number[] = [];
  return scriptedModel(
    ({ sample = 0 }): ScriptedReply => {
      if (!seen.includes(sample)) seen.push(sample);
      const a = numbers[sample / 1000];
      return a === undefined ? { finishReason: "refusal", text: "no" } : JSON.stringify({ a });
    },
    { latencyMs: (_request, call) => latencyMs(call) },
  );
}

const samples = (lm: ScriptedModel): number[] => lm.calls.map(({ sample }) => sample ?? 0);

describe("bestOfN", () => {
  const best = (n: number, threshold?: number) =>
    bestOfN(ask, { n, reward: ({ a }) => a % 10, ...(threshold !== undefined && { threshold }) });

  test.each([
    [[3, 17, 27, 1], undefined, 17, 4],
    [[3, 17, 27, 1], 7, 17, 2],
    [[undefined, 3, undefined, 2], undefined, 3, 4],
  ])("of %j with threshold %s gives %i after %i calls", async (numbers, threshold, a, calls) => {
    const lm = says(numbers);
    expect(await best(4, threshold).with({ lm })({ q: "x" })).toEqual({ a });
    expect(samples(lm)).toEqual([0, 1000, 2000, 3000].slice(0, calls));
  });

  test("a reward that is NaN never wins", async () => {
    const odd = bestOfN(ask, { n: 3, reward: ({ a }) => (a === 1 ? Number.NaN : a) });
    expect(await odd.with({ lm: says([1, 5, 3]) })({ q: "x" })).toEqual({ a: 5 });
    await expect(odd.with({ lm: says([1, 1, 1]) })({ q: "x" })).rejects.toThrow("the reward is NaN");
  });

  test("when all fail, the first failure is thrown, the world's before the candidate's", async () => {
    await expect(best(2).with({ lm: says([]) })({ q: "x" })).rejects.toMatchObject({ code: "refusal" });
    const flaky = scriptedModel((_request, call): ScriptedReply => {
      if (call === 1) throw new CultivarError("transport", "down");
      return { finishReason: "refusal" };
    });
    await expect(best(2).with({ lm: flaky })({ q: "x" })).rejects.toMatchObject({ code: "transport" });
  });

  test("a used-up budget and a wrong key stop it at once", async () => {
    const locked = scriptedModel(() => {
      throw new CultivarError("auth", "wrong key");
    });
    await expect(best(3).with({ lm: locked })({ q: "x" })).rejects.toMatchObject({ code: "auth" });
    expect(locked.calls).toHaveLength(1);
    const data = [{ input: { q: "x" } }];
    for (const module of [best(5), majority(ask, { k: 5 })]) {
      const { rows, spend } = await evaluate(module, {
        data,
        lm: says([1, 2, 3, 4, 5]),
        metric: () => 1,
        budget: { calls: 3 },
      });
      expect(rows[0]).toMatchObject({ failure: { blame: "world", code: "run-ended" } });
      expect(rows[0]!.score).toBeUndefined();
      expect(spend.calls).toBe(3);
    }
  });

  test("components, ids and fingerprints", () => {
    expect(spaceOf(best(2))).toEqual(spaceOf(ask));
    expect(best(2)[definition].maxCalls).toBe(4);
    const prints = [best(2), best(3), best(2, 1), majority(ask, { k: 2 }), ask].map((m) => m[definition].fingerprint);
    expect(new Set(prints).size).toBe(5);
    for (const n of [0, 1.5, Number.NaN]) expect(() => best(n)).toThrow("whole number of at least 1");
  });
});

describe("majority", () => {
  test.each([
    [[1, 2, 2, 1, 1], 1],
    [[2, 1, 1, 2, 3], 2],
    [[undefined, 1, undefined, 3, 3], 3],
    [[4, 3, 2, 1, 0], 4],
  ])("of %j is %i, whatever the latencies", async (numbers, a) => {
    for (const latency of [() => 0, (call: number) => 5 - call]) {
      const lm = says(numbers, latency);
      expect(await majority(ask, { k: 5 }).with({ lm })({ q: "x" })).toEqual({ a });
      expect(samples(lm).sort((x, y) => x - y)).toEqual([0, 1000, 2000, 3000, 4000]);
    }
  });

  test("votes on what `by` says; all failing throws the first", async () => {
    const parity = majority(ask, { k: 3, by: ({ a }) => a % 2 });
    expect(await parity.with({ lm: says([2, 1, 3]) })({ q: "x" })).toEqual({ a: 1 });
    await expect(parity.with({ lm: says([]) })({ q: "x" })).rejects.toMatchObject({ code: "refusal" });
  });

  test("in a program each call draws further samples, and the trace shows them under the module's own path", async () => {
    const traces: Trace[] = [];
    const twice = program("twice", { vote: majority(ask, { k: 2 }) }, async (m, input: { q: string }) => [
      await m.vote(input),
      await m.vote(input),
    ]);
    const lm = says([1, 1, 2, 2]);
    expect(await twice.with({ lm, onTrace: (trace) => traces.push(trace) })({ q: "x" })).toEqual([{ a: 1 }, { a: 2 }]);
    expect(traces[0]!.children.map((span) => span.kind === "module" && span.path)).toEqual(Array(4).fill("vote"));
    const root: Trace[] = [];
    await majority(ask, { k: 2 }).with({ lm: says([1, 1]), onTrace: (trace) => root.push(trace) })({ q: "x" });
    expect(root[0]).toMatchObject({ path: "", name: "ask", output: { a: 1 } });
    expect(root[0]!.children).toHaveLength(2);
  });

  test("wrappers of wrappers give every chain the same samples, whatever the latencies", async () => {
    const chains = majority(bestOfN(ask, { n: 3, reward: ({ a }) => a }), { k: 3 });
    const run = async (latency: (call: number) => number): Promise<[unknown, number[]]> => {
      // A reply that differs from sample to sample: its last digits.
      const lm = scriptedModel(({ sample = 0 }) => JSON.stringify({ a: Math.floor(sample / 1000) % 97 }), {
        latencyMs: (_request, call) => latency(call),
      });
      return [await chains.with({ lm })({ q: "x" }), samples(lm).sort((x, y) => x - y)];
    };
    const quick = await run(() => 0);
    expect(new Set(quick[1]).size).toBe(9);
    expect(await run((call) => (call * 5) % 7)).toEqual(quick);
    expect(await run((call) => (call * 3) % 11)).toEqual(quick);
  });
});
