import { describe, expect, test } from "vitest";
import { CultivarError } from "../ground/errors.ts";
import { memoryCache } from "../programs/cache.ts";
import { textMessage } from "../values/language-model.ts";
import { compile, start } from "./compile.ts";
import {
  climb,
  data,
  exact,
  optimizer,
  replyTo,
  rowsOf,
  saying,
  shuffled,
  toy,
  toyModel,
  toyTarget,
} from "./fixtures/toy-run.ts";
import { inOrder } from "./in-order.ts";
import { memoryJournalStore } from "./memory-journal.ts";

const ended = { code: "run-ended" };

describe("law 3: evaluations are logical", () => {
  test("one per candidate, row and sample; baseline included, test outside; admitted whole", async () => {
    const seen: number[] = [];
    const counting = optimizer(async (study) => {
      const left = (): void => void seen.push(study.remaining());
      const ids = study.train.slice(0, 3).map(({ id }) => id);
      const candidate = saying(study, "skill 50");
      left();
      await study.evaluate({ candidate: study.baseline, split: "val", ids: study.val });
      left();
      await study.evaluate({ candidate, split: "train", ids, capture: "score" });
      await study.evaluate({ candidate, split: "train", ids: [...ids, ids[0]!], capture: "trace" });
      left();
      await study.evaluate({ candidate, split: "train", ids: ids.slice(0, 2), capture: "score", sample: 1 });
      left();
      await expect(study.evaluate({ candidate, split: "val", ids: study.val })).rejects.toMatchObject(ended);
      await expect(study.evaluate({ candidate, split: "train", ids, capture: "score" })).rejects.toMatchObject(ended);
      await expect(study.generate("reflect", { messages: [] })).rejects.toMatchObject(ended);
    });
    const result = await compile(toy, toyTarget({ optimizer: counting, budget: { evaluations: 20 } }));
    expect(seen).toEqual([12, 12, 9, 7]);
    expect(result).toMatchObject({ end: "evaluations", evaluations: 13 });
    expect(result.test!.baseline.n).toBe(6);
  });

  test("a chain's reservation holds: never more than the budget, whatever the width", async () => {
    for (const evaluations of [8, 21, 22, 35, 36, 49, 77]) {
      for (const width of [1, 4, 16]) {
        const models = { default: toyModel({ latencyMs: shuffled(`${evaluations} ${width}`) }) };
        const target = toyTarget({ models, optimizer: climb(width, 30), budget: { evaluations } });
        const result = await compile(toy, target);
        expect(result.evaluations).toBeLessThanOrEqual(evaluations);
        expect(result.end).toBe("evaluations");
      }
    }
  });

  test("10,000 evaluations asked and everything cached: it ends", async () => {
    const cache = memoryCache();
    const again = optimizer(async (study) => {
      for (let sample = 0; ; sample = (sample + 1) % 3)
        await study.evaluate({ candidate: study.baseline, split: "val", ids: study.val, sample });
    });
    for (let round = 0; round < 2; round++) {
      const result = await compile(toy, toyTarget({ cache, optimizer: again, budget: { evaluations: 10_000 } }));
      expect(result).toMatchObject({ end: "stalled", evaluations: 24 });
    }
  });

  test("so do proposer calls that lead to nothing, in chains too", async () => {
    const request = { messages: [textMessage("user", "propose")] };
    const talking = optimizer(async (study) => {
      for (;;) await study.generate("reflect", request);
    });
    expect(await compile(toy, toyTarget({ optimizer: talking }))).toMatchObject({ end: "stalled" });
    const idle = optimizer(async (study) => {
      const nothing = (): Promise<void> => Promise.resolve();
      await inOrder(study, { width: 4, state: 0, cost: 0, start: nothing, commit: (state) => state + 1 });
    });
    expect(await compile(toy, toyTarget({ optimizer: idle }))).toMatchObject({ end: "stalled", evaluations: 8 });
  });

  test("plateau counts evaluations without a new incumbent; target stops at once", async () => {
    const target = toyTarget({ optimizer: climb(1, 100), budget: { evaluations: 1000 } });
    const plateau = await compile(toy, { ...target, patience: 5 });
    expect(plateau.end).toBe("plateau");
    const reached = await compile(toy, { ...target, targetScore: 0.5 });
    expect(reached.end).toBe("target");
    expect(reached.val.best.mean).toBeGreaterThanOrEqual(0.5);
    expect((await compile(toy, { ...target, targetScore: 0 })).evaluations).toBe(8);
  });
});

describe("law 3: calls, tokens and dollars are physical caps", () => {
  // 20 + 10 tokens at 1 and 2 dollars a million.
  const usdPerCall = (20 * 1 + 10 * 2) / 1e6;

  for (let calls = 16; calls <= 96; calls += 8) {
    test(`budget.calls ${calls} holds, report included, and again after resuming`, async () => {
      const journal = memoryJournalStore();
      let sent = 0;
      for (let round = 0; round < 2; round++) {
        const model = toyModel({ latencyMs: shuffled(`${calls}`) });
        const target = toyTarget({ journal, models: { default: model }, optimizer: climb(4, 50), budget: { calls } });
        const result = await compile(toy, target);
        sent += model.requests.length;
        expect(sent).toBeLessThanOrEqual(calls);
        expect(result).toMatchObject({ end: "calls", paid: { calls: sent } });
        // 8 calls go to the baseline; with 24 set aside for the report, all test rows are scored.
        expect(calls < 32 || result.test!.unscored.rows === 0).toBe(true);
      }
    });
  }

  test("budget.usd and budget.tokens hold", async () => {
    for (const usd of [0.02, 0.05, 0.2]) {
      const model = toyModel();
      const target = toyTarget({ models: { default: model }, optimizer: climb(4, 500), budget: { usd } });
      const result = await compile(toy, target);
      expect(model.requests.length * usdPerCall).toBeLessThanOrEqual(usd);
      expect(result.paid.usd).toBeCloseTo(model.requests.length * usdPerCall, 12);
    }
    const model = toyModel();
    const tokens = 100_000;
    const target = toyTarget({ models: { default: model }, optimizer: climb(4, 5000), budget: { tokens } });
    expect(await compile(toy, target)).toMatchObject({ end: "tokens" });
    expect(model.requests.length * 30).toBeLessThanOrEqual(tokens);
  });

  test("a proposer's calls, however dear, set nothing aside for the report, also after resuming", async () => {
    const reflect = toyModel({ modelId: "dear", price: { inputUsd: 2000, outputUsd: 4000, asOf: "2026-01-01" } });
    const journal = memoryJournalStore();
    const reflecting = (steps: number) =>
      optimizer(async (study) => {
        for (let step = 0; step < steps; step++) {
          await study.generate("reflect", { messages: [textMessage("user", `reflection ${step}`)] });
          await study.evaluate({ candidate: saying(study, `skill ${step}`), split: "val", ids: study.val });
        }
      }, "reflecting");
    // one such call costs 0.08, a row 0.00004: by calls the report would seem to need more than all that there is
    const target = (steps: number) =>
      toyTarget({
        journal,
        models: { default: toyModel(), reflect },
        optimizer: reflecting(steps),
        budget: { usd: 1 },
      });
    for (const steps of [2, 4]) {
      const result = await compile(toy, target(steps));
      expect(result.end).toBe("done");
      expect(result.candidates).toHaveLength(1 + steps);
      expect(result.test!.unscored.rows).toBe(0);
    }
  });

  test("a budget too small for the baseline says so, and what was paid for is kept", async () => {
    const journal = memoryJournalStore();
    const none = optimizer(() => Promise.resolve());
    const small = compile(toy, toyTarget({ journal, optimizer: none, budget: { calls: 5 } }));
    await expect(small).rejects.toMatchObject({
      code: "run-ended",
      message: expect.stringContaining("(calls)") as string,
    });
    const model = toyModel();
    await compile(toy, toyTarget({ journal, models: { default: model }, optimizer: none, budget: { calls: 100 } }));
    expect(model.requests).toHaveLength(3 + 6);
  });
});

describe("no optimizer may swallow the end", () => {
  const swallowing = [
    optimizer(async (study) => {
      for (let i = 0; ; i++)
        await study.evaluate({ candidate: saying(study, `skill ${i}`), split: "val", ids: study.val }).catch(() => {});
    }),
    optimizer(async (study) => {
      for (let i = 0; i < 50; i++)
        void study.evaluate({ candidate: saying(study, `skill ${i}`), split: "val", ids: study.val });
      await new Promise(() => {});
    }),
    optimizer(async (study) => {
      await inOrder(study, {
        width: 4,
        state: 0,
        cost: 8,
        start: (step, _, own) =>
          own.evaluate({ candidate: saying(study, `skill ${step}`), split: "val", ids: study.val }).then(
            () => {},
            () => {},
          ),
        commit: (state) => state + 1,
      }).catch(() => {});
      throw new CultivarError("run-ended", "told again");
    }),
  ];
  for (const [index, swallower] of swallowing.entries()) {
    test(`swallower ${index}`, async () => {
      const unhandled: unknown[] = [];
      const listen = (error: unknown): void => void unhandled.push(error);
      process.on("unhandledRejection", listen);
      for (const budget of [{ evaluations: 50 }, { calls: 50 }]) {
        const result = await compile(toy, toyTarget({ optimizer: swallower, budget }));
        expect(result.end).toBe(Object.keys(budget)[0]);
        expect(result.evaluations).toBeLessThanOrEqual(50);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
      process.off("unhandledRejection", listen);
      expect(unhandled).toEqual([]);
    });
  }

  test("nor a wrong key: the run rejects with it, whatever the optimizer made of it", async () => {
    const refused = optimizer(async (study) => {
      const ask = study.evaluate({ candidate: saying(study, "skill 9"), split: "val", ids: study.val });
      await ask.catch(() => {});
    });
    let calls = 0;
    const model = toyModel({
      reply: (request) => {
        if (++calls > data.val.length) throw new CultivarError("auth", "the key was revoked");
        return replyTo(request);
      },
    });
    const { test: _test, ...split } = data;
    const target = toyTarget({ models: { default: model }, optimizer: refused, data: split });
    await expect(compile(toy, target)).rejects.toMatchObject({ code: "auth" });
  });

  test("an optimizer's own error is the result's, its lanes stop, and nothing is left open", async () => {
    const journal = memoryJournalStore();
    const model = toyModel({ latencyMs: () => 2 });
    const lanes = optimizer(async (study) => {
      const lane = async (): Promise<never> => {
        for (let i = 0; ; i++)
          await study.evaluate({ candidate: saying(study, `skill ${i}`), split: "val", ids: study.val });
      };
      await Promise.race([lane(), new Promise((_, reject) => setTimeout(() => reject(new Error("mine")), 10))]);
    });
    const target = toyTarget({ journal, models: { default: model }, optimizer: lanes, budget: { evaluations: 1e6 } });
    await expect(compile(toy, target)).rejects.toThrow("mine");
    const sent = model.requests.length;
    expect(model.inFlight).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(model.requests.length).toBe(sent);
    await (await journal.open((await journal.list())[0]!)).close();
  });
});

test("start tells what happens, in order", async () => {
  const { events, result } = start(toy, toyTarget());
  const types: string[] = [];
  for await (const event of events) if (types.at(-1) !== event.type) types.push(event.type);
  expect(types[0]).toBe("start");
  expect(types.indexOf("incumbent")).toBeLessThan(types.indexOf("proposal"));
  expect(types.filter((type) => type === "end")).toHaveLength(1);
  expect(types.slice(types.indexOf("end")).filter((type) => type !== "progress")).toEqual(["end", "testing"]);
  expect((await result).improved).toBe(true);
  const failing = start(toy, toyTarget({ optimizer: optimizer(() => Promise.reject(new Error("x"))) }));
  let count = 0;
  for await (const event of failing.events) count += event.type === "end" ? 1 : 0;
  expect(count).toBe(1);
  await expect(failing.result).rejects.toThrow("x");
});

test("concurrent rows are at most as many as asked for, and a row runs once", async () => {
  let most = 0;
  const model = toyModel({ latencyMs: () => 1, reply: (request) => replyTo(request) });
  const watching = {
    ...model,
    generate: (...args: Parameters<typeof model.generate>) => {
      most = Math.max(most, model.inFlight + 1);
      return model.generate(...args);
    },
  };
  let judged = 0;
  const both = optimizer(async (study) => {
    const ask = { candidate: saying(study, "skill 70"), split: "train", ids: study.train.map(({ id }) => id) } as const;
    const [plain, traced] = await Promise.all([
      study.evaluate({ ...ask, capture: "score" }),
      study.evaluate({ ...ask, capture: "trace" }),
    ]);
    expect(plain.rows.every((row) => row.trace === undefined && row.feedback !== undefined)).toBe(true);
    expect(traced.rows.every((row) => row.trace !== undefined)).toBe(true);
    expect(traced.rows.map(({ trace: _trace, ...row }) => row)).toEqual(plain.rows);
  });
  const metric = (args: Parameters<typeof exact>[0]): ReturnType<typeof exact> => {
    judged += 1;
    return exact(args);
  };
  const target = { metric, optimizer: both, concurrency: 3, models: { default: watching } };
  const result = await compile(toy, toyTarget({ ...target, data: { train: data.train, val: rowsOf("val", 4) } }));
  expect(most).toBe(3);
  expect(result.evaluations).toBe(4 + 12);
  // Once for the score, and once more for the trace that was not kept.
  expect(judged).toBe(4 + 2 * 12);
});
