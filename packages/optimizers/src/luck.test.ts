import type { CompileResult, Optimizer, Target } from "@cultivar/core";
import { artifactFrom, compile, contentHash, memoryJournalStore, printArtifact, rng, textOf } from "@cultivar/core";
import { scriptedModel } from "@cultivar/core/testing";
import { describe, expect, test } from "vitest";
import { name, namingInputs } from "./fixtures/naming.ts";
import { confirming } from "./gepa/confirmation.ts";
import { gepa } from "./gepa/gepa.ts";
import { mipro } from "./mipro/mipro.ts";
import { sequence } from "./sequence/sequence.ts";

const rowsOf = (from: number, count: number) =>
  namingInputs(from, count).map((input) => ({ input, expected: { name: "yes" } }));
type NameTarget = Target<ReturnType<typeof rowsOf>[number], { name: string }>;

const evaluations = 400;

interface Outcome {
  readonly result: CompileResult;
  readonly printed: string;
  /** Requests to the model that is improved, and those of them that a row was asked for again, and once more. */
  readonly asked: number;
  readonly again: number;
  readonly thrice: number;
}

/** Replies are right with the same chance whatever the text, each sample anew (or none): no text is better than another. */
async function searched(
  optimizer: Optimizer,
  seed: number,
  changes: Partial<NameTarget> = {},
  { chance = 0.75, steady = false, dies = Number.POSITIVE_INFINITY } = {},
): Promise<Outcome> {
  const death = new AbortController();
  const student = scriptedModel(({ messages, sample = 0 }, call) => {
    if (call === dies) death.abort();
    const draw = rng(seed, `${contentHash(messages)} ${steady ? 0 : sample}`).next();
    return JSON.stringify({ name: draw < chance ? "yes" : "no" });
  });
  const reflect = scriptedModel(({ messages }) =>
    /```/.test(textOf(messages[0]!))
      ? `\`\`\`\nText ${contentHash(messages).slice(0, 12)}\n\`\`\``
      : "They are animals.",
  );
  const target: NameTarget = {
    data: { train: rowsOf(0, 32), val: rowsOf(1000, 8) },
    metric: ({ output }) => (output.name === "yes" ? 1 : 0),
    optimizer,
    models: { default: student, reflect },
    budget: { evaluations },
    seed,
    fingerprint: "luck",
    signal: death.signal,
    ...changes,
  };
  const result = await compile(name, target);
  const { lineage, candidates, remarks } = result;
  const printed = `${printArtifact(artifactFrom(name, target, result))}${JSON.stringify({ lineage, candidates, remarks, evaluations: result.evaluations })}`;
  const seen = (times: number): number => student.calls.filter(({ sample = 0 }) => sample >= times - 1).length;
  return { result, printed, asked: student.calls.length, again: seen(2), thrice: seen(3) };
}

/** The best mean on val, over all observations of a candidate. */
const bestOf = ({ candidates }: CompileResult): number =>
  Math.max(...candidates.map(({ rows }) => rows.reduce((sum, { score }) => sum + score!, 0) / rows.length));

const seeds = Array.from({ length: 12 }, (_, seed) => seed);

/** What is unused of the budgets of those whose best one was lucky. */
const unused = (outcomes: readonly Outcome[]): readonly number[] =>
  outcomes.filter(({ result }) => bestOf(result) < 1).map(({ result }) => evaluations - result.evaluations);

describe.each([1, 4])("with %i in flight", (width) => {
  test("mipro goes on where a point was right on every row by luck", async () => {
    const left = unused(await Promise.all(seeds.map((seed) => searched(mipro({ width }), seed))));
    expect(left.length).toBeGreaterThan(2);
    // a quarter at most is kept for the last look, and not always needed
    expect(Math.max(...left)).toBeLessThan(evaluations / 4);
  });

  test("gepa goes on where a candidate was right on every row by luck, while there is room for a step", async () => {
    const outcomes = await Promise.all(seeds.map((seed) => searched(gepa({ width }), seed)));
    expect(unused(outcomes).length).toBeGreaterThan(2);
    const solved = outcomes.filter(({ result }) =>
      result.remarks.join("\n").includes("every val row has the best score"),
    );
    expect(Math.max(0, ...unused(solved))).toBeLessThan(40);
  });
});

test("gepa that observes once believes what it sees", async () => {
  const once = gepa({ confirmation: confirming({ observations: 1 }) });
  const outcomes = await Promise.all(seeds.map((seed) => searched(once, seed)));
  const solved = outcomes.filter(({ result }) =>
    result.remarks.join("\n").includes("every val row has the best score"),
  );
  expect(solved.length).toBeGreaterThan(6);
  for (const { result } of solved) expect(bestOf(result)).toBe(1);
});

describe.each([
  ["mipro", mipro],
  ["gepa", gepa],
])("%s", (_, optimizer) => {
  test.each([1, 4])(
    "looks twice at one candidate where that is as good as before, with %i in flight",
    async (width) => {
      const steady = { steady: true, chance: 0.9 };
      const outcomes = await Promise.all(seeds.map((seed) => searched(optimizer({ width }), seed, {}, steady)));
      for (const { result, again } of outcomes) {
        expect(bestOf(result)).toBe(1);
        expect(again).toBe(8);
      }
    },
  );

  test.each([1, 4])("keeps evaluations for a last look, once one was lucky, with %i in flight", async (width) => {
    const outcomes = await Promise.all(seeds.map((seed) => searched(optimizer({ width }), seed)));
    const lucky = outcomes.filter(({ result }) => bestOf(result) < 1);
    // only a last look asks for a third observation
    expect(lucky.filter(({ thrice }) => thrice >= 8).length).toBeGreaterThan(lucky.length / 2);
  });

  test("goes on after a stage of a sequence, and says what is true in the end", async () => {
    const twice = await Promise.all(seeds.map((seed) => searched(sequence(optimizer(), optimizer()), seed)));
    const small = await Promise.all(
      [16, 40, 60, 90].flatMap((most) =>
        seeds.map((seed) => searched(optimizer(), seed, { budget: { evaluations: most } })),
      ),
    );
    const ends = [...twice, ...small].map(({ result }) => {
      const last = result.remarks.findLast((remark) => remark.includes(": stopped: ")) ?? "";
      return { last, isRight: bestOf(result) === 1 };
    });
    const saying = (words: string) => ends.filter(({ last }) => last.includes(words)).map(({ isRight }) => isRight);
    expect(saying("every val row has the best score")).not.toContain(false);
    expect(saying("which the last look took back")).not.toContain(true);
    expect(saying("every val row ha").length).toBeGreaterThan(0);
    expect(Math.max(0, ...unused(twice))).toBeLessThan(evaluations / 4);
  });

  test("has the same result whatever the concurrency, and after a run that was cut off", async () => {
    for (const seed of seeds.slice(0, 4)) {
      const { printed, asked } = await searched(optimizer({ width: 4 }), seed);
      expect((await searched(optimizer({ width: 4 }), seed, { concurrency: 1 })).printed).toBe(printed);
      for (const dies of [0.3, 0.6, 0.9].map((share) => Math.floor(share * asked))) {
        const journal = memoryJournalStore();
        await searched(optimizer({ width: 4 }), seed, { journal }, { dies });
        const rest = await searched(optimizer({ width: 4 }), seed, { journal });
        expect(rest.printed).toBe(printed);
        expect(rest.asked).toBeLessThan(asked);
      }
    }
  });
});
