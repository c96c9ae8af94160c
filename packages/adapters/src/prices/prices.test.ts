import { expect, test } from "vitest";
import { listPrices, priceOf } from "./prices.ts";

test("every row is dated, positive, and cheaper from the cache", () => {
  for (const price of Object.values(listPrices)) {
    expect(price.asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(price.inputUsd).toBeGreaterThan(0);
    expect(price.outputUsd).toBeGreaterThan(price.inputUsd);
    expect(price.cachedInputUsd).toBeLessThan(price.inputUsd);
  }
});

test("a dated snapshot has its model's price, nothing else is guessed, unknown is undefined", () => {
  expect(priceOf("openai", "gpt-5.4-mini-2026-03-17")).toBe(listPrices["openai/gpt-5.4-mini"]);
  expect(priceOf("anthropic", "claude-haiku-4-5-20251001")?.inputUsd).toBe(1);
  expect(priceOf("openai", "gpt-5.5-pro")).toBeUndefined();
  expect(priceOf("openai", "toString")).toBeUndefined();
  expect(priceOf("together", "gpt-5.5")).toBeUndefined();
});

test("the caller's rows go before the table", () => {
  const mine = { inputUsd: 0, outputUsd: 0, asOf: "2026-01-01" };
  expect(priceOf("openai", "gpt-5.5", { "openai/gpt-5.5": mine })).toBe(mine);
  expect(priceOf("local", "llama", { "local/llama": mine })).toBe(mine);
});
