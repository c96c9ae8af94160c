import { assert, describe, expect, test, vi } from "vitest";
import { CultivarError, isCultivarError } from "../ground/errors.ts";
import { artifactFrom, isUpToDate, parseArtifact, printArtifact } from "./artifact.ts";
import { compile, start } from "./compile.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { ToyModel, ToyTarget } from "./fixtures/toy-run.ts";
import {
  climb,
  dyingStore,
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
import type { JournalRecord } from "./journal.ts";
import { finishOf, runName } from "./ledger.ts";
import { memoryJournalStore } from "./memory-journal.ts";
import type { CompileResult } from "./result.ts";

// Hundreds of runs in one test: no statement on how long they may take on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

interface Attempt {
  readonly model: ToyModel;
  readonly lines: string[];
}

const small = (changes: Partial<ToyTarget>): ToyTarget =>
  toyTarget({ optimizer: climb(3, 4), budget: { evaluations: 45 }, concurrency: 4, ...changes });

/** Runs until the journal has taken `appends` records, and stops the world there. */
async function killedAfter(appends: number, change: (model: ToyModel) => Partial<ToyTarget>): Promise<Attempt> {
  const model = toyModel({ latencyMs: shuffled(`kill ${appends}`) });
  const lines: string[] = [];
  const { store, died } = dyingStore(lines, appends);
  const ended = compile(toy, small({ journal: store, models: { default: model }, ...change(model) }));
  await Promise.race([died, ended]);
  return { model, lines };
}

async function resumed(lines: string[], change: Partial<ToyTarget> = {}): Promise<[CompileResult, ToyModel, string]> {
  const model = toyModel();
  const { store } = dyingStore(lines, Number.POSITIVE_INFINITY);
  const target = small({ journal: store, models: { default: model }, ...change });
  const result = await compile(toy, target);
  return [result, model, printArtifact(artifactFrom(toy, target, result))];
}

const recordsIn = (lines: readonly string[]): readonly JournalRecord[] =>
  lines.map((line) => JSON.parse(line) as JournalRecord);

describe("law 2: killed after any append and run again", () => {
  test("gives the uninterrupted artifact, and repeats only calls that were in flight", async () => {
    const whole: string[] = [];
    const [, , expected] = await resumed(whole);
    for (let appends = 0; appends <= whole.length; appends++) {
      const { model: first, lines } = await killedAfter(appends, () => ({}));
      const answered = new Set(recordsIn(lines).flatMap((record) => (record.type === "reply" ? [record.key] : [])));
      const sent = recordsIn(lines).filter((record) => record.type === "intent").length;
      const inFlight = sent - answered.size;
      const [result, second, artifact] = await resumed(lines);
      const repeated = [...second.counts.keys()].filter((key) => answered.has(key));
      const both = [...second.counts.keys()].filter((key) => first.counts.has(key));
      const { orphans, paid } = result;
      expect({
        appends,
        artifact,
        repeated,
        orphans,
        calls: paid.calls,
        most: Math.max(both.length, inFlight),
      }).toEqual({
        appends,
        artifact: expected,
        repeated: [],
        orphans: inFlight,
        calls: answered.size + inFlight + second.requests.length,
        most: inFlight,
      });
    }
  });

  test("killed again and again, it still ends the same", async () => {
    const [, , expected] = await resumed([]);
    const lines: string[] = [];
    for (let round = 0; round < 200; round++) {
      const { store, died } = dyingStore(lines, 7);
      const ended = compile(toy, small({ journal: store, models: { default: toyModel() } })).then(() => "ended");
      if ((await Promise.race([died, ended])) === "ended") break;
    }
    expect((await resumed(lines))[2]).toBe(expected);
  });

  test("a raised budget goes on from there", async () => {
    const lines: string[] = [];
    const [short] = await resumed(lines, { budget: { evaluations: 30 } });
    expect(short.end).toBe("evaluations");
    const before = new Set(recordsIn(lines).flatMap((record) => (record.type === "reply" ? [record.key] : [])));
    const [long, model, artifact] = await resumed(lines, { budget: { evaluations: 45 } });
    expect([...model.counts.keys()].filter((key) => before.has(key))).toEqual([]);
    expect(long.fingerprint).toBe(short.fingerprint);
    expect(artifact).toBe((await resumed([]))[2]);
  });

  test("an optimizer that stops for want of evaluations was ended by the budget: with more it goes on", async () => {
    const lines: string[] = [];
    const careful = optimizer(async (study) => {
      for (let i = 1; i <= 4 && study.remaining() >= study.val.length; i++)
        await study.evaluate({ candidate: saying(study, `skill ${20 * i}`), split: "val", ids: study.val });
    });
    const ends: unknown[] = [];
    for (const evaluations of [30, 100]) {
      const change = { optimizer: careful, budget: { evaluations } };
      const [{ end, evaluations: used }, , artifact] = await resumed(lines, change);
      const raised = { evaluations: evaluations + 1 };
      const fingerprint = fingerprintOf(toy, small(change) as never);
      ends.push([end, used, isUpToDate(parseArtifact(artifact, "x"), fingerprint, raised).upToDate]);
    }
    expect(ends).toEqual([
      ["evaluations", 8 + 2 * 8, false],
      // The first candidate is the baseline.
      ["done", 8 + 3 * 8, true],
    ]);
  });

  test("an end by the clock is decided once", async () => {
    for (const width of [0, 3]) {
      let now = 0;
      const clock = { now: () => now, wall: () => now, sleep: () => Promise.resolve(), after: () => () => {} };
      const slow = toyModel({
        latencyMs: shuffled("clock"),
        reply: (request) => {
          now += 100;
          return replyTo(request);
        },
      });
      const serial = optimizer(async (study) => {
        for (let i = 0; ; i++) {
          await study.evaluate({ candidate: saying(study, `skill ${i}`), split: "val", ids: study.val.slice(0, 3) });
          study.note({ type: "proposal", candidate: saying(study, `skill ${i}`), parents: [], why: "next" });
        }
      });
      const search = { optimizer: width === 0 ? serial : climb(width, 40), budget: { seconds: 4 }, clock };
      const lines: string[] = [];
      const [timed, , artifact] = await resumed(lines, { ...search, models: { default: slow } });
      expect(timed.end).toBe("seconds");
      expect(recordsIn(lines).filter(({ type }) => type === "timed-end")).not.toHaveLength(0);
      const length = lines.length;
      // Another day, another speed.
      now = 1e6;
      const [again, model, same] = await resumed(lines, search);
      expect(same).toBe(artifact);
      expect(again.lineage).toEqual(timed.lineage);
      expect(model.requests).toHaveLength(0);
      expect(recordsIn(lines.slice(length)).map(({ type }) => type)).toEqual(["open"]);
      now = 0;
      const [longer] = await resumed(lines, { ...search, budget: { seconds: 8 }, models: { default: slow } });
      expect(longer.evaluations).toBeGreaterThan(timed.evaluations);
    }
  });

  test("a run that was finished says so, an interrupted one does not", async () => {
    const lines: string[] = [];
    const finishedAs = async (change: Partial<ToyTarget>): Promise<string | undefined> => {
      const { store } = dyingStore(lines, Number.POSITIVE_INFINITY);
      const { events, result } = start(toy, small({ journal: store, ...change }));
      await result.catch(() => {});
      for await (const event of events) if (event.type === "start") return event.finished ?? "no";
      return undefined;
    };
    const failing = optimizer(() => Promise.reject(new Error("my own mistake")), "climb");
    const optimizerOf = { ...failing, options: { width: 3, steps: 4 } };
    expect(await finishedAs({ optimizer: optimizerOf })).toBe("no");
    expect(await finishedAs({ budget: { evaluations: 30 } })).toBe("no");
    expect(await finishedAs({ budget: { evaluations: 30 } })).toBe("evaluations");
    const length = lines.length;
    expect(await finishedAs({ budget: { evaluations: 30 } })).toBe("evaluations");
    // Nothing new was found out, so that nothing but the process is noted.
    expect(recordsIn(lines.slice(length)).map(({ type }) => type)).toEqual(["open"]);
    expect(finishOf(recordsIn(lines))).toBe("evaluations");
    const abort = new AbortController();
    const aborting = toyModel({
      reply: (request) => {
        abort.abort();
        return replyTo(request);
      },
    });
    // Goes on with more to spend, and is interrupted.
    expect(await finishedAs({ models: { default: aborting }, signal: abort.signal })).toBe("evaluations");
    expect(finishOf(recordsIn(lines))).toBeUndefined();
    expect(await finishedAs({ budget: { evaluations: 400 } })).toBe("no");
    expect(finishOf(recordsIn(lines))).toBe("done");
  });

  test("a run whose report was cut off is not finished", async () => {
    const lines: string[] = [];
    const abort = new AbortController();
    const model = toyModel({
      reply: (request) => {
        if (JSON.stringify(request).includes("test0")) abort.abort();
        return replyTo(request);
      },
    });
    const change = { optimizer: optimizer(() => Promise.resolve()) };
    const [cut] = await resumed(lines, { ...change, models: { default: model }, signal: abort.signal });
    expect(cut.test!.unscored.rows).toBeGreaterThan(0);
    expect(finishOf(recordsIn(lines))).toBeUndefined();
    const [whole] = await resumed(lines, change);
    expect(whole.test!.unscored.rows).toBe(0);
    expect(finishOf(recordsIn(lines))).toBe("done");
  });

  test("rows that the world left unscored are tried again", async () => {
    const lines: string[] = [];
    const val = rowsOf("val", 20);
    const broken = toyModel({
      reply: (request) => {
        if (JSON.stringify(request).includes("val7")) throw new CultivarError("transport", "reset");
        return replyTo(request);
      },
    });
    const change = { data: { train: rowsOf("train", 12), val }, optimizer: optimizer(() => Promise.resolve()) };
    const [first] = await resumed(lines, { ...change, models: { default: broken } });
    expect(first.val.unscored).toMatchObject({ rows: 1, cause: "reset" });
    const [second, model] = await resumed(lines, change);
    expect(second.val.unscored.rows).toBe(0);
    expect(model.requests).toHaveLength(1);
  });

  test("a run that is named refuses other inputs, and says which", async () => {
    const journal = memoryJournalStore();
    const target = small({ journal });
    await compile(toy, target);
    const run = runName("toy", fingerprintOf(toy, target as never).hash);
    await compile(toy, { ...target, run });
    await expect(compile(toy, { ...target, run, seed: 3 })).rejects.toMatchObject({
      code: "stale",
      message: expect.stringMatching(/^run toy-\S+: its inputs have changed since: seed \(/) as string,
    });
    await expect(compile(toy, { ...target, run: "toy-0000" })).rejects.toMatchObject({ code: "stale" });
    expect(await journal.list()).toHaveLength(1);
  });

  test("one run has one writer, and gives its lock back on an error", async () => {
    const journal = memoryJournalStore();
    const failing = small({ journal, optimizer: optimizer(() => Promise.reject(new Error("my own mistake"))) });
    await expect(compile(toy, failing)).rejects.toThrow("my own mistake");
    const good = small({ journal, optimizer: optimizer(() => Promise.resolve()) });
    const first = compile(toy, good);
    await expect(compile(toy, good)).rejects.toMatchObject({ code: "locked" });
    await first;
    await compile(toy, good);
  });

  test("an abort counts against nobody: what was cut off is asked again", async () => {
    for (let after = 0; after < 40; after += 3) {
      const lines: string[] = [];
      const controller = new AbortController();
      let calls = 0;
      const model = toyModel({
        reply: async (request) => {
          if (calls++ === after) controller.abort(new Error("enough"));
          await Promise.resolve();
          return replyTo(request);
        },
      });
      const change = { optimizer: climb(3, 4) };
      try {
        const [result] = await resumed(lines, {
          ...change,
          signal: controller.signal,
          models: { default: model },
        });
        expect(result.end).toBe("aborted");
      } catch (error) {
        assert(isCultivarError(error, "aborted"), String(error));
      }
      expect((await resumed(lines, change))[2]).toBe((await resumed([], change))[2]);
    }
  });

  test("a full disk stops the run with its own error", async () => {
    const { store } = dyingStore([], Number.POSITIVE_INFINITY);
    let appends = 0;
    const full = {
      ...store,
      open: async (name: string) => {
        const journal = await store.open(name);
        return {
          ...journal,
          append: (record: JournalRecord) =>
            (appends += 1) > 20
              ? Promise.reject(new CultivarError("storage", "journal: no space left on device"))
              : journal.append(record),
        };
      },
    };
    await expect(compile(toy, small({ journal: full }))).rejects.toMatchObject({ code: "storage" });
  });

  test("a score outlives a program that hides the end of the budget", async () => {
    // A fallback after run-ended would be journaled as if the program had chosen it.
    const { program } = await import("../programs/program.ts");
    const hiding = program("toy2", { toy }, async (m, input: { word: string }) => {
      try {
        return await m.toy(input);
      } catch {
        return { code: "hidden" };
      }
    });
    const lines: string[] = [];
    const { store } = dyingStore(lines, Number.POSITIVE_INFINITY);
    const { data, models } = small({});
    const target = {
      metric: exact,
      data: { train: data.train, val: data.val! },
      models,
      journal: store,
      fingerprint: "hiding",
      optimizer: optimizer(async (study) => {
        const candidate = { ...study.baseline, "toy.instructions": "skill 100" };
        await study.evaluate({ candidate, split: "val", ids: study.val });
      }),
    };
    const short = await compile(hiding, { ...target, budget: { calls: 10 } });
    expect(short).toMatchObject({ end: "calls", improved: false });
    const again = dyingStore(lines, Number.POSITIVE_INFINITY);
    const long = await compile(hiding, { ...target, journal: again.store, budget: { calls: 100 } });
    expect(long.val.best.mean).toBe(1);
  });
});
