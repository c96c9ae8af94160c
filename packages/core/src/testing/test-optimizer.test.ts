import { describe, expect, test } from "vitest";
import { candidateHash } from "../values/component.ts";
import { rng } from "../ground/rng.ts";
import type { Candidate } from "../values/component.ts";
import type { DemoRow } from "../values/demo.ts";
import { encodeDemos } from "../values/demo.ts";
import type { Optimizer, Study } from "../searching/optimizer.ts";
import { optimizerTests, testOptimizer } from "./test-optimizer.ts";

/** All labelled rows in an order drawn by `order`. */
function labelled(study: Study, order: <T>(rows: readonly T[]) => readonly T[]): Candidate {
  const values = Object.keys(study.space).flatMap((id) => {
    const demos = study.train.map((example) => study.labelledDemo(id, example));
    const rows = order(demos.filter((row): row is DemoRow => row !== undefined));
    return rows.length === 0 ? [] : [[id, encodeDemos({ rows })]];
  });
  return { ...study.baseline, ...Object.fromEntries(values) } as Candidate;
}

async function score(study: Study, candidate: Candidate): Promise<void> {
  if (candidateHash(candidate) === candidateHash(study.baseline)) return;
  study.note({ type: "proposal", candidate, parents: [study.baseline], why: "labels" });
  await study.evaluate({ candidate, split: "val", ids: study.val });
}

/** A small optimizer that keeps the contract, with parts to replace. */
function sound(changes: Partial<Optimizer> = {}): Optimizer {
  const run = async (study: Study): Promise<void> => {
    const { shuffle } = study.rng("sound");
    await score(study, labelled(study, shuffle));
    await score(study, labelled(study, shuffle));
  };
  return { name: "sound", options: { demos: "all" }, run, ...changes };
}

/** The tests of the suite that fail `make`, among `names`. */
async function failing(make: () => Optimizer, names: readonly string[]): Promise<readonly string[]> {
  const runs: [string, () => Promise<void>][] = [];
  const skip = [{ reason: "not looked at", tests: optimizerTests.filter((name) => !names.includes(name)) }];
  testOptimizer({ test: (name, run) => void runs.push([name, run]) }, "x", { make, skip });
  const failed: string[] = [];
  for (const [name, run] of runs) await run().catch(() => failed.push(name.slice("x: ".length)));
  return failed;
}

describe("a sound optimizer passes", () => {
  testOptimizer({ test }, "sound", { make: () => sound() });
});

describe("the suite fails an optimizer that", () => {
  let made = 0;
  test.each<{ what: string; fails: string; make: () => Optimizer }>([
    { what: "tries nothing", fails: "rises on held-out rows", make: () => sound({ run: () => Promise.resolve() }) },
    {
      what: "has options that are no JSON",
      fails: "says what it is",
      make: () => sound({ options: { order: () => 0 } }),
    },
    {
      what: "is fingerprinted anew each time",
      fails: "says what it is",
      make: () => sound({ options: { made: made++ } }),
    },
    {
      what: "ignores the seed",
      fails: "takes seed 0 for a seed",
      make: () =>
        sound({
          run: (study) =>
            score(
              study,
              labelled(study, (rows) => rows),
            ),
        }),
    },
    {
      what: "keeps state between runs",
      fails: "resumes after a kill as if there had been none",
      make: () =>
        sound({
          run: (study) =>
            score(
              study,
              labelled(study, (rows) => rows.slice(made++ % rows.length)),
            ),
        }),
    },
    {
      what: "swallows the end of the run",
      fails: "lets the end of the run through",
      make: () =>
        sound({
          run: (study) =>
            sound()
              .run(study)
              .catch(() => {}),
        }),
    },
    {
      what: "hangs on after the end of the run",
      fails: "lets the end of the run through",
      make: () =>
        sound({
          run: async (study) => {
            for (let i = 0; i < 100; i++)
              await sound()
                .run(study)
                .catch(() => {});
            await sound().run(study);
          },
        }),
    },
    {
      what: "notes no proposal",
      fails: "proposes only what differs from the baseline and from each other",
      make: () => sound({ run: (study) => sound().run({ ...study, note: () => {} }) }),
    },
    {
      what: "decides by the clock",
      fails: "is the same at any concurrency and latency",
      make: () => sound({ run: (study) => score(study, labelled(study, rng(0, `${performance.now()}`).shuffle)) }),
    },
    {
      what: "needs more train rows than there are",
      fails: "runs on one train row",
      make: () =>
        sound({
          run: (study) =>
            score(
              { ...study, baseline: study.baseline },
              labelled({ ...study, train: [study.train[1]!] }, (rows) => rows),
            ),
        }),
    },
  ])("$what", async ({ fails, make }) => {
    expect(await failing(make, [fails])).toEqual([fails]);
  });

  test("and refuses to skip a test that does not exist", () => {
    const suite = { make: () => sound(), skip: [{ reason: "none", tests: ["no such test"] }] };
    expect(() => testOptimizer({ test: () => {} }, "x", suite)).toThrow(/no such test/);
  });
});
