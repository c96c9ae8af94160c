import { describe, expect, test } from "vitest";
import { z } from "zod";
import { CultivarError } from "../ground/errors.ts";
import { memoryCache } from "../programs/cache.ts";
import { predict } from "../programs/predict.ts";
import { program } from "../programs/program.ts";
import { text, tune } from "../programs/tune.ts";
import type { ScriptedModel, ScriptedReply } from "../testing/scripted-model.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { encodeDemos } from "../values/demo.ts";
import { toExamples } from "../values/example.ts";
import { textOf } from "../values/language-model.ts";
import { signature } from "../values/signature.ts";
import { spansOf } from "../values/trace.ts";
import { evaluate } from "./evaluate.ts";
import { metric } from "./metric.ts";
import type { Row } from "./score-row.ts";

const ask = predict(
  signature({
    name: "ask",
    instructions: "Double it.",
    input: z.object({ n: z.number() }),
    output: z.object({ a: z.number() }),
  }),
);
const rows = (count: number) => Array.from({ length: count }, (_, n) => ({ input: { n }, expected: 2 * n }));
/** Doubles; `odd` says what else happens for some inputs. */
function doubling(
  odd: (n: number) => ScriptedReply | undefined = () => undefined,
  latencyMs = (n: number) => n % 4,
): ScriptedModel {
  const of = (messages: Parameters<typeof textOf>[0][]): number =>
    Number(/\[\[ ## n ## \]\]\n(\d+)/.exec(textOf(messages.at(-1)!))?.[1] ?? -1);
  return scriptedModel(({ messages }) => odd(of([...messages])) ?? JSON.stringify({ a: 2 * of([...messages]) }), {
    latencyMs: ({ messages }) => latencyMs(of([...messages])),
  });
}
const exact = ({ example, output }: { example: { expected: number }; output: { a: number } }): number =>
  output.a === example.expected ? 1 : 0;

describe("evaluate", () => {
  test("rows are aligned, scores add up, whatever the concurrency", async () => {
    const data = rows(40);
    const results = [];
    for (const concurrency of [1, 64]) {
      const order: number[] = [];
      const done = await evaluate(ask, {
        data,
        lm: doubling(
          (n) => (n % 5 === 0 ? '{"a":-1}' : undefined),
          (n) => (concurrency === 64 ? (n * 7) % 5 : 0),
        ),
        metric: ({ example, output, rng }) => ({
          score: exact({ example, output }),
          feedback: `${example.input.n} ${rng.next()}`,
        }),
        concurrency,
        onRow: (_row, index) => order.push(index),
      });
      expect([...order].sort((a, b) => a - b)).toEqual(data.map((_row, i) => i));
      expect(done.rows.map(({ feedback }) => Number(feedback!.split(" ")[0]))).toEqual(
        data.map(({ input }) => input.n),
      );
      results.push(done);
    }
    expect(results[1]).toEqual(results[0]);
    // 32 right of 40: sd = sqrt(40 * 0.8 * 0.2 / 39), over sqrt 40.
    expect(results[0]!.score.mean).toBeCloseTo(0.8, 12);
    expect(results[0]!.score.standardError).toBeCloseTo(Math.sqrt((0.8 * 0.2) / 39), 12);
    expect(results[0]).toMatchObject({ unscored: 0, failures: 0, spend: { calls: 40 } });
  });

  test("the candidate's failures score the bottom, the world's stay unscored", async () => {
    const lm = doubling((n): ScriptedReply | undefined => {
      if (n === 1) return { finishReason: "refusal", text: "no" };
      if (n === 2) throw new CultivarError("transport", "down");
      // The repair turn (-1) does no better.
      if (n === 3 || n === -1) return "?";
      if (n === 4) throw new Error("somebody's own adapter broke");
      return undefined;
    });
    const options = { data: rows(6), metric: metric(exact, { range: [-1, 1] }) };
    for (const cache of [undefined, memoryCache()]) {
      const done = await evaluate(ask, { ...options, lm, ...(cache !== undefined && { cache }) });
      expect(done.rows.map(({ score }) => score)).toEqual([1, -1, undefined, -1, undefined, 1]);
      expect(done.rows.map(({ failure }) => failure && `${failure.blame} ${failure.code}`)).toEqual([
        undefined,
        "candidate refusal",
        "world transport",
        "candidate parse",
        "world transport",
        undefined,
      ]);
      expect(done).toMatchObject({ unscored: 2, failures: 2, score: { n: 4, mean: 0 } });
      expect(done.rows[1]!.feedback).toContain("refused");
      expect(done.rows.every(({ trace }) => trace !== undefined)).toBe(true);
    }
  });

  test("an error of the program's own code counts when it repeats", async () => {
    const tries = new Map<number, number>();
    const shaky = program("shaky", {}, async (_m, { n }: { n: number }) => {
      const count = (tries.get(n) ?? 0) + 1;
      tries.set(n, count);
      if (n === 1 && count === 1) throw new Error("once");
      if (n === 2) throw new Error("always");
      return { a: 2 * n };
    });
    const done = await evaluate(shaky, { data: rows(3), lm: scriptedModel([]), metric: exact });
    expect(done.rows.map(({ score }) => score)).toEqual([1, 1, 0]);
    expect(done.rows[2]!.failure).toEqual({ blame: "candidate", code: "program", message: "always" });
    expect([...tries.values()]).toEqual([1, 2, 2]);
  });

  test.each<[string, (n: number, tries: number) => number, Partial<Row>]>([
    [
      "throws on one row",
      (n) => (n === 1 ? thrown() : 1),
      { failure: { blame: "world", code: "metric", message: "" } },
    ],
    ["throws once", (n, tries) => (n === 1 && tries === 1 ? thrown() : 1), { score: 1 }],
    [
      "is NaN on one row",
      (n) => (n === 1 ? Number.NaN : 1),
      { failure: { blame: "world", code: "metric", message: "" } },
    ],
    ["is 7 on one row", (n) => (n === 1 ? 7 : 1), { failure: { blame: "world", code: "metric", message: "" } }],
  ])("a metric that %s", async (_name, score, expected) => {
    const tries = new Map<number, number>();
    const done = await evaluate(ask, {
      data: rows(3),
      lm: doubling(),
      metric: ({ example: { input } }) => {
        tries.set(input.n, (tries.get(input.n) ?? 0) + 1);
        return score(input.n, tries.get(input.n)!);
      },
    });
    expect(done.rows.map((row) => row.score)).toEqual([1, expected.score, 1]);
    expect(done.rows[1]!.failure?.code).toBe(expected.failure?.code);
    expect(done.unscored).toBe(expected.score === undefined ? 1 : 0);
  });

  function thrown(): never {
    throw new Error("metric bug");
  }

  test.each<[string, () => number, string]>([
    ["throws", thrown, "the metric threw: metric bug"],
    ["is NaN", () => Number.NaN, "got NaN"],
    ["is 7", () => 7, "the metric returned 7, outside its range [0, 1]"],
  ])("a metric that %s on every row stops, with a row named", async (_name, score, message) => {
    const run = evaluate(ask, {
      data: rows(3),
      lm: doubling((n) => (n === 2 || n === -1 ? "?" : undefined)),
      metric: score,
    });
    await expect(run).rejects.toMatchObject({
      code: "metric",
      message: expect.stringMatching(/^evaluate\(ask\): the metric judged no row; row [0-9a-f]{16}: /) as string,
    });
    await expect(run).rejects.toThrow(message);
  });

  test.each<[unknown, string]>([
    [[], "evaluate(ask): data is empty"],
    [[{ n: 1 }], "data[0] must be { input, expected? }"],
    [[{ input: { n: 1 } }, null], "data[1] must be { input, expected? }"],
    [[{ input: { n: 1 } }, { input: { n: "2" } }], "data[1]: the input does not fit the signature: n:"],
  ])("refuses data %j before it pays", async (data, message) => {
    const lm = doubling();
    const run = evaluate(ask, { data: data as { input: { n: number } }[], lm, metric: () => 1 });
    await expect(run).rejects.toMatchObject({ code: "data", message: expect.stringContaining(message) as string });
    expect(lm.calls).toHaveLength(0);
  });

  test("refuses a wrong candidate, a missing model, a silly concurrency", async () => {
    const data = rows(2);
    const lm = doubling();
    await expect(evaluate(ask, { data, lm, metric: exact, candidate: {} })).rejects.toMatchObject({
      code: "candidate",
    });
    await expect(evaluate(ask, { data, metric: exact } as never)).rejects.toMatchObject({ code: "config" });
    await expect(evaluate(ask, { data, lm, metric: exact, concurrency: 0 })).rejects.toThrow("concurrency must be");
    for (const sample of [-1, 0.5, Number.NaN])
      await expect(evaluate(ask, { data, lm, metric: exact, sample })).rejects.toThrow("sample must be a whole number");
    expect(lm.calls).toHaveLength(0);
  });

  test("a wrong key stops at once", async () => {
    const lm = doubling((n) => {
      if (n === 2) throw new CultivarError("auth", "wrong key");
      return undefined;
    });
    await expect(evaluate(ask, { data: rows(50), lm, metric: exact, concurrency: 2 })).rejects.toMatchObject({
      code: "auth",
    });
    expect(lm.calls.length).toBeLessThan(10);
  });

  test.each([undefined, memoryCache()])("an abort is nobody's score, not even the last row's", async (cache) => {
    for (const reason of [undefined, new Error("mine")]) {
      const abort = new AbortController();
      const lm: ScriptedModel = {
        ...doubling(),
        generate: (_request, options) =>
          new Promise((_resolve, reject) => {
            options!.signal!.addEventListener("abort", () => reject(options!.signal!.reason as Error));
            setTimeout(() => abort.abort(reason));
          }),
      };
      const seen: Row[] = [];
      const run = evaluate(ask, {
        data: rows(1),
        lm,
        metric: exact,
        signal: abort.signal,
        onRow: (row) => seen.push(row),
        ...(cache !== undefined && { cache }),
      });
      await expect(run).rejects.toMatchObject({ code: "aborted" });
      expect(seen).toEqual([]);
    }
  });

  test("an abort that the program or the metric makes an error of its own of is still an abort", async () => {
    for (const where of ["program", "metric"]) {
      const abort = new AbortController();
      const stop = (): never => {
        abort.abort();
        throw new Error("gave up");
      };
      const stubborn = tune(async (_texts, _input: { n: number }) => (where === "program" ? stop() : 1), {
        add: text(""),
      });
      const run = evaluate(stubborn, { data: rows(1), metric: () => stop(), signal: abort.signal });
      await expect(run).rejects.toMatchObject({ code: "aborted" });
    }
  });

  test("a budget caps; what no longer fits stays unscored", async () => {
    const done = await evaluate(ask, {
      data: rows(10),
      lm: doubling(),
      metric: exact,
      budget: { calls: 4 },
      concurrency: 3,
    });
    expect(done.spend.calls).toBe(4);
    expect(done).toMatchObject({ unscored: 6, failures: 0, score: { n: 4, mean: 1 } });
  });

  test("a cache shares replies between evaluations, samples apart", async () => {
    const cache = memoryCache();
    const lm = doubling();
    const options = { data: [...rows(3), ...rows(3)], lm, metric: exact, cache };
    const first = await evaluate(ask, options);
    expect([first.spend.calls, first.rows[3]!.id]).toEqual([3, `${first.rows[0]!.id}-2`]);
    expect((await evaluate(ask, options)).spend.calls).toBe(0);
    expect((await evaluate(ask, { ...options, sample: 1 })).spend.calls).toBe(3);
    expect(lm.calls.slice(3).every(({ sample }) => sample === 1)).toBe(true);
  });
});

describe("metered composition", () => {
  test("a metric's own judge keeps its candidate and model, is metered, and stays out of the trace", async () => {
    const judge = predict(
      signature({
        name: "ask",
        instructions: "Judge.",
        input: z.object({ n: z.number() }),
        output: z.object({ good: z.boolean() }),
      }),
    );
    const small = scriptedModel(() => '{"good":true}', { modelId: "small" });
    const candidate = { "ask.instructions": "Judge well.", "ask.demos": '{"rows":[]}' };
    const judged = judge.with({ lm: small, candidate });
    const done = await evaluate(ask, {
      data: rows(3),
      lm: doubling(),
      metric: async ({ output }) => ((await judged({ n: output.a })).good ? 1 : 0),
      budget: { calls: 5 },
      concurrency: 1,
    });
    expect(done.spend.calls).toBe(5);
    expect(done.rows.map(({ score }) => score)).toEqual([1, 1, undefined]);
    expect(small.calls.every(({ messages }) => textOf(messages[0]!).startsWith("Judge well."))).toBe(true);
    const models = [...spansOf(done.rows[0]!.trace!)].flatMap((span) => (span.kind === "lm" ? [span.model] : []));
    expect(models).toEqual(["scripted/scripted"]);
  });

  test("a row is done once the calls that its metric left running are", async () => {
    const slow = scriptedModel((_request, call) => (call === 0 ? "unreadable" : '{"a":1}'), {
      modelId: "slow",
      latencyMs: () => 15,
    });
    const [first, second] = [ask.with({ lm: doubling() }), ask.with({ lm: slow })];
    const done = await evaluate(ask, {
      data: rows(1),
      lm: doubling(),
      metric: async ({ output }) => {
        await Promise.race([first({ n: output.a }), second({ n: output.a })]);
        return 1;
      },
    });
    // The loser of the race is repaired: both of its calls are made, and counted, before the row is told.
    expect([slow.calls.length, done.spend.calls]).toEqual([2, 4]);
  });

  test("a judge that fails leaves the row unscored; a judge's wrong key stops", async () => {
    const of = (reply: () => ScriptedReply) => {
      const judged = ask.with({ lm: scriptedModel(reply) });
      return evaluate(ask, {
        data: rows(2),
        lm: doubling(),
        metric: async ({ output }) => (await judged({ n: output.a })).a,
      });
    };
    const refused = await of(() => ({ finishReason: "refusal" }));
    expect(refused.rows.map(({ score, failure }) => [score, failure?.blame, failure?.code])).toEqual(
      refused.rows.map(() => [undefined, "world", "refusal"]),
    );
    await expect(
      of(() => {
        throw new CultivarError("auth", "wrong key");
      }),
    ).rejects.toMatchObject({ code: "auth" });
  });

  test("a bound module that the program calls keeps all demos of its own candidate", async () => {
    const data = rows(1);
    const demo = { input: { n: 9 }, output: { a: 18 }, source: toExamples(data)[0]!.id };
    const lm = doubling();
    const helper = ask.with({ lm, candidate: { "ask.instructions": "", "ask.demos": encodeDemos({ rows: [demo] }) } });
    const outer = tune(async (_texts, input: { n: number }) => helper(input), { add: text("") });
    await evaluate(outer, { data, metric: exact });
    expect(lm.calls[0]!.messages).toHaveLength(4);
  });

  test("a tuned function needs no model; bound modules that it calls are metered", async () => {
    const inner = ask.with({ lm: doubling() });
    const tuned = tune(async ({ add }, { n }: { n: number }) => ({ a: (await inner({ n })).a + Number(add) }), {
      add: text("1"),
    });
    const data = rows(4);
    expect((await evaluate(tuned, { data, metric: exact })).score.mean).toBe(0);
    const done = await evaluate(tuned, { data, metric: exact, candidate: { add: "0" } });
    expect([done.score.mean, done.spend.calls]).toEqual([1, 4]);
  });
});

describe("what a program and a metric write into a row", () => {
  const tags = (notes: string[]) => ({ input: { notes }, expected: { labels: ["b", "a"] } });
  /** Counts its notes after writing one, and fails once with an error of its own. */
  const counting = (fails: number) => {
    let left = fails;
    return tune(
      async (_texts, { notes }: { notes: string[] }) => {
        notes.push("seen");
        await Promise.resolve();
        if (left-- > 0) throw new Error("once");
        return { count: notes.length };
      },
      { prompt: text("x") },
    );
  };

  test("is seen by no other run of the row, nor by whoever gave it", async () => {
    const data = toExamples([tags([]), tags(["one"])]);
    const seen: string[][] = [];
    const score = ({ example, output }: { example: (typeof data)[number]; output: { count: number } }): number => {
      example.input.notes.push("judged");
      seen.push([...example.expected.labels]);
      example.expected.labels.sort();
      return output.count / 10;
    };
    for (const module of [counting(0), counting(0), counting(1)]) {
      const { rows: told } = await evaluate(module, { data, metric: score });
      expect(told.map((row) => row.score)).toEqual([0.1, 0.2]);
    }
    expect(seen).toEqual(Array.from({ length: 6 }, () => ["b", "a"]));
    expect(data[0]!.input.notes).toEqual([]);
  });

  test("an input that cannot be cloned is handed on as it is", async () => {
    class Handle {
      readonly id = 7;
      own(): number {
        return this.id;
      }
    }
    const module = tune(
      (_texts, input: { handle: Handle; double: (n: number) => number }) =>
        Promise.resolve({ n: input.double(input.handle.own()) }),
      { prompt: text("x") },
    );
    const data = [{ input: { handle: new Handle(), double: (n: number) => 2 * n } }];
    const { rows: told } = await evaluate(module, { data, metric: ({ output }) => output.n / 14 });
    expect(told[0]!.score).toBe(1);
  });

  test("a BigInt in a row is a data error that names it", async () => {
    const module = tune((_texts, input: { n: bigint }) => Promise.resolve(input), { prompt: text("x") });
    await expect(evaluate(module, { data: [{ input: { n: 1n } }], metric: () => 1 })).rejects.toMatchObject({
      code: "data",
      message: expect.stringContaining("data[0]") as string,
    });
  });
});
