import { describe, expect, test } from "vitest";
import { CultivarError } from "../ground/errors.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import type { Embedder, FinishReason, Request } from "../values/language-model.ts";
import { textMessage } from "../values/language-model.ts";
import { memoryCache } from "./cache.ts";
import { directGateway } from "./direct-gateway.ts";
import type { CallRecord, GatewayOptions } from "./gateway.ts";
import { createGateway, recording, requestKey } from "./gateway.ts";
import { createMeter } from "./meter.ts";

const request = (text: string): Request => ({ messages: [textMessage("user", text)] });
const open = (options: Partial<GatewayOptions> = {}) => {
  const records: CallRecord[] = [];
  const meter = createMeter({});
  const append = (record: CallRecord): Promise<void> => {
    records.push(record);
    return Promise.resolve();
  };
  return { records, meter, gateway: createGateway({ meter, append, ...options }) };
};

describe("generate", () => {
  test("a thousand equal requests at once are one call, journaled once", async () => {
    const { gateway, records, meter } = open({ cache: memoryCache() });
    const lm = scriptedModel(() => "hi", { latencyMs: () => 2 });
    const keys = new Set<string>();
    const told = await Promise.all(
      Array.from({ length: 1000 }, () => recording(gateway, keys).generate(lm, request("a"))),
    );
    expect(lm.calls).toHaveLength(1);
    expect(new Set(told.map(({ text }) => text))).toEqual(new Set(["hi"]));
    expect(records.map(({ type }) => type)).toEqual(["intent", "reply"]);
    expect([...keys]).toEqual([requestKey(lm, request("a"))]);
    expect(gateway.logical([...keys, ...keys])).toMatchObject({ calls: 1, listUsd: 0 });
    expect(meter.spend().calls).toBe(1);
  });

  test("the key tells model, endpoint, request and sample apart, not the order of members", () => {
    const lm = scriptedModel([]);
    const asked = { ...request("a"), maxTokens: 3 };
    const keys = [
      requestKey(lm, asked),
      requestKey({ ...lm, modelId: "x" }, asked),
      requestKey({ ...lm, endpoint: "x" }, asked),
      requestKey(lm, { ...asked, sample: 1 }),
      requestKey(lm, request("a")),
    ];
    expect(new Set(keys).size).toBe(5);
    expect(requestKey(lm, { maxTokens: 3, ...request("a") })).toBe(keys[0]);
  });

  test("the intent is journaled before the call is sent, the reply before it is used", async () => {
    const order: string[] = [];
    const slowly = async (record: CallRecord): Promise<void> => {
      order.push(`${record.type} begins`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      order.push(`${record.type} is safe`);
    };
    const lm = scriptedModel(() => {
      order.push("sent");
      return "hi";
    });
    await open({ append: slowly }).gateway.generate(lm, request("a"));
    order.push("used");
    expect(order).toEqual(["intent begins", "intent is safe", "sent", "reply begins", "reply is safe", "used"]);
  });

  test("a reply that could not be journaled is not used", async () => {
    const full = (record: CallRecord): Promise<void> =>
      record.type === "reply" ? Promise.reject(new CultivarError("storage", "disk full")) : Promise.resolve();
    const { gateway, meter } = open({ append: full });
    await expect(gateway.generate(scriptedModel(["hi"]), request("a"))).rejects.toMatchObject({ code: "storage" });
    expect(meter.spend().calls).toBe(1);
  });

  test("a failed call is journaled as a fault and lets the next one try; a plain error is the transport's", async () => {
    for (const cache of [undefined, memoryCache()]) {
      const { gateway, records } = open({ cache });
      const lm = scriptedModel((_request, call) => {
        if (call === 0) throw new TypeError("socket");
        return "hi";
      });
      const both = await Promise.allSettled([gateway.generate(lm, request("a")), gateway.generate(lm, request("a"))]);
      for (const one of both) {
        expect(one).toMatchObject({ reason: { code: "transport", message: "scripted/scripted: socket" } });
      }
      expect((await gateway.generate(lm, request("a"))).text).toBe("hi");
      expect(records.map((record) => [record.type, "code" in record ? record.code : ""])).toEqual([
        ["intent", ""],
        ["fault", "transport"],
        ["intent", ""],
        ["reply", ""],
      ]);
    }
    const direct = directGateway(createMeter({}), undefined);
    const broken = scriptedModel(() => {
      throw new TypeError("socket");
    });
    await expect(direct.generate(broken, request("a"))).rejects.toMatchObject({ code: "transport" });
  });

  test("a run takes up journaled replies and pays for what has an intent only", async () => {
    const lm = scriptedModel((asked, call) => `${JSON.stringify(asked.messages).length} ${call}`);
    const first = open();
    const a = await first.gateway.generate(lm, request("a"));
    const intent = { ...first.records[0]!, key: requestKey(lm, request("b")) };
    const next = open({ earlier: JSON.parse(JSON.stringify([...first.records, intent])) as CallRecord[] });
    expect(await next.gateway.generate(lm, request("a"))).toEqual(a);
    await next.gateway.generate(lm, request("a"));
    expect([lm.calls.length, next.gateway.reused.journaled, next.gateway.answered()]).toEqual([1, 1, 1]);
    await next.gateway.generate(lm, request("b"));
    expect(lm.calls).toHaveLength(2);
  });

  test.each<[FinishReason, boolean]>([
    ["stop", true],
    ["tool-calls", true],
    ["length", false],
    ["refusal", false],
    ["content-filter", false],
    ["context-overflow", false],
    ["pause", false],
    ["other", false],
  ])("a reply that ended by %s is shared: %s", async (finishReason, shared) => {
    const cache = memoryCache();
    const lm = scriptedModel(() => ({ text: "x", finishReason }));
    const one = open({ cache });
    await one.gateway.generate(lm, request("a"));
    await one.gateway.generate(lm, request("a"));
    expect(lm.calls).toHaveLength(1);
    const two = open({ cache });
    await two.gateway.generate(lm, request("a"));
    expect(lm.calls).toHaveLength(shared ? 1 : 2);
    expect(two.gateway.reused.cached).toBe(shared ? 1 : 0);
    expect(two.records.at(-1)).toMatchObject({ type: "reply", ...(shared && { cached: true }) });
    expect(two.meter.spend().calls).toBe(shared ? 0 : 1);
  });

  test("an abort is an abort, whatever its reason", async () => {
    const abort = new AbortController();
    const lm = scriptedModel(() => "hi");
    const { gateway } = open({ signal: abort.signal });
    const running = gateway.generate(
      {
        ...lm,
        generate: (_asked, options) =>
          new Promise((_resolve, reject) => {
            options!.signal!.addEventListener("abort", () => reject(options!.signal!.reason as Error));
          }),
      },
      request("a"),
    );
    setTimeout(() => abort.abort(new Error("my reason")));
    await expect(running).rejects.toMatchObject({ code: "aborted" });
    await expect(gateway.generate(lm, request("b"))).rejects.toMatchObject({ code: "aborted" });
    expect(lm.calls).toHaveLength(0);
  });

  test("every retry is a call, and has its own intent", async () => {
    const { gateway, meter, records } = open();
    const seen: number[] = [];
    const lm = scriptedModel(() => "hi");
    const flaky: typeof lm = {
      ...lm,
      async generate(asked, options) {
        for (const attempt of [1, 2])
          await options?.onRetry?.({ attempt, delayMs: 0, error: new CultivarError("rate-limit", "429") });
        return lm.generate(asked);
      },
    };
    const told = createGateway({ meter, onRetry: ({ attempt }) => seen.push(attempt) });
    await told.generate(flaky, request("a"));
    expect([meter.spend().calls, seen]).toEqual([3, [1, 2]]);
    await gateway.generate(flaky, request("b"));
    expect(records.map(({ type }) => type)).toEqual(["intent", "fault", "intent", "fault", "intent", "reply"]);
  });

  test("a retry that the budget refuses leaves no second fault", async () => {
    const meter = createMeter({ calls: 1 });
    const { gateway, records } = open({ meter });
    const flaky = scriptedModel(() => "hi");
    const retrying: typeof flaky = {
      ...flaky,
      async generate(_asked, options) {
        await options?.onRetry?.({ attempt: 1, delayMs: 0, error: new CultivarError("timeout", "slow") });
        throw new Error("not reached");
      },
    };
    await expect(gateway.generate(retrying, request("a"))).rejects.toMatchObject({ code: "run-ended" });
    expect(records).toMatchObject([{ type: "intent" }, { type: "fault", code: "timeout", billed: true }]);
    expect(meter.spend().calls).toBe(1);
  });
});

describe("embed", () => {
  test("is one call for equal texts, journaled, taken up, and the world's fault when it fails", async () => {
    let made = 0;
    let down = true;
    const embedder: Embedder = {
      provider: "p",
      modelId: "e",
      embed: async (texts) => {
        made += 1;
        if (down) throw new Error("down");
        return { vectors: texts.map(() => [made]) };
      },
    };
    const { gateway, records } = open();
    await expect(gateway.embed(embedder, ["a"])).rejects.toMatchObject({ code: "transport" });
    expect(records.map(({ type }) => type)).toEqual(["intent", "fault"]);
    down = false;
    const both = await Promise.all([gateway.embed(embedder, ["a"]), gateway.embed(embedder, ["a"])]);
    expect(both).toEqual([[[2]], [[2]]]);
    const next = open({ earlier: records });
    expect(await next.gateway.embed(embedder, ["a"])).toEqual([[2]]);
    expect(made).toBe(2);
    const priced: Embedder = {
      ...embedder,
      price: { inputUsd: 2, outputUsd: 0, asOf: "2026-01-01" },
      embed: () => Promise.resolve({ vectors: [[1]], usage: { inputTokens: 500_000 } }),
    };
    await gateway.embed(priced, ["b"]);
    expect(records.at(-1)).toMatchObject({ type: "vectors", usage: { inputTokens: 500_000, outputTokens: 0 }, usd: 1 });
    down = true;
    await expect(directGateway(createMeter({}), undefined).embed(embedder, ["a"])).rejects.toMatchObject({
      code: "transport",
    });
  });
});

test("what waited for the meter is not embedded after an abort, and not counted", async () => {
  const abort = new AbortController();
  const meter = createMeter({ calls: 2 });
  const direct = directGateway(meter, abort.signal);
  let asked = 0;
  const embedder: Embedder = {
    provider: "p",
    modelId: "e",
    embed: (texts) => {
      asked += 1;
      return Promise.resolve({ vectors: texts.map(() => [1]), usage: { inputTokens: 1 } });
    },
  };
  const lm = scriptedModel(() => "hi");
  const held = [await meter.reserve(lm, request("a")), await meter.reserve(lm, request("b"))];
  const waiting = direct.embed(embedder, ["a"]);
  abort.abort();
  for (const ticket of held) ticket.cancel();
  await expect(waiting).rejects.toMatchObject({ code: "aborted" });
  expect([asked, meter.spend().calls]).toEqual([0, 0]);
});

describe("tool", () => {
  test("results are JSON, journaled by address, and taken up; errors too", async () => {
    const { gateway, records } = open();
    expect(await gateway.tool(["a", "b"], () => Promise.resolve({ when: new Date(0), none: undefined }))).toEqual({
      when: "1970-01-01T00:00:00.000Z",
    });
    expect(await gateway.tool(["void"], () => Promise.resolve(undefined))).toBeNull();
    expect(await gateway.tool(["odd"], () => Promise.resolve(() => 1))).toBeNull();
    await expect(gateway.tool(["bad"], () => Promise.reject(new Error("no luck")))).rejects.toThrow("no luck");
    const next = open({ earlier: JSON.parse(JSON.stringify(records)) as CallRecord[] });
    const again = (): Promise<unknown> => Promise.resolve("another");
    expect(await next.gateway.tool(["a", "b"], again)).toEqual({ when: "1970-01-01T00:00:00.000Z" });
    expect(await next.gateway.tool(["void"], again)).toBeNull();
    await expect(next.gateway.tool(["bad"], again)).rejects.toThrow("no luck");
    expect(await next.gateway.tool(["new"], again)).toBe("another");
  });

  test.each(["auth", "quota", "run-ended", "transport", "rate-limit", "storage"] as const)(
    "what the run or the world did to a module within a tool (%s) is no result of the tool",
    async (code) => {
      const { gateway, records } = open();
      await expect(gateway.tool(["a"], () => Promise.reject(new CultivarError(code, "x")))).rejects.toMatchObject({
        code,
      });
      expect(records).toEqual([]);
      expect(await gateway.tool(["a"], () => Promise.resolve("now"))).toBe("now");
    },
  );
});

test("a whole reply that says nothing is not shared as a success", async () => {
  const cache = memoryCache();
  const lm = scriptedModel([{ text: "" }, { text: " \n" }, { text: "said" }, { text: "unasked" }]);
  const texts = [];
  for (let i = 0; i < 4; i++) texts.push((await open({ cache }).gateway.generate(lm, request("a"))).text);
  expect(texts).toEqual(["", " \n", "said", "said"]);
});

describe("secrets", () => {
  const key = "sk-proj-abcdefghijklmnop1234567890";

  test("of a model's error reach neither the journal nor whoever asked", async () => {
    const { gateway, records } = open();
    const lm = { ...scriptedModel([]), generate: () => Promise.reject(new Error(`Authorization: Bearer ${key}`)) };
    const error = await gateway.generate(lm, request("a")).catch((thrown: unknown) => thrown);
    expect(records.map(({ type }) => type)).toEqual(["intent", "fault"]);
    expect(JSON.stringify(records) + (error as Error).message).not.toContain(key);
    expect((error as Error).message).toContain("[redacted:");
  });

  test("of a tool's error or result neither, and a resumed run sees what the first one saw", async () => {
    const { gateway, records } = open();
    const output = { "x-api-key": "plainlooking", said: `api_key=${key}`, n: 1 };
    const seen = await gateway.tool(["a"], () => Promise.resolve(output));
    const error = await gateway.tool(["b"], () => Promise.reject(new Error(key))).catch((thrown: Error) => thrown);
    expect(JSON.stringify([records, seen]) + (error as Error).message).not.toMatch(/plainlooking|abcdefgh/);
    expect(seen).toMatchObject({ n: 1 });
    const again = createGateway({ meter: createMeter({}), earlier: records });
    expect(await again.tool(["a"], () => Promise.reject(new Error("ran again")))).toEqual(seen);
  });
});
