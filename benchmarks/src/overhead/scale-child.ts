import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Optimizer } from "@cultivar/core";
import { compile, evaluate, memoryJournalStore } from "@cultivar/core";
import { fileJournalStore } from "@cultivar/core/node";
import { retainedHeap } from "./measure.ts";
import { cpuMs, named, program, run, scorer } from "./scale-world.ts";

// Arguments: tie, cont or rise; val rows; candidates; CPU seconds at most; journal (memory or file); "memory" to
// measure the heap (needs --expose-gc). What each candidate scores is drawn from its number and the row's.
const [kind, valRows, wanted, capSeconds, journalKind, mode] = process.argv.slice(2);
const rows = Number(valRows);
const candidates = Number(wanted);

const score = scorer(kind!, candidates);
const stepsMs: number[] = [];
let heapBytes: number | undefined;
/** What GEPA asks for in a step whose proposal is accepted, without the choice of a parent and the proposal itself. */
const scripted: Optimizer = {
  name: "scripted",
  async run(study) {
    let parent = study.baseline;
    for (let number = 1; number <= candidates && cpuMs() < 1000 * Number(capSeconds); number++) {
      const began = cpuMs();
      const ids = [0, 1, 2].map((offset) => study.train[(3 * number + offset) % study.train.length]!.id);
      await study.evaluate({ candidate: parent, split: "train", ids, capture: "trace" });
      const candidate = { ...parent, text: String(number) };
      await study.evaluate({ candidate, split: "train", ids, capture: "score" });
      study.note({ type: "proposal", candidate, parents: [parent], why: "scripted" });
      await study.evaluate({ candidate, split: "val", ids: study.val });
      study.best();
      parent = candidate;
      stepsMs.push(cpuMs() - began);
    }
    if (mode === "memory") heapBytes = await retainedHeap();
  },
};

/** The same rows run and scored with nothing around them, as often as one step does. */
async function bareStep(number: number, data: ReturnType<typeof named>): Promise<void> {
  for (const { input } of data) score({ output: await run({ text: String(number) }, input) });
}

const train = named("train", 100);
const val = named("val", rows);
const directory = journalKind === "file" ? mkdtempSync(join(tmpdir(), "cultivar-scale-")) : undefined;
try {
  const before = mode === "memory" ? await retainedHeap() : 0;
  const result = await compile(program, {
    metric: score,
    data: { train, val },
    optimizer: scripted,
    budget: { evaluations: (candidates + 1) * (rows + 6) },
    journal: directory === undefined ? memoryJournalStore() : fileJournalStore({ directory }),
    fingerprint: "scale",
  });
  const totalMs = cpuMs();
  if (result.candidates.length !== stepsMs.length + 1)
    throw new Error(`expected ${stepsMs.length} candidates scored on val, got ${result.candidates.length - 1}`);
  const resultBytes = mode === "memory" ? (await retainedHeap()) - before : undefined;
  const passes = Math.max(3, Math.min(100, Math.ceil(100_000 / rows)));
  const step = [...train.slice(0, 6), ...val];
  const timed = async (work: (pass: number) => Promise<unknown>): Promise<number> => {
    const began = cpuMs();
    for (let pass = 1; pass <= passes; pass++) await work(pass);
    return (cpuMs() - began) / passes;
  };
  const bareMs = await timed((pass) => bareStep(pass, step));
  // What running and scoring the rows takes of a step, with no search around it.
  const evaluateMs = await timed((pass) =>
    evaluate(program, { data: step, metric: score, candidate: { text: String(pass) } }),
  );
  const heap = heapBytes === undefined ? {} : { heapBytes: heapBytes - before, resultBytes };
  process.stdout.write(
    JSON.stringify({
      stepsMs,
      bareMs,
      evaluateMs,
      totalMs,
      rssMb: process.resourceUsage().maxRSS / 1024,
      front: result.front.length,
      ...heap,
    }),
  );
} finally {
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
}
