import { readFileSync } from "node:fs";
import type { CompileResult, Optimizer, Rng } from "@cultivar/core";
import { candidateHash, compile, CultivarError, text, textOf, tune } from "@cultivar/core";
import { scriptedModel } from "@cultivar/core/testing";
import { describe, expect, test } from "vitest";
import type { BatchRule } from "./batches.ts";
import type { ComponentRule } from "./components.ts";
import { roundRobin } from "./components.ts";
import type { Confirmation } from "./confirmation.ts";
import { gepa, published } from "./gepa.ts";
import { commonAncestors } from "./merge.ts";
import { ascending, byInstance, frequencies, prune } from "./pareto.ts";
import { merging } from "./merging.ts";
import type { Move } from "./moves.ts";
import type { ParentRule } from "./parents.ts";
import type { Member } from "./pool.ts";
import { bestOf } from "./pool.ts";
import { plainText } from "./rewrite.ts";

// Whole runs of the reference on tasks whose scores are a pure function of the texts; see fixtures/record_golden_run.py.
type Place = readonly [text: number, fact: number];
interface TaskRow {
  readonly name: string;
  readonly needs: readonly Place[];
  readonly harms: readonly Place[];
}
interface RecordedStep {
  /** The members on the fronts, as the reference prunes them. */
  readonly order: readonly number[];
  /** Pruned, a val row after the other. */
  readonly fronts: readonly (readonly number[])[];
  readonly weights: readonly number[];
  /** Places in train; of a merge in val. */
  readonly ids: readonly number[];
  readonly parent?: number;
  readonly component?: string;
  readonly text?: string;
  readonly pair?: readonly [number, number];
  readonly over?: number;
  readonly mergeable?: readonly number[];
  /** Where both changed a text and have the same mean: whose was taken, a text after the other. */
  readonly picks?: readonly number[];
  /** Place of the child that was proposed; null when it was rejected. */
  readonly child?: number | null;
}
interface RecordedRun {
  readonly seed: number;
  readonly merges: boolean;
  readonly train: readonly TaskRow[];
  readonly val: readonly TaskRow[];
  readonly first: Readonly<Record<string, string>>;
  readonly steps: readonly RecordedStep[];
  /** Of each member on val, in quarters. */
  readonly scores: readonly string[];
  readonly parents: readonly (readonly number[])[];
  readonly best: number;
  /** Distinct evaluations. */
  readonly evaluations: number;
}
const lines = readFileSync(new URL("fixtures/golden-run.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n");
const golden = lines.map((line) => JSON.parse(line) as RecordedRun);

const names = ["ask", "look", "tell"] as const;
type Texts = Readonly<Record<(typeof names)[number], string>>;

/** As in the recorder. */
function scoreOf(texts: Texts, { needs, harms }: TaskRow): number {
  const held = names.map(
    (name) => new Set(Array.from(texts[name].matchAll(/Fact (\d+) holds/g), ([, fact]) => +fact!)),
  );
  const count = (places: readonly Place[]): number => places.filter(([of, fact]) => held[of]!.has(fact)).length;
  return Math.max(0, count(needs) / needs.length - count(harms) / 4);
}

interface Replay {
  readonly result: CompileResult;
  /** The pool at the end. */
  readonly members: readonly Member[];
  readonly steps: number;
}

/** Our search with the recorded choices; what leads to a choice is compared on the way. */
async function replay(run: RecordedRun): Promise<Replay> {
  const { train, val, first, steps } = run;
  const reflections = steps.filter((step) => step.text !== undefined);
  let pool: readonly Member[] = [];
  let seen = 0;
  const parents: ParentRule = {
    name: "as recorded",
    choose(members) {
      const step = steps[seen]!;
      expectFronts(members, step);
      return step.parent!;
    },
  };
  const batches: BatchRule = {
    name: "as recorded",
    most: { looked: 3, tested: 3 },
    async take({ ids, step, look }) {
      // a step that was to be a merge would be out of turn here
      expect({ step, merge: steps[step]!.pair }).toEqual({ step: seen, merge: undefined });
      const rows = await look(steps[step]!.ids.map((place) => ids[place]!));
      return { rows, test: rows };
    },
  };
  const components: ComponentRule = {
    name: "as recorded",
    choose(choosing) {
      const chosen = roundRobin.choose(choosing);
      expect(chosen).toEqual([steps[seen]!.component]);
      return chosen;
    },
  };
  const confirmation: Confirmation = {
    name: "looks at the pool",
    reserve: () => 0,
    confirm(_study, members) {
      pool = members;
      return Promise.resolve();
    },
  };
  const spy: Move = {
    name: "sees the pool before each step",
    cost: () => 0,
    urge({ members }) {
      pool = members;
      return 0;
    },
    propose: () => Promise.resolve({}),
  };
  const reflect = scriptedModel(({ messages }, call) => {
    const step = reflections[call];
    const prompt = textOf(messages[0]!);
    const known =
      step === undefined
        ? []
        : [pool[step.parent!]!.candidate[step.component!]!, ...step.ids.map((id) => train[id]!.name)];
    if (step === undefined || !known.every((part) => prompt.includes(part)))
      throw new CultivarError(
        "cassette",
        `an unseen reflection, ${JSON.stringify({ call, step, known: known.filter((one) => !prompt.includes(one)) })}: ${prompt}`,
      );
    return `\`\`\`\n${step.text!}\n\`\`\``;
  });
  const inner = gepa({
    ...published,
    parents,
    batches,
    components,
    rewrite: plainText,
    confirmation,
    moves: run.merges ? [merging(5), spy] : [spy],
  });
  const optimizer: Optimizer = {
    ...inner,
    run: (study) =>
      inner.run({
        ...study,
        rng(label) {
          const found = /^gepa\/(\w+) (\d+)$/.exec(label);
          if (found?.[1] === "merge" || found?.[1] === "parent") seen = Number(found[2]);
          const step = steps[seen];
          return found?.[1] === "merge" && step?.pair !== undefined ? mergeDraws(step, () => pool) : study.rng(label);
        },
      }),
  };
  const rows = (of: readonly TaskRow[]) => of.map((row) => ({ input: { name: row.name } }));
  const task = tune(
    (texts, { name }: { name: string }) =>
      Promise.resolve({
        score: scoreOf(
          texts,
          [...train, ...val].find((row) => row.name === name)!,
        ),
      }),
    { ask: text(first["ask"]!), look: text(first["look"]!), tell: text(first["tell"]!) },
    { name: "task" },
  );
  const result = await compile(task, {
    data: { train: rows(train), val: rows(val) },
    metric: ({ output }) => output.score,
    optimizer,
    models: { default: reflect, reflect },
    // one less than what a further step reserves: 6 on train, or 5 for a merge, and a pass over val
    budget: { evaluations: run.evaluations + 6 + val.length - 1 },
    fingerprint: "a recorded task",
  });
  expect(reflect.calls).toHaveLength(reflections.length);
  return { result, members: pool, steps: seen + 1 };
}

function expectFronts(members: readonly Member[], { order, fronts, weights }: RecordedStep): void {
  const all = byInstance.fronts(members);
  const pruned = prune(all, order);
  expect([...pruned.values()].map((front) => [...front].toSorted((a, b) => a - b))).toEqual(fronts);
  const counts = frequencies(pruned);
  expect(members.map((_, place) => counts.get(place) ?? 0)).toEqual(weights);
  // our own order differs in ties at most
  const means = (places: readonly number[]): readonly number[] => places.map((place) => members[place]!.mean);
  expect(means(ascending(all, members))).toEqual(means(order));
}

/** Draws that lead to the recorded merge. */
function mergeDraws(step: RecordedStep, pool: () => readonly Member[]): Rng {
  const { pair, over, mergeable, ids } = step;
  const picks = [...(step.picks ?? [])];
  const refuse = (): never => {
    throw new Error("a merge draws nothing of this kind");
  };
  let samples = 0;
  return {
    int: refuse,
    shuffle: refuse,
    sample<T>(items: readonly T[], count: number): T[] {
      if (samples++ === 0) {
        expect(items).toEqual(mergeable);
        return [...pair!] as T[];
      }
      const wanted = (ids as readonly unknown[] as readonly T[]).filter((id) => items.includes(id)).slice(0, count);
      expect(wanted).toHaveLength(Math.min(count, items.length));
      return wanted;
    },
    next() {
      const allowed = commonAncestors(pool(), pair!, new Set());
      expect(allowed).toContain(over);
      const means = allowed.map((place) => pool()[place]!.mean);
      const before = means.slice(0, allowed.indexOf(over!)).reduce((sum, mean) => sum + mean, 0);
      return (before + means[allowed.indexOf(over!)]! / 2) / means.reduce((sum, mean) => sum + mean, 0);
    },
    pick<T>(items: readonly T[]): T {
      const found = items.indexOf(picks.shift() as T);
      expect(found).not.toBe(-1);
      return items[found]!;
    },
  };
}

describe("against whole runs of the reference, with its choices", () => {
  test("there are 20 runs of each kind, with accepted and rejected children in each", () => {
    for (const merges of [false, true]) {
      const runs = golden.filter((run) => run.merges === merges);
      expect(runs).toHaveLength(20);
      const made = runs.flatMap(({ steps }) => steps.filter(({ pair }) => (pair !== undefined) === merges));
      expect(made.filter(({ child }) => child === null).length).toBeGreaterThan(5);
      expect(made.filter(({ child }) => typeof child === "number").length).toBeGreaterThan(20);
    }
  });

  test.each(golden.map((run) => [run.seed, run.merges ? "merges" : "no merges", run] as const))(
    "seed %i, %s: the same accepts, pool, fronts and weights",
    async (_seed, _merges, run) => {
      const { result, members, steps } = await replay(run);
      expect(steps).toBe(run.steps.length);
      // the pool, in its order
      const texts = [run.first];
      for (const { pair, parent, component, text: rewritten, child } of run.steps)
        if (typeof child === "number")
          texts.push(pair === undefined ? { ...texts[parent!]!, [component!]: rewritten! } : members[child]!.candidate);
      expect(members.map(({ candidate }) => candidate)).toEqual(texts);
      expect(members.map(({ val }) => val.map((score) => 4 * score!).join(""))).toEqual(run.scores);
      expect(members.map((member) => member.parents)).toEqual(run.parents);
      // what is kept for the user
      expect(result.candidates.map(({ hash }) => hash)).toEqual(texts.map((candidate) => candidateHash(candidate)));
      expect(result.evaluations).toBe(run.evaluations);
      expect(bestOf(members)).toBe(run.best);
      expect(result.candidate).toEqual(result.improved ? texts[run.best] : run.first);
      const rejected = result.lineage.length - result.candidates.length;
      expect(rejected).toBe(run.steps.filter(({ child }) => child === null).length);
    },
  );
});
