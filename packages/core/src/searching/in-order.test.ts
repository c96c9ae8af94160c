import { describe, expect, test } from "vitest";
import { textMessage } from "../values/language-model.ts";
import { compile } from "./compile.ts";
import { optimizer, saying, shuffled, toy, toyModel, toyTarget } from "./fixtures/toy-run.ts";
import { inOrder } from "./in-order.ts";

describe("inOrder", () => {
  const costing = (cost: number, body: Parameters<typeof inOrder<number, void>>[1]["start"], width = 4) =>
    optimizer(async (study) => {
      await inOrder(study, { width, state: 0, cost, steps: 8, start: body, commit: (state) => state + 1 });
    });

  test("a step that uses more than its cost is told so", async () => {
    const greedy = costing(3, async (_step, _state, study) => {
      await study.evaluate({ candidate: saying(study, "skill 9"), split: "val", ids: study.val });
    });
    await expect(compile(toy, toyTarget({ optimizer: greedy }))).rejects.toThrow(
      "inOrder: step 0 asked for 8 evaluations but reserved 3; raise cost to the most one proposal can use",
    );
  });

  test("every chain has settled before it rejects, whatever threw", async () => {
    for (const how of ["chain", "chain at once", "commit", "until"]) {
      let running = 0;
      let atEnd = -1;
      const throwing = optimizer(async (study) => {
        const work = async (): Promise<void> => {
          running += 1;
          await new Promise((resolve) => setTimeout(resolve, 5));
          running -= 1;
        };
        const boom = (): never => {
          throw new Error("boom");
        };
        await inOrder(study, {
          width: 4,
          state: 0,
          cost: 1,
          steps: 8,
          start: (step) => {
            if (how === "chain at once" && step === 2) boom();
            return how === "chain" && step === 1 ? Promise.reject(new Error("boom")) : work();
          },
          commit: (state) => (how === "commit" ? boom() : state + 1),
          until: () => (how === "until" ? boom() : false),
        }).finally(() => (atEnd = running));
      });
      await expect(compile(toy, toyTarget({ optimizer: throwing }))).rejects.toThrow("boom");
      expect({ how, atEnd }).toEqual({ how, atEnd: 0 });
    }
  });

  test("a commit is told what is left by the commits so far, also of rows that two chains asked for", async () => {
    const told: number[] = [];
    const sharing = optimizer(async (study) => {
      const before = study.remaining();
      await inOrder(study, {
        width: 4,
        state: 0,
        cost: study.val.length,
        steps: 8,
        // steps 0 and 1 ask for the same rows, 2 and 3 too, ...
        start: async (step, _, own) => {
          const candidate = saying(study, `skill ${Math.floor(step / 2)}`);
          await own.evaluate({ candidate, split: "val", ids: study.val });
        },
        commit: (state, _proposal, _step, left) => {
          told.push(before - left);
          return state + 1;
        },
      });
    });
    const { val } = toyTarget().data as { readonly val: readonly unknown[] };
    await compile(toy, toyTarget({ optimizer: sharing }));
    expect(told).toEqual([1, 1, 2, 2, 3, 3, 4, 4].map((pairs) => pairs * val.length));
  });

  test("a step sees the commits up to step - width, and nothing that others are doing", async () => {
    for (const width of [1, 3, 5]) {
      const seen: [number, number, number][] = [];
      const looking = optimizer(async (study) => {
        await inOrder(study, {
          width,
          state: 0,
          cost: 2,
          steps: 9,
          start: async (step, state, own) => {
            seen.push([step, state, own.remaining()]);
            const ids = study.train.slice(0, 2).map(({ id }) => id);
            await own.evaluate({ candidate: saying(study, `skill ${step}`), split: "train", ids, capture: "score" });
          },
          commit: (state) => state + 1,
        });
      });
      const models = { default: toyModel({ latencyMs: shuffled(`${width}`) }) };
      await compile(toy, toyTarget({ optimizer: looking, models }));
      expect(seen.map(([step, state]) => [step, state])).toEqual(
        Array.from({ length: 9 }, (_, step) => [step, Math.max(0, step - width + 1)]),
      );
      const left = seen.map(([step, , remaining]) => [step, remaining]);
      expect(left).toEqual(Array.from({ length: 9 }, (_, step) => [step, 120 - 8 - 2 * step]));
    }
  });

  test("a step that leaves an ask behind is waited for; one that asks after its end is refused", async () => {
    let late: Promise<unknown> | undefined;
    const careless = costing(
      8,
      (step, _state, study) => {
        const ask = { candidate: saying(study, `skill ${step}`), split: "val", ids: study.val } as const;
        void study.evaluate(ask);
        if (step === 0) {
          late = new Promise((resolve) => setTimeout(resolve, 30)).then(() => study.evaluate(ask));
          late.catch(() => {});
        }
        return Promise.resolve();
      },
      2,
    );
    const waiting = optimizer(async (study) => {
      await careless.run(study);
      await expect(late).rejects.toMatchObject({ code: "config" });
    });
    const models = { default: toyModel({ latencyMs: shuffled("late") }) };
    const result = await compile(toy, toyTarget({ optimizer: waiting, models }));
    expect(result.candidates).toHaveLength(9);
  });

  test("what would count by arrival is refused: another study's asks, a second search at once, one within a step", async () => {
    const nothing = { width: 2, state: 0, cost: 0, steps: 2, commit: (state: number) => state + 1 };
    const errors: unknown[] = [];
    const mixing = optimizer(async (study) => {
      const ids = study.train.slice(0, 1).map(({ id }) => id);
      const ask = { candidate: study.baseline, split: "train", capture: "score", ids } as const;
      const request = { messages: [textMessage("user", "propose")] };
      const trying = async (work: () => Promise<unknown>): Promise<void> => {
        await work().then(
          () => errors.push("none"),
          (error: unknown) => errors.push((error as Error).message),
        );
      };
      await inOrder(study, {
        ...nothing,
        steps: 1,
        start: async (_step, _state, own) => {
          await trying(() => study.evaluate(ask));
          await trying(() => study.generate("reflect", request));
          await trying(() => inOrder(own, { ...nothing, start: () => Promise.resolve() }));
        },
      });
      const one = inOrder(study, { ...nothing, start: () => new Promise((resolve) => setTimeout(resolve, 2)) });
      await trying(() => inOrder(study, { ...nothing, start: () => Promise.resolve() }));
      await one;
      // Afterwards either may go on.
      await study.evaluate(ask);
      await inOrder(study, { ...nothing, start: () => Promise.resolve() });
    });
    const result = await compile(toy, toyTarget({ optimizer: mixing }));
    expect(result).toMatchObject({ end: "done", evaluations: 9 });
    expect(errors).toEqual([
      expect.stringMatching(/^evaluate\(train\): asked outside of the steps of a running inOrder; ask the study that/),
      expect.stringMatching(/^generate\(reflect\): asked outside/),
      expect.stringMatching(/^inOrder: another one is running/),
      expect.stringMatching(/^inOrder: another one is running/),
    ]);
  });

  test("what was asked before counts before the first step, however long it takes", async () => {
    for (const latencyMs of [0, 6]) {
      const seen: string[] = [];
      const hasty = optimizer(async (study) => {
        void study.evaluate({ candidate: saying(study, "skill 99"), split: "val", ids: study.val });
        const looking = (_step: number, _state: number, own: typeof study): Promise<void> => {
          seen.push(own.best().candidate["toy.instructions"]!);
          return Promise.resolve();
        };
        await inOrder(study, { width: 2, state: 0, cost: 0, steps: 2, start: looking, commit: (state) => state });
      });
      const models = { default: toyModel({ latencyMs: () => latencyMs }) };
      await compile(toy, toyTarget({ optimizer: hasty, models }));
      expect({ latencyMs, seen }).toEqual({ latencyMs, seen: ["skill 99", "skill 99"] });
    }
  });

  test("bad options", async () => {
    for (const bad of [{ width: 0 }, { width: 1.5 }, { cost: -1 }, { cost: 0.5 }]) {
      const options = { width: 1, state: 0, cost: 1, start: () => Promise.resolve(), commit: (state: number) => state };
      const wrong = optimizer(async (study) => void (await inOrder(study, { ...options, ...bad })));
      await expect(compile(toy, toyTarget({ optimizer: wrong }))).rejects.toMatchObject({ code: "config" });
    }
  });
});
