import type { Budget, CompileResult, LanguageModel, Request } from "@cultivar/core";
import {
  candidateHash,
  compile,
  CultivarError,
  metric,
  predict,
  program,
  signature,
  text,
  textOf,
  tune,
} from "@cultivar/core";
import { scriptedModel } from "@cultivar/core/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { epochs, failuresFirst } from "./batches.ts";
import { confirming, noConfirmation } from "./confirmation.ts";
import type { GepaOptions } from "./gepa.ts";
import { ablation } from "./ablation.ts";
import { choosing } from "./choosing.ts";
import { completing } from "./completing.ts";
import { demonstration } from "./demonstration.ts";
import { gepa, published, tuned } from "./gepa.ts";
import type { Move } from "./moves.ts";
import { currentBest, thompson } from "./parents.ts";
import { merging } from "./merging.ts";
import type { Member } from "./pool.ts";
import type { Contest } from "./validation.ts";
import { fullPass, racing } from "./validation.ts";

// Two modules; each answers the rows of a kind once its instruction holds the kind's word. Four kinds, two per module.
const kinds = { left: ["ant", "bee"], right: ["cat", "dog"] } as const;
const part = (name: "left" | "right") =>
  predict(
    signature({
      name,
      instructions: `Do the ${name} part.`,
      input: z.object({ kind: z.string(), n: z.number() }),
      output: z.object({ [`${name}Out`]: z.string() }),
    }),
  );
const both = program(
  "both",
  { left: part("left"), right: part("right") },
  async (m, input: { kind: string; n: number }) => ({
    ...(await m.left(input)),
    ...(await m.right(input)),
  }),
);

const all = [...kinds.left, ...kinds.right];
const rowsFrom = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ input: { kind: all[(from + i) % 4]!, n: from + i }, expected: "yes" }));
const data = { train: rowsFrom(0, 24), val: rowsFrom(100, 24) };

const student = () =>
  scriptedModel((request) => {
    const kind = /\b(?:ant|bee|cat|dog)\b/.exec(textOf(request.messages.at(-1)!))![0];
    const before = request.messages.slice(0, -1).map(textOf).join("\n");
    const field =
      before.includes("leftOut") || JSON.stringify(request.output ?? {}).includes("leftOut") ? "leftOut" : "rightOut";
    return JSON.stringify({ [field]: before.includes(kind.toUpperCase()) ? "yes" : "no" });
  });

/** Adds the word of one failing row to the text that it is shown. */
const teacher = () =>
  scriptedModel(({ messages }: Request) => {
    const prompt = textOf(messages[0]!);
    const present = /```\n([\s\S]*?)\n```/.exec(prompt)![1]!;
    const side = present.includes("left") ? "left" : "right";
    const missing = [...prompt.matchAll(/### kind\n(\w+)/g)]
      .map(([, kind]) => kind!)
      .filter((kind) => (kinds[side] as readonly string[]).includes(kind) && !present.includes(kind.toUpperCase()));
    return `\`\`\`\n${[present, ...missing.slice(0, 1).map((kind) => kind.toUpperCase())].join(" ")}\n\`\`\``;
  });

type Output = Readonly<Record<"leftOut" | "rightOut", string>>;
const sideOf = (kind: string): "leftOut" | "rightOut" =>
  (kinds.left as readonly string[]).includes(kind) ? "leftOut" : "rightOut";
const isRight = ({ example, output }: { example: { input: { kind: string } }; output: object }): number =>
  (output as Output)[sideOf(example.input.kind)] === "yes" ? 1 : 0;

const run = (options: GepaOptions, seed = 0, evaluations = 600): Promise<CompileResult> =>
  compile(both, {
    data,
    metric: isRight,
    optimizer: gepa(options),
    models: { default: student(), reflect: teacher() },
    budget: { evaluations },
    seed,
    fingerprint: "two parts",
  });

const merges = ({ lineage }: CompileResult) => lineage.filter(({ why }) => why === "merge of two lines");
const knowsAll = ({ candidate }: CompileResult): boolean =>
  (["left", "right"] as const).every((side) =>
    kinds[side].every((kind) => candidate[`${side}.instructions`]!.includes(kind.toUpperCase())),
  );

describe("gepa as published", () => {
  test("solves a program of two modules, a word at a time, and then finds nothing to try", async () => {
    const result = await run(published);
    expect(result.val.baseline.mean).toBe(0);
    expect(result.val.best.mean).toBe(1);
    expect(result.end).toBe("done");
    expect(result.remarks.join("\n")).toMatch(
      /gepa: stopped: 100 steps in a row found nothing to try; of the last one: the batch was solved/,
    );
    expect(knowsAll(result)).toBe(true);
    // each step changed one text
    const steps = result.lineage.filter(({ why }) => why.startsWith("reflection"));
    expect(steps.length).toBeGreaterThan(3);
    expect(steps.every(({ component }) => component !== undefined)).toBe(true);
  });

  test("merges two lines of descent into a better candidate", async () => {
    // every reflection starts from the baseline, so that only a merge can bring two words together
    const parents = { name: "the baseline", choose: () => 0 };
    const result = await run({ ...published, parents });
    const found = merges(result);
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((entry) => entry.parents.length === 2 && entry.component === undefined)).toBe(true);
    const without = await run({ ...published, parents, moves: [] });
    expect(merges(without)).toEqual([]);
    expect(result.val.best.mean!).toBeGreaterThan(without.val.best.mean!);
  });

  test("proposes nothing when a whole step no longer fits into the budget", async () => {
    const result = await run(published, 0, 24 + 6 + 24 - 1);
    expect(result.lineage).toHaveLength(1);
    expect(result).toMatchObject({ end: "evaluations", evaluations: 24 });
    expect((await run(published, 0, 24 + 6 + 24)).lineage.length).toBeGreaterThan(1);
  });
});

describe("gepa", () => {
  test("solves a program of two modules and stops because it is solved", async () => {
    const result = await run({});
    expect(result.val.best.mean).toBe(1);
    expect(knowsAll(result)).toBe(true);
    expect(result.end).toBe("done");
    expect(result.remarks).toContain("gepa: stopped: every val row has the best score");
  });

  test("ends in the same place whatever is in flight, as long as the width is the same", async () => {
    const [one, again, serial] = await Promise.all([4, 4, 1].map((width) => run({ width }, 3, 1000)));
    expect(again!.lineage).toEqual(one!.lineage);
    expect(serial!.val.best.mean).toBe(1);
    expect(one!.val.best.mean).toBe(1);
  });

  test.each([
    [{ width: 0 }, /gepa: width must be a whole number of at least 1, got 0/],
    [{ width: 1.5 }, /gepa: width must be a whole number of at least 1, got 1.5/],
  ])("refuses %j", (options, message) => expect(() => gepa(options)).toThrow(message));

  describe("stepping stones", () => {
    // each step brings a better one: a stone is left behind
    const stones = { moves: [completing(1)] };
    const plain = { validation: racing({ sure: 1 }), moves: [] };
    const limited = (options: GepaOptions, budget: Budget): Promise<CompileResult> =>
      compile(both, {
        // a word helps one row in four: the val rows of one block tell that it helps, and there are many more
        data: { train: data.train, val: rowsFrom(100, 100) },
        metric: metric<(typeof data.train)[number], object>((args) => 100 * isRight(args), { range: [0, 100] }),
        optimizer: gepa(options),
        models: { default: student(), reflect: teacher() },
        budget,
        fingerprint: "two parts",
      });

    test("save evaluations on the way to the same candidate, and the incumbent is scored on all of val", async () => {
      const [saving, whole] = await Promise.all([
        limited(stones, { evaluations: 3000 }),
        limited(plain, { evaluations: 3000 }),
      ]);
      const found = ({ lineage, candidate }: CompileResult) =>
        lineage.find(({ hash }) => hash === candidateHash(candidate))!;
      for (const result of [saving, whole]) {
        expect(result.val.best.mean).toBe(100);
        expect(found(result).val).toMatchObject({ n: 100 });
      }
      expect(found(saving).at).toBeLessThan(found(whole).at);
    });

    test("may wait where proposals come one by one and evaluations are kept for the end", async () => {
      const seen: Contest[] = [];
      const watched = { ...fullPass, judge: (contest: Contest) => (seen.push(contest), fullPass.judge(contest)) };
      const mayWait = async (options: GepaOptions, budget: Budget): Promise<readonly boolean[]> => {
        seen.length = 0;
        await limited({ validation: watched, moves: [demonstration({ parents: thompson })], ...options }, budget);
        expect(seen.every(({ top }) => top === 100)).toBe(true);
        return [...new Set(seen.map((contest) => contest.mayWait))];
      };
      expect(await mayWait({}, { evaluations: 1000 })).toEqual([true]);
      expect(await mayWait({ width: 2 }, { evaluations: 1000 })).toEqual([false]);
      expect(await mayWait({ confirmation: noConfirmation }, { evaluations: 1000 })).toEqual([false]);
      expect(await mayWait({}, { calls: 600 })).toEqual([false]);
    });

    test("are not left where only calls are limited: nothing would score them in the end", async () => {
      for (const calls of [300, 500, 700]) {
        const [left, none] = await Promise.all([limited(stones, { calls }), limited(plain, { calls })]);
        expect(left.end).toBe("calls");
        expect(left.candidate).toEqual(none.candidate);
      }
    });
  });

  test("its parts refuse numbers out of range", () => {
    expect(() => merging(1.5)).toThrow(/the most merges of merging must be a whole number of at least 1, got 1.5/);
    expect(() => epochs(0)).toThrow(/the size of epochs must be a whole number of at least 1/);
    expect(() => failuresFirst({ size: 0 })).toThrow(/size of failuresFirst must be a whole number of at least 1/);
    expect(() => confirming({ observations: 0 })).toThrow(/observations of confirming must be a whole number/);
  });

  test("keeps no candidate twice, whatever is in flight", async () => {
    let members: readonly Member[] = [];
    const spy: Move = {
      name: "sees the pool",
      cost: () => 0,
      urge: (pool) => ((members = pool.members), 0),
      propose: () => Promise.resolve({}),
    };
    for (const width of [1, 4, 16])
      for (const seed of [0, 1, 2]) {
        await run({ ...published, moves: [merging(5), spy], width }, seed);
        expect(members.length).toBeGreaterThan(2);
        expect(new Set(members.map(({ hash }) => hash)).size).toBe(members.length);
      }
  });
});

interface Edge {
  readonly reflect?: LanguageModel;
  readonly train?: typeof data.train;
  readonly val?: typeof data.val;
  readonly range?: readonly [number, number];
  readonly score?: (args: Parameters<typeof isRight>[0]) => number;
}

describe.each([
  ["gepa()", {}],
  ["gepa(published)", published],
] as const)("at the edges, %s", (_, options) => {
  const edge = ({ reflect = teacher(), train = data.train, val = data.val, range, score = isRight }: Edge) =>
    compile(both, {
      data: { train, val },
      metric: metric<(typeof data.train)[number], object>(score, { range: range ?? [0, 1] }),
      optimizer: gepa(options),
      models: { default: student(), reflect },
      budget: { evaluations: 600 },
      fingerprint: "edges",
    });
  const expectBaseline = (result: CompileResult): void => {
    expect(result.improved).toBe(false);
    expect(result.candidate).toEqual(result.baseline);
  };

  test("a metric in [-1, 0]", async () => {
    const result = await edge({ range: [-1, 0], score: (args) => isRight(args) - 1 });
    expect(result.val).toMatchObject({ baseline: { mean: -1 }, best: { mean: 0 } });
    expect(knowsAll(result)).toBe(true);
  });

  test("a metric in [0, 100] is searched as one in [0, 1]", async () => {
    const [small, large] = [await edge({}), await edge({ range: [0, 100], score: (args) => 100 * isRight(args) })];
    expect(large.lineage.map(({ hash }) => hash)).toEqual(small.lineage.map(({ hash }) => hash));
    expect(large.evaluations).toBe(small.evaluations);
  });

  test("all scores 0", async () => {
    const result = await edge({ score: () => 0 });
    expectBaseline(result);
    expect(["done", "evaluations"]).toContain(result.end);
  });

  test("all scores the best one", async () => {
    const reflect = teacher();
    const result = await edge({ score: () => 1, reflect });
    expectBaseline(result);
    expect(reflect.calls).toHaveLength(0);
    expect(result.end).toBe("done");
    expect(result.remarks.join("\n")).toMatch(/gepa: stopped: (?:every val row has the best score|\d+ steps in a row)/);
  });

  test("one training row", async () => {
    const result = await edge({ train: rowsFrom(0, 1) });
    expect(result.val.best.mean).toBe(0.25);
    expect(result.candidate["left.instructions"]).toContain("ANT");
  });

  test("one val row", async () => {
    const result = await edge({ val: rowsFrom(101, 1) });
    // one row proves nothing to the gate
    expectBaseline(result);
    expect(result.val.best.n).toBe(1);
  });

  test("a val row that is never scored", async () => {
    const hidden = data.val[5]!.input.n;
    const result = await edge({
      score(args) {
        if ((args.example.input as { n: number } & { kind: string }).n === hidden)
          throw new Error("no score for this one");
        return isRight(args);
      },
    });
    expect(result.end).not.toBe("stalled");
    expect(result.val.best).toMatchObject({ mean: 1, n: 23 });
  });

  test("train rows that can't be scored: the search ends early and says why", async () => {
    const reflect = teacher();
    const result = await edge({
      reflect,
      score(args) {
        if ((args.example.input as { n: number } & { kind: string }).n < 100) throw new Error("no label for this one");
        return isRight(args);
      },
    });
    expectBaseline(result);
    expect(reflect.calls).toHaveLength(0);
    expect(result.remarks.join("\n")).toMatch(/no row of the batch could be scored: .*no label for this one/);
  });

  test("one component", async () => {
    const single = tune(
      ({ prompt }, { kind }: { kind: string; n: number }) =>
        Promise.resolve({ out: prompt.includes(kind.toUpperCase()) ? "yes" : "no" }),
      { prompt: text("Do the left part.") },
    );
    const result = await compile(single, {
      data: {
        train: rowsFrom(0, 24).map(({ input }) => ({ input: { ...input, kind: kinds.left[input.n % 2]! } })),
        val: rowsFrom(100, 24).map(({ input }) => ({ input: { ...input, kind: kinds.left[input.n % 2]! } })),
      },
      metric: ({ output }) => (output.out === "yes" ? 1 : 0),
      optimizer: gepa(options),
      models: { default: student(), reflect: teacher() },
      budget: { evaluations: 600 },
      fingerprint: "one",
    });
    expect(result.val.best.mean).toBe(1);
    expect(merges(result)).toEqual([]);
  });

  test("an empty starting instruction", async () => {
    const empty = tune(
      ({ prompt }, { n }: { n: number }) =>
        Promise.resolve({ out: prompt.includes("BETTER") && n >= 0 ? "yes" : "no" }),
      { prompt: text("") },
    );
    const numbers = (from: number) => rowsFrom(from, 12).map(({ input }) => ({ input: { n: input.n } }));
    const reflect = scriptedModel(() => "```\nBETTER\n```");
    const result = await compile(empty, {
      data: { train: numbers(0), val: numbers(100) },
      metric: ({ output }) => (output.out === "yes" ? 1 : 0),
      optimizer: gepa(options),
      models: { default: reflect, reflect },
      budget: { evaluations: 300 },
      fingerprint: "empty",
    });
    expect(result.candidate).toEqual({ prompt: "BETTER" });
  });

  const repeats = ({ messages }: Request): string => /```\n[\s\S]*?\n```/.exec(textOf(messages[0]!))![0];
  const cut = { text: "```\nDo the", finishReason: "length" as const };
  const fails = (): never => {
    throw new CultivarError("transport", "teacher: connection reset");
  };
  describe.each([
    ["an empty reflection", () => "", /the reply is empty/],
    ["a reflection of an empty block", () => "```\n\n```", /the text is empty/],
    ["a reflection without an end", () => cut, /the reply was cut off/],
    ["a reflection that repeats the text", repeats, /the text is unchanged/],
    ["a reflection model that always fails", fails, /the reflection model failed: .*connection reset/],
  ] as const)("%s", (_name, reply, why) => {
    test("gives the baseline, and the end of the search is explained", async () => {
      const result = await edge({ reflect: scriptedModel(reply) });
      expectBaseline(result);
      expect(result.end).toBe("done");
      expect(result.remarks.join("\n")).toMatch(/gepa: stopped: \d+ steps in a row found nothing to try/);
    });

    test("is told to the user", async () => {
      const result = await edge({ reflect: scriptedModel(reply) });
      expect(result.remarks.join("\n")).toMatch(why);
    });
  });

  test("a program whose texts are held still", async () => {
    const result = await still(options);
    expectBaseline(result);
    expect(result.evaluations).toBeLessThanOrEqual(100);
  });
});

const still = (options: GepaOptions): Promise<CompileResult> =>
  compile(both, {
    data,
    metric: isRight,
    optimizer: gepa(options),
    models: { default: student(), reflect: teacher() },
    vary: { "left.instructions": false, "right.instructions": false },
    budget: { evaluations: 100 },
    fingerprint: "fixed",
  });

test("without a text that may change the published algorithm has nothing to evolve, and says so", async () => {
  const result = await still(published);
  expect(result.end).toBe("done");
  expect(result.remarks.join("\n")).toMatch(/gepa: nothing to evolve, the program has no text that may change/);
});

test("a budget without room for a proposal is told, with what one may take", async () => {
  const result = await run({}, 0, 24 + 20);
  expect(result.evaluations).toBe(24);
  expect(result.remarks.join("\n")).toMatch(
    /gepa: 20 evaluations are left after the baseline, but one proposal may take \d+ on 24 val rows; raise budget.evaluations/,
  );
});

test("parts of moves are in the fingerprint", () => {
  const [one, other] = [thompson, currentBest].map((parents) =>
    JSON.stringify(gepa({ moves: [demonstration({ parents }), choosing({ parents }), ablation({ parents })] }).options),
  );
  expect(one!.replaceAll("thompson", "currentBest")).toBe(other!.replaceAll("thompson", "currentBest"));
  expect(one).not.toBe(other);
});

test("a draft outside the space is refused, and the search goes on", async () => {
  const stray: Move = {
    name: "stray",
    cost: () => 0,
    urge: ({ rejected }) => (rejected.length === 0 ? Number.POSITIVE_INFINITY : 0),
    propose: () => Promise.resolve({ draft: { candidate: { nowhere: "x" }, parents: [0], why: "astray" } }),
  };
  const result = await run({ moves: [...tuned.moves, stray] });
  expect(result.val.best.mean).toBe(1);
  expect(result.lineage.every(({ why }) => why !== "astray")).toBe(true);
});

test("in flight together proposals use the budget as one after the other do", async () => {
  for (const width of [1, 8]) {
    const { evaluations, end } = await run({ width, stops: [] }, 1, 900);
    expect({ width, end, enough: evaluations > 800 }).toEqual({ width, end, enough: true });
  }
});
