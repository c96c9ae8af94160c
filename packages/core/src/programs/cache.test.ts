import { describe, expect, test } from "vitest";
import type { Response } from "../values/language-model.ts";
import { memoryCache } from "./cache.ts";

const response = (text: string): Response => ({ text, usage: {}, finishReason: "stop", warnings: [] });
const makes = (text: string, keep = true) => {
  const make = async (): Promise<{ response: Response; keep: boolean }> => {
    make.count += 1;
    await new Promise((resolve) => setImmediate(resolve));
    return { response: response(text), keep };
  };
  make.count = 0;
  return make;
};

describe("memoryCache", () => {
  test("of a thousand askers one makes the reply", async () => {
    const cache = memoryCache();
    const make = makes("a");
    const told = await Promise.all(Array.from({ length: 1000 }, () => cache.once("k", make)));
    expect(make.count).toBe(1);
    expect(told.filter(({ hit }) => !hit)).toHaveLength(1);
    expect(new Set(told.map((one) => one.response.text))).toEqual(new Set(["a"]));
  });

  test("a maker that fails lets the next one try", async () => {
    const cache = memoryCache();
    let tries = 0;
    const make = async (): Promise<{ response: Response; keep: boolean }> => {
      tries += 1;
      await Promise.resolve();
      if (tries < 3) throw new Error(`try ${tries}`);
      return { response: response("late"), keep: true };
    };
    const told = await Promise.allSettled(Array.from({ length: 10 }, () => cache.once("k", make)));
    expect(tries).toBe(3);
    expect(told.filter(({ status }) => status === "rejected")).toHaveLength(2);
  });

  test("what may not be kept is made again by each asker", async () => {
    const cache = memoryCache();
    const make = makes("cut", false);
    const told = await Promise.all([1, 2, 3].map(() => cache.once("k", make)));
    expect(make.count).toBe(3);
    expect(told.every(({ hit }) => !hit)).toBe(true);
  });

  test("the least recently used reply goes first", async () => {
    const cache = memoryCache({ maxEntries: 2 });
    const get = async (key: string): Promise<boolean> => (await cache.once(key, makes(key))).hit;
    expect([await get("a"), await get("b"), await get("a"), await get("c")]).toEqual([false, false, true, false]);
    expect([await get("a"), await get("b")]).toEqual([true, false]);
  });

  test("a waiter whose signal aborts stops waiting at once and makes nothing; the others go on", async () => {
    const cache = memoryCache();
    const abort = new AbortController();
    const flight = Promise.withResolvers<{ response: Response; keep: boolean }>();
    const make = makes("late");
    const first = cache.once("k", () => flight.promise);
    const second = cache.once("k", make, abort.signal);
    const third = cache.once("k", make);
    abort.abort(new Error("stop"));
    await expect(second).rejects.toThrow("stop");
    flight.resolve({ response: response("a"), keep: true });
    expect((await Promise.all([first, third])).map((one) => [one.response.text, one.hit])).toEqual([
      ["a", false],
      ["a", true],
    ]);
    await expect(cache.once("other", make, abort.signal)).resolves.toMatchObject({ hit: false });
    expect(make.count).toBe(1);
  });
});
