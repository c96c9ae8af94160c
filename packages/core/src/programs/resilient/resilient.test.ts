import { describe, expect, test } from "vitest";
import { CultivarError, isCultivarError } from "../../ground/errors.ts";
import type { LanguageModel, Request, Response, Retry } from "../../values/language-model.ts";
import { textMessage } from "../../values/language-model.ts";
import { virtualClock } from "./fixtures/virtual-clock.ts";
import type { ResilientOptions } from "./resilience.ts";
import { resilient } from "./resilient.ts";

const reply: Response = { text: "ok", usage: { inputTokens: 5, outputTokens: 5 }, finishReason: "stop", warnings: [] };
const ask = (text = "hi"): Request => ({ messages: [textMessage("user", text)] });
const limited = (retryAfterMs?: number): CultivarError =>
  new CultivarError("rate-limit", "p/m: slow down", retryAfterMs === undefined ? {} : { retryAfterMs });

type Behave = (call: number, signal: AbortSignal) => Promise<Response>;

/** A model that behaves by call number, under virtual time. */
function setUp(behave: (clock: ReturnType<typeof virtualClock>) => Behave, options: ResilientOptions = {}) {
  const clock = virtualClock();
  const act = behave(clock);
  const seen = { calls: 0, inFlight: 0, most: 0, at: [] as number[] };
  const inner: LanguageModel = {
    provider: "p",
    modelId: "m",
    capabilities: { structuredOutput: true, tools: true, sampling: [], maxOutputTokens: 100 },
    price: { inputUsd: 1, outputUsd: 2, asOf: "2026-01-01" },
    generate: async (_request, call) => {
      seen.at.push(clock.now());
      seen.most = Math.max(seen.most, ++seen.inFlight);
      try {
        return await act(seen.calls++, call!.signal!);
      } finally {
        seen.inFlight -= 1;
      }
    },
  };
  return { clock, seen, lm: resilient(inner, { clock, ...options }) };
}

describe("retries", () => {
  test("describes itself as the model it wraps", () => {
    const { lm } = setUp(() => () => Promise.resolve(reply));
    expect([lm.provider, lm.modelId, lm.price?.inputUsd]).toEqual(["p", "m", 1]);
  });

  test("onRetry is awaited before each further attempt, with attempt, delay and error", async () => {
    const { clock, lm, seen } = setUp(
      () => (call) => (call < 2 ? Promise.reject(limited(3000)) : Promise.resolve(reply)),
    );
    const retries: Retry[] = [];
    const onRetry = (retry: Retry): void => {
      expect(seen.calls).toBe(retry.attempt);
      retries.push(retry);
    };
    expect((await clock.run(lm.generate(ask(), { onRetry }))).text).toBe("ok");
    expect(retries.map(({ attempt, delayMs }) => [attempt, delayMs])).toEqual([
      [1, 3000],
      [2, 3000],
    ]);
    expect(seen.at).toEqual([0, 3000, 6000]);
  });

  test("a rejection of onRetry stops the call and is what is thrown", async () => {
    const { clock, lm, seen } = setUp(() => () => Promise.reject(new CultivarError("transport", "x")));
    const stop = new CultivarError("run-ended", "budget");
    await expect(clock.run(lm.generate(ask(), { onRetry: () => Promise.reject(stop) }))).rejects.toBe(stop);
    expect(seen.calls).toBe(1);
  });

  test("the jitter is the same on every run and differs between requests and attempts", async () => {
    const delays = async (text: string): Promise<readonly number[]> => {
      const { clock, lm } = setUp(() => () => Promise.reject(new CultivarError("transport", "x")));
      const told: number[] = [];
      await clock.run(
        lm.generate(ask(text), { onRetry: ({ delayMs }) => void told.push(delayMs) }).catch(() => undefined),
      );
      return told;
    };
    const [first, again, other] = [await delays("a"), await delays("a"), await delays("b")];
    expect(first).toEqual(again);
    expect(first).not.toEqual(other);
    expect(first).toHaveLength(5);
  });

  test("a model that never answers ends at the deadline of each attempt", async () => {
    const { clock, lm, seen } = setUp(() => () => new Promise(() => {}), { timeoutMs: 1000, maxAttempts: 2 });
    const error: unknown = await clock.run(lm.generate(ask()).catch((thrown: unknown) => thrown));
    expect(isCultivarError(error, "timeout")).toBe(true);
    expect(seen.calls).toBe(2);
  });

  test.each(["calling", "waiting to retry", "queueing"])("an abort while %s rejects with aborted", async (when) => {
    const controller = new AbortController();
    const { clock, lm } = setUp(
      () => (call) =>
        when === "waiting to retry" && call === 0 ? Promise.reject(limited(5000)) : new Promise<Response>(() => {}),
      { concurrency: { start: 1 } },
    );
    if (when === "queueing") void lm.generate(ask("first")).catch(() => undefined);
    const call = lm.generate(ask(), { signal: controller.signal }).catch((thrown: unknown) => thrown);
    void clock.sleep(10).then(() => controller.abort());
    expect(isCultivarError(await clock.run(call), "aborted")).toBe(true);
  });

  test("an abort with the run's own error is that error", async () => {
    const { clock, lm } = setUp(() => () => new Promise(() => {}));
    const ended = new CultivarError("run-ended", "no budget left");
    const call = lm.generate(ask(), { signal: AbortSignal.abort(ended) });
    await expect(clock.run(call)).rejects.toBe(ended);
  });
});

describe("limits", () => {
  const burst = (lm: LanguageModel, count: number): Promise<PromiseSettledResult<Response>[]> =>
    Promise.allSettled(Array.from({ length: count }, (_, i) => lm.generate(ask(`${i}`))));

  test("starts at 16 calls at once and grows while all goes well", async () => {
    const { clock, lm, seen } = setUp((time) => async () => {
      await time.sleep(100);
      return reply;
    });
    await clock.run(burst(lm, 16));
    expect(seen.most).toBe(16);
    await clock.run(burst(lm, 2000));
    expect(seen.most).toBeGreaterThan(60);
    expect(seen.most).toBeLessThanOrEqual(256);
  });

  test("a 5xx storm does not shrink it", async () => {
    const { clock, lm, seen } = setUp((time) => async (call) => {
      await time.sleep(100);
      if (call < 16) throw new CultivarError("transport", "503");
      return reply;
    });
    await clock.run(burst(lm, 64));
    seen.most = 0;
    await clock.run(burst(lm, 64));
    expect(seen.most).toBeGreaterThanOrEqual(16);
  });

  test("while rate-limited, one probe goes out per wait window", async () => {
    const wait = 5000;
    const { clock, lm, seen } = setUp((time) => async () => {
      await time.sleep(100);
      if (time.now() < 21_000) throw limited(wait);
      return reply;
    });
    const settled = await clock.run(burst(lm, 100));
    expect(settled.every((outcome) => outcome.status === "fulfilled")).toBe(true);
    const blocked = seen.at.filter((at) => at > 100 && at < 21_000);
    expect(seen.at.filter((at) => at <= 100)).toHaveLength(16);
    expect(blocked.length).toBeLessThanOrEqual(4);
    for (let i = 1; i < blocked.length; i++) expect(blocked[i]! - blocked[i - 1]!).toBeGreaterThanOrEqual(wait);
  });

  test("after a storm it is back to nine tenths of the allowed rate within a minute", async () => {
    const { clock, lm, seen } = setUp((time) => async () => {
      await time.sleep(1000);
      if (time.now() < 10_000) throw limited(3000);
      return reply;
    });
    await clock.run(burst(lm, 8000));
    const perSecond = seen.at.filter((at) => at >= 68_000 && at < 70_000).length / 2;
    expect(perSecond).toBeGreaterThanOrEqual(0.9 * 200);
  });

  test("a wait beyond the cap fails the others too, without a call each", async () => {
    const { clock, lm, seen } = setUp(() => () => Promise.reject(limited(1e12)));
    const settled = await clock.run(burst(lm, 100));
    expect(settled.every((o) => o.status === "rejected" && isCultivarError(o.reason, "rate-limit"))).toBe(true);
    expect(seen.calls).toBe(16);
    await expect(clock.run(lm.generate(ask()))).rejects.toThrow(/asks to wait 600 s/);
    expect(seen.calls).toBe(16);
  });

  test("requests and tokens per minute hold over minutes", async () => {
    const { clock, lm, seen } = setUp(() => () => Promise.resolve(reply), { requestsPerMinute: 120 });
    await clock.run(burst(lm, 250));
    expect(seen.at.filter((at) => at < 60_000).length).toBeLessThanOrEqual(130);
    expect(seen.at.at(-1)).toBeGreaterThan(110_000);
    const byTokens = setUp(() => () => Promise.resolve(reply), { tokensPerMinute: 1200 });
    await byTokens.clock.run(burst(byTokens.lm, 100));
    // 1,000 tokens at 20 a second, less the burst; the first calls are taken for 101 tokens each instead of 10.
    expect(byTokens.seen.at.at(-1)).toBeGreaterThan(40_000);
    expect(byTokens.seen.at.at(-1)).toBeLessThan(160_000);
  });

  test("options out of range are refused", () => {
    for (const options of [{ maxAttempts: 0 }, { timeoutMs: Number.NaN }, { requestsPerMinute: 0 }]) {
      expect(() => setUp(() => () => Promise.resolve(reply), options)).toThrow(/at least 1/);
    }
  });
});

describe("deadlines", () => {
  test("a time-out longer than a timer can hold is no time-out at once", async () => {
    const inner: LanguageModel = {
      provider: "p",
      modelId: "m",
      capabilities: { structuredOutput: true, tools: true, sampling: [], maxOutputTokens: 100 },
      generate: () => new Promise((resolve) => setTimeout(() => resolve(reply), 30)),
    };
    const lm = resilient(inner, { timeoutMs: Number.POSITIVE_INFINITY, maxAttempts: 1 });
    expect((await lm.generate(ask())).text).toBe("ok");
  });

  test("a self-timed model gets a signal only from callers that gave one", async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const inner: LanguageModel = {
      provider: "p",
      modelId: "m",
      capabilities: { structuredOutput: true, tools: true, sampling: [], maxOutputTokens: 100 },
      generate: (_request, call) => {
        signals.push(call?.signal);
        return call?.signal === undefined ? Promise.resolve(reply) : new Promise(() => undefined);
      },
    };
    const lm = resilient(inner, { timeoutMs: 20, maxAttempts: 1 }, { selfTimed: true });
    await lm.generate(ask());
    await expect(lm.generate(ask(), { signal: new AbortController().signal })).rejects.toMatchObject({
      code: "timeout",
    });
    expect(signals.map((signal) => signal?.aborted)).toEqual([undefined, true]);
  });
});
