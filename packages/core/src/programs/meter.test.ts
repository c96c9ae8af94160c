import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Clock } from "../ground/clock.ts";
import { CultivarError, isCultivarError } from "../ground/errors.ts";
import type { LanguageModel, Price, Request } from "../values/language-model.ts";
import { costUsd, textMessage } from "../values/language-model.ts";
import { directGateway } from "./direct-gateway.ts";
import { createGateway } from "./gateway.ts";
import type { Budget } from "./meter.ts";
import { createMeter } from "./meter.ts";
import { worstOf } from "./meter/worst-case.ts";

const price: Price = { inputUsd: 3, outputUsd: 15, cacheWriteUsd: 3.75, cachedInputUsd: 0.3, asOf: "2026-01-01" };
const request = (n: number, maxTokens = 20): Request => ({ messages: [textMessage("user", `n ${n}`)], maxTokens });

function model(generate: LanguageModel["generate"], priced: Price | undefined = price): LanguageModel {
  const capabilities = { structuredOutput: true, tools: false, sampling: [], maxOutputTokens: 20 };
  return { provider: "test", modelId: "m", capabilities, generate, ...(priced !== undefined && { price: priced }) };
}

const never: LanguageModel["generate"] = () => Promise.reject(new Error("not called"));

/** Turns of the event loop: deterministic stand-ins for latency. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

describe("a cap holds", () => {
  const call = fc.record({
    latency: fc.nat(6),
    used: fc.integer({ min: 0, max: 4 }).map((quarters) => quarters / 4),
    outcome: fc.constantFrom("ok", "ok", "ok", "retry", "fails", "breaks off", "mute", "nonsense"),
    maxTokens: fc.integer({ min: 1, max: 300 }),
  });
  const budgets: fc.Arbitrary<Budget> = fc.oneof(
    fc.record({ calls: fc.integer({ min: 1, max: 15 }) }),
    fc.record({ tokens: fc.integer({ min: 50, max: 4000 }) }),
    fc.record({ usd: fc.integer({ min: 5, max: 200 }).map((tenths) => tenths / 10_000) }),
    fc.record({
      calls: fc.integer({ min: 1, max: 15 }),
      tokens: fc.integer({ min: 50, max: 4000 }),
      usd: fc.integer({ min: 5, max: 200 }).map((tenths) => tenths / 10_000),
    }),
  );

  test.each(["direct", "journaling"])(
    "with random calls, latencies, costs, retries and failures (%s gateway)",
    async (kind) => {
      await fc.assert(
        fc.asyncProperty(budgets, fc.array(call, { minLength: 1, maxLength: 25 }), async (budget, plans) => {
          const meter = createMeter(budget);
          const sent = { calls: 0, tokens: 0, usd: 0 };
          const lm = model(async (asked, options) => {
            const plan = plans[Number(/\d+/.exec(JSON.stringify(asked.messages))![0])]!;
            const worst = worstOf(lm, asked);
            for (let attempt = 1; ; attempt++) {
              sent.calls += 1;
              await turns(plan.latency);
              const outputTokens = Math.floor(asked.maxTokens! * plan.used);
              const inputTokens = Math.floor((worst.tokens - asked.maxTokens!) * plan.used);
              const fails =
                plan.outcome === "fails" ||
                plan.outcome === "breaks off" ||
                (plan.outcome === "retry" && attempt === 1);
              // What the provider really charges: all of it as cache writes, its dearest kind of input.
              if (plan.outcome !== "fails" && !(fails && plan.outcome === "retry")) {
                sent.tokens += inputTokens + outputTokens;
                sent.usd += (inputTokens * 3.75 + outputTokens * 15) / 1e6;
              }
              if (plan.outcome === "retry" && attempt === 1) {
                const error = new CultivarError("rate-limit", "429", { fields: { status: 429 } });
                await options?.onRetry?.({ attempt, delayMs: 0, error });
                continue;
              }
              if (fails)
                throw new CultivarError("transport", "x", plan.outcome === "fails" ? { fields: { status: 500 } } : {});
              const usage =
                plan.outcome === "mute"
                  ? {}
                  : plan.outcome === "nonsense"
                    ? { inputTokens: Number.NaN, outputTokens: -5 }
                    : { inputTokens, outputTokens, cacheWriteTokens: inputTokens };
              return { text: "", usage, finishReason: "stop", warnings: [] };
            }
          });
          const gateway = kind === "direct" ? directGateway(meter, undefined) : createGateway({ meter });
          const results = await Promise.allSettled(
            plans.map((plan, i) => gateway.generate(lm, request(i, plan.maxTokens))),
          );
          const spend = meter.spend();
          expect(sent.calls).toBeLessThanOrEqual(budget.calls ?? Infinity);
          expect(sent.tokens).toBeLessThanOrEqual(budget.tokens ?? Infinity);
          expect(sent.usd).toBeLessThanOrEqual((budget.usd ?? Infinity) * (1 + 1e-9));
          expect(spend.calls).toBe(sent.calls);
          expect(spend.inputTokens + spend.outputTokens).toBeLessThanOrEqual(budget.tokens ?? Infinity);
          for (const result of results) {
            if (result.status === "fulfilled") continue;
            expect(isCultivarError(result.reason, "run-ended") || isCultivarError(result.reason, "transport")).toBe(
              true,
            );
          }
          // Something ended the run exactly when a call was refused.
          const refused = results.some(
            (result) => result.status === "rejected" && isCultivarError(result.reason, "run-ended"),
          );
          expect(meter.exhausted() !== undefined).toBe(refused);
        }),
        { numRuns: 150 },
      );
    },
  );
});

describe("reservations", () => {
  const lm = model(never);

  test("wait while a call in flight may free some, and end the run when none is", async () => {
    const worst = worstOf(lm, request(0)).tokens;
    const meter = createMeter({ tokens: Math.floor(worst * 1.5) });
    const first = await meter.reserve(lm, request(0));
    let admitted = false;
    const second = meter.reserve(lm, request(1)).then((ticket) => {
      admitted = true;
      return ticket;
    });
    await turns(3);
    expect(admitted).toBe(false);
    first.settle({ inputTokens: 1, outputTokens: 1 });
    (await second).settle({ inputTokens: 0, outputTokens: worst });
    await expect(meter.reserve(lm, request(2))).rejects.toMatchObject({
      code: "run-ended",
      fields: { limit: "tokens" },
    });
    expect(meter.exhausted()).toBe("tokens");
  });

  test("a waiter is refused once nothing in flight can free enough", async () => {
    const meter = createMeter({ calls: 1 });
    const first = await meter.reserve(lm, request(0));
    const waiters = [meter.reserve(lm, request(1)), meter.reserve(lm, request(2))];
    first.settle({ inputTokens: 1, outputTokens: 1 });
    for (const waiter of waiters)
      await expect(waiter).rejects.toMatchObject({ code: "run-ended", fields: { limit: "calls" } });
  });

  test("settling or failing twice counts once; a billed failure counts as its worst case", async () => {
    const meter = createMeter({ usd: 1 });
    const ticket = await meter.reserve(lm, request(0));
    ticket.settle({ inputTokens: 10, outputTokens: 10 });
    ticket.fail(true);
    ticket.settle({ inputTokens: 10, outputTokens: 10 });
    expect(meter.spend()).toMatchObject({ calls: 1, inputTokens: 10, outputTokens: 10, usd: (10 * 3 + 10 * 15) / 1e6 });
    const lost = await meter.reserve(lm, request(0));
    lost.fail(true);
    expect(meter.spend().usd).toBeCloseTo((10 * 3 + 10 * 15) / 1e6 + lost.worst.usd!, 12);
    const unsent = await meter.reserve(lm, request(0));
    unsent.cancel();
    unsent.fail(true);
    expect(meter.spend().calls).toBe(2);
  });

  test("a call that fits exactly is admitted after others were given back", async () => {
    // Held and given back in doubles, 0.1 + 0.3 - 0.1 - 0.3 is not 0.
    const asked = [1, 3, 4].map((maxTokens) => request(0, maxTokens));
    const priced = model(never, { inputUsd: 0, outputUsd: 100_000, asOf: "2026-01-01" });
    const exact = worstOf(priced, asked[2]!).usd!;
    const meter = createMeter({ usd: exact });
    const tickets = [await meter.reserve(priced, asked[0]!), await meter.reserve(priced, asked[1]!)];
    for (const ticket of tickets) ticket.cancel();
    expect((await meter.reserve(priced, asked[2]!)).worst.usd).toBe(exact);
  });

  test("an unknown price is said, and refused under a usd budget", async () => {
    const free = model(never, undefined);
    const { price: _price, ...unpriced } = free;
    const meter = createMeter({ calls: 5 });
    (await meter.reserve(unpriced, request(0))).settle({ inputTokens: 1, outputTokens: 1 });
    expect(meter.spend()).toMatchObject({ usd: undefined, pricedUsd: 0, unpriced: ["test/m"] });
    await expect(createMeter({ usd: 1 }).reserve(unpriced, request(0))).rejects.toMatchObject({
      code: "price-unknown",
    });
    const zero = model(never, { inputUsd: 0, outputUsd: 0, asOf: "2026-01-01" });
    const open = createMeter({});
    (await open.reserve(zero, request(0))).settle({ inputTokens: 1, outputTokens: 1 });
    expect(open.spend().usd).toBe(0);
  });

  test("seconds count those of earlier processes, on the injected clock", async () => {
    let now = 0;
    const clock: Clock = { now: () => now, wall: () => 0, sleep: () => Promise.resolve(), after: () => () => {} };
    const meter = createMeter({ seconds: 10 }, { clock, elapsedMs: 4000 });
    now = 5999;
    (await meter.reserve(lm, request(0))).settle({});
    now = 6000;
    await expect(meter.reserve(lm, request(0))).rejects.toMatchObject({ fields: { limit: "seconds" } });
  });

  test("what is set aside stays out of reach until it is released; the report may then outlast the clock", async () => {
    let now = 0;
    const clock: Clock = { now: () => now, wall: () => 0, sleep: () => Promise.resolve(), after: () => () => {} };
    const meter = createMeter({ calls: 3, seconds: 1 }, { clock });
    const release = meter.setAside({ calls: 2, tokens: 0, usd: 0 });
    (await meter.reserve(lm, request(0))).settle({});
    await expect(meter.reserve(lm, request(1))).rejects.toMatchObject({ fields: { limit: "calls" } });
    release();
    now = 5000;
    expect(meter.exhausted()).toBeUndefined();
    (await meter.reserve(lm, request(1))).settle({});
    (await meter.reserve(lm, request(2))).settle({});
    await expect(meter.reserve(lm, request(3))).rejects.toMatchObject({ fields: { limit: "calls" } });
  });

  test("restored spend counts against the caps", async () => {
    const meter = createMeter({ calls: 5 });
    meter.restore({ calls: 5, tokens: 30, inputTokens: 20, usd: 0.5 });
    expect(meter.spend()).toMatchObject({ calls: 5, inputTokens: 20, outputTokens: 10, usd: 0.5 });
    await expect(meter.reserve(lm, request(0))).rejects.toMatchObject({ code: "run-ended" });
  });

  test("the worst case covers what is sent, tools, schemas and images by URL", () => {
    const text = "\u{1f33f}".repeat(100);
    expect(worstOf(lm, { messages: [textMessage("user", text)] }).tokens).toBeGreaterThan(400 + 20);
    const { tokens, usd } = worstOf(lm, request(0));
    const written = { inputTokens: tokens - 20, outputTokens: 20, cacheWriteTokens: tokens - 20 };
    expect(usd).toBeCloseTo(costUsd(written, price)!, 12);
    const image = { type: "image", mediaType: "image/png", url: "https://x" } as const;
    expect(worstOf(lm, { messages: [{ role: "user", content: [image] }] }).tokens).toBeGreaterThan(2000);
    expect(worstOf(lm, { messages: [], maxTokens: 7 }).usd).toBeGreaterThan((7 * 15) / 1e6);
  });
});
