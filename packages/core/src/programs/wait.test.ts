import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { evaluate } from "../judging/evaluate.ts";
import { compile } from "../searching/compile.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import type { LanguageModel } from "../values/language-model.ts";
import { shorthand } from "../values/shorthand.ts";
import type { AnyModule } from "./module.ts";
import { predict } from "./predict.ts";
import { react } from "./react.ts";
import { tool } from "./tool.ts";
import { text, tune } from "./tune.ts";
import { z } from "zod";

const never = (): Promise<never> => new Promise(() => {});
const hung: LanguageModel = { ...scriptedModel([]), generate: never };
const calling = scriptedModel(() => ({
  finishReason: "tool-calls",
  toolCalls: [{ id: "1", name: "look", arguments: {} }],
}));
const look = tool({ description: "", arguments: z.object({}), run: never });
const kinds: readonly (readonly [string, AnyModule, LanguageModel | undefined])[] = [
  ["a tuned function", tune(never, { prompt: text("x") }, { name: "t" }), undefined],
  ["a model", predict(shorthand("q -> a")), hung],
  ["a tool", react(shorthand("q -> a"), { tools: { look } }), calling],
];
const rows = (name: string) => [0, 1].map((i) => ({ input: { q: `${name} ${i}` }, expected: { a: "x" } }));
const target = (lm: LanguageModel | undefined) => ({
  metric: () => 1,
  data: { train: rows("t"), val: rows("v") },
  optimizer: { name: "none", run: () => Promise.resolve() },
  fingerprint: "x",
  ...(lm !== undefined && { models: { default: lm } }),
});

describe("what never answers", () => {
  beforeEach(
    () =>
      void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] }),
  );
  afterEach(() => void vi.useRealTimers());

  test.each(kinds)(
    "%s: an abort ends evaluate and compile within two seconds",
    async (_name, module: AnyModule, lm) => {
      const abort = new AbortController();
      const runs = [
        evaluate(module, { ...target(lm), data: rows("v"), signal: abort.signal } as never),
        compile(module, { ...target(lm), budget: { evaluations: 10 }, signal: abort.signal } as never),
      ];
      const told = runs.map((run) => run.catch((error: { code: string }) => error.code));
      await vi.advanceTimersByTimeAsync(60_000);
      abort.abort();
      await vi.advanceTimersByTimeAsync(2000);
      expect(await Promise.all(told)).toEqual(["aborted", "aborted"]);
    },
  );

  test.each(kinds)("%s: so do the seconds of the budget", async (_name, module: AnyModule, lm) => {
    const compiled = compile(module, { ...target(lm), budget: { seconds: 30 } } as never);
    const told = compiled.catch((error: { code: string }) => error.code);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(await told).toBe("run-ended");
    const evaluated = evaluate(module, { ...target(lm), data: rows("v"), budget: { seconds: 30 } } as never);
    await vi.advanceTimersByTimeAsync(40_000);
    expect((await evaluated).rows.map(({ failure }) => failure?.code)).toEqual(["run-ended", "run-ended"]);
  });

  test("a late rejection is swallowed, and calls in flight have some time beyond the seconds", async () => {
    const slow = tune(
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 32_000));
        return { a: "x" };
      },
      { prompt: text("x") },
    );
    const late = tune(
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 60_000));
        throw new Error("late");
      },
      { prompt: text("x") },
    );
    const options = { ...target(undefined), data: rows("v"), budget: { seconds: 30 } };
    const both = Promise.all([evaluate(slow, options as never), evaluate(late, options as never)]);
    await vi.advanceTimersByTimeAsync(120_000);
    const [inTime, given] = await both;
    expect(inTime.score.mean).toBe(1);
    expect(given.unscored).toBe(2);
  });
});
