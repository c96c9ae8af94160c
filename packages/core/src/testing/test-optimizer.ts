import assert from "node:assert/strict";
import { CultivarError, isCultivarError } from "../ground/errors.ts";
import { canonicalJson } from "../ground/hash.ts";
import { metric } from "../judging/metric.ts";
import { chainOfThought } from "../programs/chain-of-thought.ts";
import { requestKey } from "../programs/gateway.ts";
import { predict } from "../programs/predict.ts";
import { program } from "../programs/program.ts";
import { text, tune } from "../programs/tune.ts";
import { compile } from "../searching/compile.ts";
import type { JournalRecord } from "../searching/journal.ts";
import type { Optimizer, Study } from "../searching/optimizer.ts";
import type { CompileResult } from "../searching/result.ts";
import type { Target } from "../searching/target.ts";
import { shorthand } from "../values/shorthand.ts";
import { mortalJournal } from "./mortal-journal.ts";
import { scriptedModel } from "./scripted-model.ts";
import type { TestRunner } from "./test-language-model.ts";
import type { ToyModels, ToyRow } from "./toy-problem.ts";
import { shownBefore, toyModels, toyRows } from "./toy-problem.ts";

export interface OptimizerSuite {
  /** A new optimizer with the options under test; called for every run. */
  readonly make: () => Optimizer;
  /** Tests that do not apply, by name, each with the reason. */
  readonly skip?: readonly { readonly reason: string; readonly tests: readonly string[] }[];
}

type Make = OptimizerSuite["make"];
type ToyTarget = Target<ToyRow, { code: string }>;

const mark = shorthand("word -> code", { name: "mark", instructions: "Copy the word." });
const toy = predict(mark);
const exact: ToyTarget["metric"] = ({ example, output }) => (output.code === example.expected.code ? 1 : 0);

const rows = { train: toyRows("train", 20), val: toyRows("val", 20), test: toyRows("test", 20) };
const withoutTest = { train: rows.train, val: rows.val };
/** Words that no proposer and no demo may hold. */
const heldOut = [...rows.val, ...rows.test].map(({ input }) => input.word);

/** The planted problem as a target; `changes` win. */
function targetOf(make: Make, models: ToyModels, changes: Partial<ToyTarget> = {}): ToyTarget {
  return {
    metric: exact,
    data: rows,
    optimizer: make(),
    models: {
      default: models.student,
      reflect: models.teacher,
      judge: models.teacher,
      embedders: { toy: models.embedder },
    },
    budget: { evaluations: 500 },
    fingerprint: "toy",
    ...changes,
  };
}

const run = (make: Make, changes: Partial<ToyTarget> = {}, models: ToyModels = toyModels()): Promise<CompileResult> =>
  compile(toy, targetOf(make, models, changes));

/** Everything about a result that must be the same on every run, by part. */
function logical(result: CompileResult): Readonly<Record<string, unknown>> {
  const { candidate, improved, val, test, end, evaluations, candidates, lineage, front, remarks } = result;
  const calls = result.logical;
  return { candidate, improved, val, test, end, evaluations, candidates, lineage, front, remarks, calls };
}

/** Fails with the first part that differs, and where. */
function assertSame(result: CompileResult, expected: CompileResult, when: string): void {
  const wanted = logical(expected);
  for (const [part, value] of Object.entries(logical(result))) {
    const [got, want] = [canonicalJson(value ?? null), canonicalJson(wanted[part] ?? null)];
    if (got === want) continue;
    let at = 0;
    while (got.charAt(at) === want.charAt(at)) at++;
    at = Math.max(0, at - 80);
    assert.fail(`${when}: ${part} differs: got ...${got.slice(at, at + 240)}, expected ...${want.slice(at, at + 240)}`);
  }
}

function assertRises(result: CompileResult): void {
  const { baseline, best } = result.test!;
  const message = `expected a test score at least 0.3 above the baseline's ${baseline.mean}, got ${best.mean}`;
  assert.ok(result.improved && best.mean! >= baseline.mean! + 0.3, message);
}

function assertBaseline(result: CompileResult): void {
  assert.equal(result.improved, false, "nothing can help here, but the result says improved");
  assert.deepEqual(result.candidate, result.baseline, "nothing can help here, but the result is not the baseline");
}

/** `make` with its `evaluate` rejecting `run-ended` from the ask number `allowed` on; `seen` tells what came of it. */
function endingAfter(
  make: Make,
  allowed: number,
): { optimizer: Optimizer; seen: { refused: number; outcome?: unknown } } {
  const inner = make();
  const ended = new CultivarError("run-ended", "the run has ended (evaluations)");
  const seen: { refused: number; outcome?: unknown } = { refused: 0 };
  const optimizer: Optimizer = {
    ...inner,
    async run(study) {
      let asks = 0;
      const ending: Study = {
        ...study,
        evaluate: (ask) => {
          if (asks++ < allowed) return study.evaluate(ask);
          seen.refused += 1;
          return Promise.reject(ended);
        },
      };
      seen.outcome = await inner.run(ending).then(
        () => "it resolved",
        (error: unknown) => error,
      );
    },
  };
  return { optimizer, seen };
}

/** Kills a run after `appends` journal records, runs it again, and says what the second process did. */
async function resumed(make: Make, appends: number): Promise<{ result: CompileResult; paidTwice: number }> {
  const first = mortalJournal([], appends);
  const crash = run(make, { journal: first.store, concurrency: 4 });
  await assert.rejects(
    crash,
    hasCode("storage"),
    `the run was to die after ${appends} journal records; was its error swallowed?`,
  );
  const kept = first.records();
  const second = mortalJournal(kept, Number.POSITIVE_INFINITY);
  const models = toyModels();
  const result = await run(make, { journal: second.store, concurrency: 4 }, models);
  const keysOf = (type: "reply" | "vectors", records: readonly JournalRecord[]): readonly string[] =>
    records.flatMap((record) => (record.type === type ? [record.key] : []));
  const journaled = new Set(keysOf("reply", kept));
  const repeated = [models.student, models.teacher].flatMap((lm) =>
    lm.calls.filter((request) => journaled.has(requestKey(lm, request))),
  );
  // Vectors that were paid for are journaled: anew, if they were before.
  const vectors = keysOf("vectors", second.records());
  return { result, paidTwice: repeated.length + vectors.length - new Set(vectors).size };
}

async function recordsOf(make: Make): Promise<readonly JournalRecord[]> {
  const whole = mortalJournal([], Number.POSITIVE_INFINITY);
  await run(make, { journal: whole.store, concurrency: 4 });
  return whole.records();
}

function hasCode(code: CultivarError["code"]): (error: unknown) => true {
  return (error) => {
    assert.ok(isCultivarError(error, code), `expected a CultivarError "${code}", got ${String(error)}`);
    return true;
  };
}

const searching: Readonly<Record<string, (make: Make) => Promise<void>>> = {
  "says what it is": async (make) => {
    const [a, b] = [make(), make()];
    assert.ok(a.name.length > 0, "name is empty");
    assert.equal(a.name, b.name, "two optimizers of the same options have two names");
    const options = canonicalJson(a.options ?? null);
    assert.equal(options, canonicalJson(b.options ?? null), "two optimizers of the same options have two fingerprints");
    assert.deepEqual(
      JSON.parse(options),
      a.options ?? null,
      "options must be JSON: they are part of the run's fingerprint",
    );
    await Promise.resolve();
  },
  "rises on held-out rows": async (make) => {
    assertRises(await run(make));
  },
  "rises on a program of two modules": async (make) => {
    const copy = predict(shorthand("word -> code", { name: "mark", instructions: "Copy the word." }));
    const pair = program("pair", { first: toy, second: copy }, async (m, { word }: { word: string }) =>
      m.second({ word: (await m.first({ word })).code }),
    );
    assertRises(await compile(pair, targetOf(make, toyModels())));
  },
  "rises with chain of thought": async (make) => {
    assertRises(await compile(chainOfThought(mark), targetOf(make, toyModels())));
  },
  "rises when the score is in [-1, 0]": async (make) => {
    const shifted = metric<ToyRow, { code: string }>(
      ({ example, output }) => (output.code === example.expected.code ? 0 : -1),
      { range: [-1, 0] },
    );
    assertRises(await run(make, { metric: shifted }));
  },
  "rises from an empty instruction": async (make) => {
    assertRises(await compile(predict(shorthand("word -> code", { name: "mark" })), targetOf(make, toyModels())));
  },
  "rises when a choice can go wrong": async (make) => {
    // The student always answers in JSON, so that every candidate with markers fails.
    assertRises(await run(make, { vary: { "mark.format": ["json", "markers"] } }));
  },
  "returns the baseline when nothing helps": async (make) => {
    assertBaseline(await run(make, {}, toyModels({ deaf: true })));
  },
  "returns the baseline when every score is 0": async (make) => {
    assertBaseline(await run(make, { metric: () => 0 }));
  },
  "returns the baseline when every score is 1": async (make) => {
    assertBaseline(await run(make, { metric: () => 1 }));
  },
  "runs on one train row": async (make) => {
    const result = await run(make, { data: { ...rows, train: rows.train.slice(1, 2) } });
    assert.equal(result.end, "done");
  },
  "runs on a single val row": async (make) => {
    const result = await run(make, { data: { ...rows, val: rows.val.slice(1, 2) } });
    assert.ok(result.evaluations <= 500);
  },
  "runs on repeated train rows": async (make) => {
    const twice = [...rows.train, ...rows.train];
    assertRises(await run(make, { data: { ...rows, train: twice } }));
  },
  "runs without labels": async (make) => {
    const train = rows.train.map(({ input }) => ({ input, expected: undefined as unknown as { code: string } }));
    const right: ToyTarget["metric"] = ({ example, output }) => (output.code.includes(example.input.word) ? 1 : 0);
    assertBaseline(await run(make, { data: { ...rows, train }, metric: right }));
  },
  "runs on a program with one text and no demos": async (make) => {
    const echo = tune(async ({ prompt }, { word }: { word: string }) => Promise.resolve({ code: prompt + word }), {
      prompt: text("Say: "),
    });
    const { models, ...rest } = targetOf(make, toyModels());
    const result = await compile(echo, { ...rest, models });
    assert.equal(typeof result.candidate["prompt"], "string");
  },
};

const keeping: Readonly<Record<string, (make: Make) => Promise<void>>> = {
  "is the same at any concurrency and latency": async (make) => {
    const serial = await run(make, { concurrency: 1 });
    for (const shuffle of ["first", "second"]) {
      const parallel = await run(make, { concurrency: 64 }, toyModels({ shuffle }));
      assertSame(parallel, serial, "concurrency 64 with shuffled latencies, against 1");
    }
  },
  "takes seed 0 for a seed": async (make) => {
    const models = { zero: toyModels(), one: toyModels() };
    const zero = await run(make, { seed: 0 }, models.zero);
    assertSame(await run(make, { seed: 0 }), zero, "seed 0, the second time");
    const one = await run(make, { seed: 1 }, models.one);
    // a proposer may well write the same texts for both: then it must have been shown other rows
    const history = ({ lineage }: CompileResult, { student }: ToyModels): string =>
      canonicalJson([lineage.map(({ hash }) => hash), student.calls.map(({ messages }) => messages)]);
    assert.notEqual(
      history(one, models.one),
      history(zero, models.zero),
      "seeds 0 and 1 gave the same proposals on the same rows: is one of them ignored?",
    );
  },
  "keeps to the budget": async (make) => {
    for (const evaluations of [20, 21, 39, 40, 41, 57, 100, 211]) {
      const models = toyModels();
      const result = await run(make, { budget: { evaluations }, data: withoutTest }, models);
      assert.ok(result.evaluations <= evaluations, `${result.evaluations} evaluations of ${evaluations}`);
      const calls = models.student.calls.length;
      assert.ok(
        calls <= evaluations,
        `${calls} student calls for a budget of ${evaluations} evaluations of one call each`,
      );
    }
  },
  "lets the end of the run through": async (make) => {
    for (const allowed of [0, 1, 2]) {
      const { optimizer, seen } = endingAfter(make, allowed);
      await run(() => optimizer);
      if (seen.refused === 0) return;
      hasCode("run-ended")(seen.outcome);
      assert.ok(seen.refused <= 64, `evaluate was called ${seen.refused} times after the end`);
    }
  },
  "shows no held-out row to a proposer or in a demo": async (make) => {
    const models = toyModels();
    const result = await run(make, {}, models);
    const shown = [
      ...models.teacher.calls.map((request) => JSON.stringify(request.messages)),
      ...models.student.calls.map(shownBefore),
      ...result.lineage.map(({ candidate }) => JSON.stringify(candidate)),
    ];
    for (const held of heldOut) {
      const found = shown.find((seen) => seen.includes(held));
      assert.equal(found, undefined, `the val or test input ${held} was shown in: ${found?.slice(0, 400)}`);
    }
  },
  "scores around a metric that throws on a row of each split": async (make) => {
    const bad = [rows.train[0]!, rows.val[0]!].map(({ input }) => input.word);
    const throwing: ToyTarget["metric"] = (args) => {
      if (bad.includes(args.example.input.word)) throw new Error("no score for this one");
      return exact(args);
    };
    assertRises(await run(make, { metric: throwing }));
  },
  "stops at a metric that always throws": async (make) => {
    const broken: ToyTarget["metric"] = () => {
      throw new Error("broken metric");
    };
    await assert.rejects(run(make, { metric: broken }), (error) => {
      hasCode("metric")(error);
      assert.match((error as Error).message, /broken metric/, "the message does not say what the metric threw");
      return true;
    });
  },
  "ends cleanly when every reflection fails": async (make) => {
    const failing = scriptedModel(() => {
      throw new CultivarError("transport", "toy-teacher: connection reset");
    });
    const result = await run(make, {}, { ...toyModels(), teacher: failing });
    assert.ok((result.val.best.mean ?? 0) >= (result.val.baseline.mean ?? 0), "the result is worse than the baseline");
  },
  "proposes only what differs from the baseline and from each other": async (make) => {
    const { lineage, candidates, baseline } = await run(make);
    const scored = candidates.map(({ hash }) => hash);
    assert.equal(new Set(scored).size, scored.length, "a candidate was scored on val twice");
    const known = new Set(lineage.map(({ hash }) => hash));
    for (const { hash, candidate } of candidates) {
      assert.ok(
        known.has(hash),
        `${JSON.stringify(candidate).slice(0, 200)} was scored on val but never noted as a proposal`,
      );
    }
    assert.deepEqual(lineage[0]?.candidate, baseline);
  },
  "resumes after a kill as if there had been none": async (make) => {
    const whole = await run(make, { concurrency: 4 });
    const { length } = await recordsOf(make);
    for (const appends of [2, 17, Math.floor(length / 3), Math.floor((2 * length) / 3), length - 1]) {
      const { result, paidTwice } = await resumed(make, appends);
      assertSame(result, whole, `killed after ${appends} of ${length} records and resumed, against no kill`);
      assert.equal(paidTwice, 0, `killed after ${appends} of ${length} records, journaled calls were made again`);
    }
  },
};

const cases: Readonly<Record<string, (make: Make) => Promise<void>>> = { ...searching, ...keeping };

/** The names of the suite's tests, as `skip` takes them. */
export const optimizerTests: readonly string[] = Object.keys(cases);

/**
 * Registers what every optimizer must do with `runner`, as tests named `<name>: <test>`: about 60 small runs of a
 * planted problem, of at most 500 evaluations each, without any network. An embedder is given as `toy`. Throws when
 * `skip` names no test.
 */
export function testOptimizer(runner: TestRunner, name: string, suite: OptimizerSuite): void {
  const skipped = new Set(suite.skip?.flatMap(({ tests }) => tests));
  for (const test of skipped) {
    assert.ok(Object.hasOwn(cases, test), `testOptimizer: skip names ${JSON.stringify(test)}, which is no test`);
  }
  for (const [test, check] of Object.entries(cases)) {
    if (!skipped.has(test)) runner.test(`${name}: ${test}`, () => check(suite.make));
  }
}
