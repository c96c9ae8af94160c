import { describe, expect, test } from "vitest";
import { CultivarError } from "../ground/errors.ts";
import { textOf } from "../values/language-model.ts";
import { artifactFrom, isUpToDate, parseArtifact, printArtifact } from "./artifact.ts";
import type { Freshness } from "./artifact.ts";
import { compile } from "./compile.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { ToyModel, ToyTarget } from "./fixtures/toy-run.ts";
import { data, optimizer, replyTo, rowsOf, saying, toy, toyModel, toyTarget } from "./fixtures/toy-run.ts";
import type { JournalStore } from "./journal.ts";
import { finishOf, runName } from "./ledger.ts";
import { memoryJournalStore } from "./memory-journal.ts";
import { gapsIn } from "./report-gaps.ts";
import type { CompileResult, EndReason } from "./result.ts";

const once = optimizer(async (study) => {
  await study.evaluate({ candidate: saying(study, "skill 90"), split: "val", ids: study.val });
});
const base = (changes: Partial<ToyTarget>): ToyTarget => toyTarget({ optimizer: once, ...changes });
const isTest = (request: Parameters<typeof replyTo>[0]): boolean => textOf(request.messages.at(-1)!).includes("test");

/** A run with its artifact as a build would read it back, judged under `budget`. */
async function ran(target: ToyTarget, budget = target.budget): Promise<[CompileResult, Freshness, string]> {
  const result = await compile(toy, target);
  const text = printArtifact(artifactFrom(toy, target, result));
  return [
    result,
    isUpToDate(parseArtifact(text, "toy"), fingerprintOf(toy, target as never), { ...target.budget, ...budget }),
    text,
  ];
}

async function finishIn(journal: JournalStore, { fingerprint }: CompileResult): Promise<EndReason | undefined> {
  const opened = await journal.open(runName("toy", fingerprint));
  try {
    const records = [];
    for await (const record of opened.read()) records.push(record);
    return finishOf(records);
  } finally {
    await opened.close();
  }
}

/** What an uninterrupted run gives, and that a second one asks only for what the first one did not get. */
async function expectFinished(journal: JournalStore, first: ToyModel, changes: Partial<ToyTarget>): Promise<void> {
  const model = toyModel();
  const [result, fresh, text] = await ran(base({ journal, models: { default: model }, ...changes }));
  expect(result).toMatchObject({ incomplete: undefined, end: "done", test: { unscored: { rows: 0 } } });
  expect(result.remarks.join()).not.toContain("incomplete");
  expect(fresh).toMatchObject({ upToDate: true });
  expect(await finishIn(journal, result)).toBe("done");
  expect(model.requests.length).toBeGreaterThan(0);
  expect(model.requests.every(isTest)).toBe(true);
  const [, , whole] = await ran(base({ models: { default: toyModel() }, ...changes }));
  expect(text).toBe(whole);
  const both = [...model.counts.keys()].filter((key) => answered(first).has(key));
  expect(both).toEqual([]);
}

const answers = new WeakMap<ToyModel, Set<string>>();
const answered = (model: ToyModel): ReadonlySet<string> => answers.get(model) ?? new Set();

/** A toy model that notes which calls it answered. */
function noting(reply: (request: Parameters<typeof replyTo>[0]) => string | Promise<string>): ToyModel {
  const model = toyModel({ reply });
  const done = new Set<string>();
  const noted: ToyModel = {
    ...model,
    async generate(request, options) {
      const before = new Map(model.counts);
      const key = (): string => [...model.counts].find(([name, count]) => before.get(name) !== count)![0];
      const running = model.generate(request, options);
      const mine = key();
      const response = await running;
      done.add(mine);
      return response;
    },
  };
  answers.set(noted, done);
  return noted;
}

describe("law 3: a report that was cut short says so, and is finished by the same command", () => {
  test("an outage", async () => {
    const journal = memoryJournalStore();
    const failing = noting((request) =>
      isTest(request)
        ? Promise.reject(new CultivarError("transport", "503", { fields: { status: 503, retryable: false } }))
        : replyTo(request),
    );
    const [result, fresh] = await ran(base({ journal, models: { default: failing } }), { evaluations: 1000 });
    expect(result.end).toBe("done");
    expect(result.incomplete).toMatchObject({ reason: "outage" });
    expect(result.incomplete!.rows).toHaveLength(6);
    expect(result.remarks.join("\n")).toMatch(
      /the test report is incomplete: 6 of 6 test rows were not scored \(\w+, \w+, \w+ and 3 more\), .*503.*; run again/,
    );
    expect(fresh).toMatchObject({
      upToDate: false,
      why: expect.stringContaining("the test report is incomplete: 6 rows") as string,
    });
    expect(await finishIn(journal, result)).toBeUndefined();
    await expectFinished(journal, failing, {});
  });

  test("a budget that its long rows break: told as that limit, finished with a raised one", async () => {
    const journal = memoryJournalStore();
    const long = rowsOf("test", 6).map(({ input, expected }) => ({
      input: { word: `${input.word} ${"long ".repeat(4000)}` },
      expected,
    }));
    const changes = { data: { ...data, test: long } };
    const first = noting(replyTo);
    const budget = { usd: 0.02 };
    const [result, fresh] = await ran(base({ ...changes, journal, models: { default: first }, budget }), { usd: 100 });
    expect(result).toMatchObject({ end: "done", improved: true, incomplete: { reason: "usd" } });
    expect(result.remarks.join("\n")).toMatch(
      /the test report is incomplete: \d of 6 .* budget.usd ended it; raise it/,
    );
    expect(fresh).toMatchObject({
      upToDate: false,
      why: expect.stringContaining("the test report is incomplete") as string,
    });
    expect(await finishIn(journal, result)).toBe("usd");
    await expectFinished(journal, first, { ...changes, budget: { usd: 100 } });
  });

  test("an abort in the report is an aborted run", async () => {
    const journal = memoryJournalStore();
    const abort = new AbortController();
    let calls = 0;
    const first = noting((request) => {
      if (isTest(request) && (calls += 1) === 3) abort.abort();
      return replyTo(request);
    });
    const target = base({ journal, models: { default: first }, signal: abort.signal, concurrency: 2 });
    const [result, fresh] = await ran(target);
    expect(result).toMatchObject({ end: "aborted", incomplete: { reason: "aborted" } });
    expect(result.incomplete!.rows.length).toBeGreaterThan(0);
    expect(fresh.upToDate).toBe(false);
    expect(await finishIn(journal, result)).toBeUndefined();
    await expectFinished(journal, first, {});
  });

  test("a few rows that the world or the metric fails on are ordinary: noted, and up to date", async () => {
    const failing = toyModel({
      reply: (request) =>
        textOf(request.messages.at(-1)!).match(/test[12]\b/) !== null
          ? Promise.reject(new CultivarError("transport", "503", { fields: { status: 503 } }))
          : replyTo(request),
    });
    const [one, fresh] = await ran(base({ models: { default: failing } }));
    expect(one).toMatchObject({ incomplete: undefined, test: { unscored: { rows: 2 } } });
    expect(fresh.upToDate).toBe(true);
    const picky: ToyTarget["metric"] = ({ example, output }) => {
      if (example.input.word.startsWith("test")) throw new Error("no such row");
      return output.code === example.expected.code ? 1 : 0;
    };
    const [thrown, still] = await ran(base({ metric: picky }));
    expect(thrown).toMatchObject({ incomplete: undefined, test: { unscored: { rows: 6 } } });
    expect(still.upToDate).toBe(true);
  });
});

test("a search that ends because of what is kept for the report says so, and what to raise", async () => {
  const endless = optimizer(async (study) => {
    for (let skill = 0; ; skill++)
      await study.evaluate({ candidate: saying(study, `skill ${skill}`), split: "val", ids: study.val });
  });
  const kept =
    /budget.calls ended the search early: (\d+) calls of its 60 were set aside .*6 test rows.*; raise budget.calls/;
  const limited = await compile(toy, base({ optimizer: endless, budget: { calls: 60 } }));
  expect(limited.end).toBe("calls");
  expect(limited.remarks.join("\n")).toMatch(kept);
  const { train, val } = data;
  const untested = await compile(toy, base({ optimizer: endless, budget: { calls: 60 }, data: { train, val } }));
  expect(untested.end).toBe("calls");
  expect(untested.remarks.join("\n")).not.toContain("set aside");
});

test.each([
  [2, 6, undefined],
  [3, 6, "outage"],
  [5, 100, undefined],
  [6, 100, "outage"],
])("%d of %d rows that the world failed on: %s", (failed, total, reason) => {
  const rows = Array.from({ length: total }, (_, i) => ({ id: `r${i}`, score: 1 }));
  const failure = { blame: "world", code: "transport", message: "503" } as const;
  const cut = rows.map((row, i) => (i < failed ? { id: row.id, failure } : row));
  expect(gapsIn(cut, rows, undefined)?.reason).toBe(reason);
  expect(gapsIn(rows, cut, "usd")?.reason).toBe(reason);
});
