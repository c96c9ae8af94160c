import type { CompileResult, Request, Target } from "@cultivar/core";
import { artifactFrom, compile, contentHash, decodeDemos, printArtifact, rng, textOf } from "@cultivar/core";
import type { ScriptedModel } from "@cultivar/core/testing";
import { scriptedModel } from "@cultivar/core/testing";
import { describe, expect, test } from "vitest";
import { latency, name, namingInputs, words } from "../fixtures/naming.ts";
import { tpe } from "../samplers/tpe.ts";
import { mipro } from "./mipro.ts";
import { fullRows, halving } from "./rows.ts";
import type { MiproOptions } from "./settings.ts";

// A row is right once the instruction holds its word in capitals or a demo shows it; the teacher adds a word that it sees.
const rows = (from: number, count: number) =>
  namingInputs(from, count).map((input) => ({ input, expected: { name: "yes" } }));
type Row = ReturnType<typeof rows>[number];
type NameTarget = Target<Row, { name: string }>;

interface Cast {
  readonly default: ScriptedModel;
  readonly reflect: ScriptedModel;
}

/** Replies come at once, or by a schedule above 0. */
function cast(schedule = 0, broken: (animal: string) => boolean = () => false): Cast {
  const latencyMs = schedule === 0 ? () => 0 : latency(schedule);
  const student = scriptedModel(
    ({ messages }) => {
      // a repair asks once more below the row
      const place = messages.findLastIndex((message) => words.some((word) => textOf(message).includes(word)));
      const animal = words.find((word) => textOf(messages[place]!).includes(word))!;
      const told = messages.slice(0, place).map(textOf).join("\n");
      if (broken(animal)) return "no fields at all";
      return JSON.stringify({ name: told.includes(animal.toUpperCase()) || told.includes(animal) ? "yes" : "no" });
    },
    { latencyMs },
  );
  const teacher = scriptedModel(
    ({ messages }) => {
      const prompt = textOf(messages[0]!);
      const present = /```\n([\s\S]*?)\n```/.exec(prompt)?.[1];
      if (present === undefined) return "They are animals.";
      const wrong = [...prompt.slice(prompt.indexOf("went wrong")).matchAll(/### animal\n(\w+)/g)].map(
        ([, word]) => word!,
      );
      const fresh = [...new Set(wrong)].filter((word) => !present.includes(word.toUpperCase())).slice(0, 3);
      return `\`\`\`\n${[present, ...fresh.map((word) => word.toUpperCase())].join(" ")}\n\`\`\``;
    },
    { latencyMs },
  );
  return { default: student, reflect: teacher };
}

async function run(options: MiproOptions, changes: Partial<NameTarget> = {}, models: Cast = cast()) {
  const target: NameTarget = {
    data: { train: rows(0, 16), val: rows(100, 16) },
    metric: ({ output }) => (output.name === "yes" ? 1 : 0),
    optimizer: mipro(options),
    models,
    budget: { evaluations: 300 },
    fingerprint: "animals",
    ...changes,
  };
  return { target, models, result: await compile(name, target) };
}

/** Right on half of the rows beforehand. */
const easy: NameTarget["metric"] = ({ output, example }) => (output.name === "yes" || example.input.n % 8 > 3 ? 1 : 0);

const demosTried = ({ candidates }: CompileResult): number =>
  Math.max(...candidates.map(({ candidate }) => decodeDemos(candidate["name.demos"]!).rows.length));
const instructionsOf = ({ candidate }: CompileResult): string => candidate["name.instructions"]!;

describe("what is searched", () => {
  test("instructions and demos, to what is right on every row", async () => {
    const { result } = await run({});
    expect(result.val.best.mean).toBe(1);
    expect(result.evaluations).toBeLessThanOrEqual(300);
    expect(result.lineage.some(({ why }) => /name\.demos \d+, name\.instructions \d+/.test(why))).toBe(true);
  });

  test("instructions alone: zero-shot tries no demos", async () => {
    const { result } = await run({ maxBootstrapped: 0, maxLabeled: 0 });
    expect(demosTried(result)).toBe(0);
    expect(instructionsOf(result)).toMatch(/[A-Z]{3}/);
    expect(result.improved).toBe(true);
  });

  test("labels alone", async () => {
    const { result, models } = await run({ instructions: 0, maxBootstrapped: 0 });
    expect(models.reflect.calls).toHaveLength(0);
    expect(instructionsOf(result)).toBe("Name the animal.");
    expect(result.improved).toBe(true);
    const tried = result.candidates.flatMap(({ candidate }) => decodeDemos(candidate["name.demos"]!).rows);
    expect(tried.length).toBeGreaterThan(0);
    expect(tried.every(({ augmented }) => augmented !== true)).toBe(true);
  });

  test("runs alone, where there are any that passed", async () => {
    const { result } = await run({ instructions: 0, maxLabeled: 0, threshold: 0 });
    const tried = result.candidates.flatMap(({ candidate }) => decodeDemos(candidate["name.demos"]!).rows);
    expect(tried.length).toBeGreaterThan(0);
    expect(tried.every(({ augmented }) => augmented === true)).toBe(true);
  });

  test.each([
    [300, "done"],
    [48, "evaluations"],
    [32, "evaluations"],
  ])("a space of two points is tried and left, with %i evaluations", async (evaluations, end) => {
    const { result, models } = await run(
      { instructions: 0, maxBootstrapped: 0, maxLabeled: 0 },
      { vary: { "name.format": ["json", "markers"] }, budget: { evaluations } },
    );
    expect(result.candidates).toHaveLength(2);
    expect(result.end).toBe(end);
    expect(models.reflect.calls).toHaveLength(0);
  });

  test.each<[MiproOptions, number]>([
    [{ maxBootstrapped: 0, maxLabeled: 0 }, 300],
    [{ demoSets: 0 }, 300],
    [{ demoSets: 1 }, 300],
    [{ maxBootstrapped: 0, maxLabeled: 0 }, 17],
    [{ demoSets: 1 }, 17],
    [{ maxLabeled: 0, looked: 0 }, 17],
  ])("a space of one point is nothing to choose among: with %j and %i evaluations", async (options, evaluations) => {
    const { result } = await run({ instructions: 0, ...options }, { budget: { evaluations } });
    expect(result.remarks).toContain("mipro: nothing to choose among: no text, demo set or choice varies");
    expect(result.evaluations).toBe(16);
    expect(result.improved).toBe(false);
  });

  test("a text that an earlier round brought is not taken again, and its proposer is asked once more", async () => {
    const models = cast();
    const same = scriptedModel(({ messages }) =>
      /```/.test(textOf(messages[0]!)) ? "```\nSay its name.\n```" : "They are animals.",
    );
    const options = { instructions: 2, rounds: 2, maxBootstrapped: 0, maxLabeled: 0, rows: fullRows };
    const { result } = await run(options, { budget: { evaluations: 400 } }, { ...models, reflect: same });
    expect(result.remarks.join("\n")).toContain(
      "of round 2 were not taken: the text says the same as an earlier one (it was tried)",
    );
    expect(same.calls.map(({ messages }) => messages.length)).toContain(3);
  });

  test.each([
    ["halving", halving(), easy, true],
    ["halving where most go wrong", halving(), undefined, false],
    ["halving without failures", halving({ failures: 0 }), easy, false],
    ["all rows at once", fullRows, easy, false],
  ])("by %s, do points begin with train rows that the best one fails on?", async (_, rule, metric, expected) => {
    const data = { train: rows(0, 24), val: rows(100, 48) };
    let judged = 0;
    const counted: NameTarget["metric"] = (row) => {
      judged++;
      return metric === undefined ? (row.output.name === "yes" ? 1 : 0) : metric(row);
    };
    const changes = { data, budget: { evaluations: 1000 }, concurrency: 1, metric: counted };
    const { result, models } = await run({ rows: rule, maxBootstrapped: 0, maxLabeled: 0 }, changes);
    const begins = new Map<string, number>();
    for (const { messages } of models.default.calls) {
      const prompt = messages.slice(0, -1).map(textOf).join("\n");
      const row = Number(/\d+/.exec(textOf(messages.at(-1)!))![0]);
      if (!begins.has(prompt)) begins.set(prompt, row);
    }
    expect(result.val.best.mean).toBe(1);
    // no row is judged twice, whoever looks at it later
    expect(judged).toBe(result.evaluations);
    expect([...begins.values()].some((row) => row < 100)).toBe(expected);
  });

  test.each([1, 2, 4])("a text that comes alone is scored on all of val, with width %i", async (width) => {
    const models = cast();
    const same = scriptedModel(({ messages }) =>
      /```/.test(textOf(messages[0]!)) ? `\`\`\`\n${words.join(" ").toUpperCase()}\n\`\`\`` : "They are animals.",
    );
    const options = { width, rounds: 1, maxBootstrapped: 0, maxLabeled: 0 };
    const data = { train: rows(0, 60), val: rows(100, 100) };
    const changes = { data, metric: easy, budget: { evaluations: 280 } };
    const { result } = await run(options, changes, { ...models, reflect: same });
    expect(result.val.best.mean).toBe(1);
  });

  test("later rounds go on from the best one so far", async () => {
    const one = await run({ maxBootstrapped: 0, maxLabeled: 0, rounds: 1 });
    const three = await run({ maxBootstrapped: 0, maxLabeled: 0, rounds: 3 });
    const learned = (text: string): number => text.match(/\b[A-Z]{3}\b/g)?.length ?? 0;
    expect(learned(instructionsOf(one.result))).toBeLessThanOrEqual(3);
    expect(learned(instructionsOf(three.result))).toBeGreaterThan(learned(instructionsOf(one.result)));
  });
});

describe("what it costs", () => {
  test("an effort says beforehand what it takes, and takes no more", async () => {
    const { result } = await run({ auto: "light" }, { budget: { evaluations: 5000 } });
    const remark = result.remarks.find((one) => one.startsWith("mipro: light effort"))!;
    const [, most, calls] = /at most (\d+) evaluations .* about (\d+) proposer calls/.exec(remark)!;
    expect(result.evaluations - 16).toBeLessThanOrEqual(Number(most));
    expect(Number(calls)).toBe(4 * 6 + 1);
    const { result: heavy } = await run({ auto: "heavy" }, { budget: { evaluations: 5000 } });
    expect(
      Number(/at most (\d+)/.exec(heavy.remarks.find((one) => one.startsWith("mipro: heavy"))!)![1]),
    ).toBeGreaterThan(Number(most));
  });

  test.each([1, 4])("an effort takes no more where val is large, with width %i", async (width) => {
    // right by chance: many trials are promising, and none is finished early
    const chance = scriptedModel((request) =>
      JSON.stringify({ name: rng(0, contentHash(request.messages)).next() < 0.5 ? "yes" : "no" }),
    );
    for (let seed = 0; seed < 3; seed++) {
      const data = { train: rows(0, 16), val: rows(100, 200) };
      const { result } = await run(
        { auto: "light", width, looked: 16 },
        { data, seed, budget: { calls: 100_000 }, metric: ({ output }) => (output.name === "yes" ? 0.9 : 0) },
        { ...cast(), default: chance },
      );
      const remark = result.remarks.find((one) => one.startsWith("mipro: light effort"))!;
      expect(result.evaluations - 200).toBeLessThanOrEqual(Number(/at most (\d+)/.exec(remark)![1]));
      expect(result.lineage.length).toBeGreaterThan(8);
    }
  });

  test("without a budget of evaluations it is medium, and ends", async () => {
    const { result } = await run({}, { budget: { calls: 100_000 } });
    expect(result.remarks.some((one) => one.startsWith("mipro: medium effort"))).toBe(true);
    expect(result.end).toBe("done");
  });

  test.each([17, 18, 20, 24, 30, 33, 48, 49, 64, 100])("keeps to %i evaluations", async (evaluations) => {
    const { result, models } = await run({ width: 3 }, { budget: { evaluations } });
    expect(result.evaluations).toBeLessThanOrEqual(evaluations);
    // every evaluation is one call, and none is made twice
    expect(models.default.calls.length).toBe(result.evaluations);
    expect(result.logical.calls).toBe(models.default.calls.length + models.reflect.calls.length);
  });
});

describe("what is not paid for", () => {
  test.each([16, 17, 25])("with %i evaluations no combination fits: nothing is proposed", async (evaluations) => {
    const { result, models } = await run({}, { budget: { evaluations } });
    expect(models.reflect.calls).toHaveLength(0);
    expect(result.evaluations).toBe(16);
  });

  test("where every row is right, at a second look too, nothing is proposed", async () => {
    const { result, models } = await run({}, { metric: () => 1 });
    expect(models.reflect.calls).toHaveLength(0);
    expect(result.evaluations).toBe(2 * 16);
    expect(result.remarks).toContain("mipro: stopped: every val row has the best score");
  });

  test.each<[string, MiproOptions, Partial<NameTarget>]>([
    ["no evaluations are left for one", {}, { budget: { evaluations: 31 } }],
    ["an effort says how many there are", { auto: "light" }, {}],
    ["nothing says how many there are", {}, { budget: { calls: 1e6 } }],
  ])("there is no second look where %s", async (_, options, changes) => {
    const { result } = await run(options, { metric: () => 1, ...changes });
    expect(result.evaluations).toBe(16);
    expect(result.remarks).toContain("mipro: stopped: every val row has the best score");
  });

  test.each<[string, MiproOptions, RegExp]>([
    ["a threshold out of range", { threshold: 7 }, /threshold must be in the metric's range \[0, 1\], got 7/],
    ["an embedder that is not given", { embedder: "own" }, /no embedder is named "own"/],
  ])("%s is said before anything is proposed", async (_, options, message) => {
    const models = cast();
    await expect(run(options, {}, models)).rejects.toThrow(message);
    expect(models.reflect.calls).toHaveLength(0);
    expect(models.default.calls).toHaveLength(16);
  });
});

describe("what goes wrong", () => {
  test("a metric that always throws stops the run and names the row", async () => {
    const metric = (): number => {
      throw new Error("no such column");
    };
    await expect(run({}, { metric })).rejects.toThrow(/no such column/);
  });

  test("replies that cannot be read score the bottom, row by row, and what can be read is learned from", async () => {
    const { result } = await run(
      {},
      {},
      cast(0, (animal) => animal === "bee"),
    );
    expect(result.val.best.mean).toBeGreaterThan(result.val.baseline.mean!);
    expect(result.val.best.mean).toBeLessThanOrEqual(7 / 8);
    expect(result.val.best.n).toBe(16);
  });

  test("a sampler that repeats points does not end the search", async () => {
    const options = { instructions: 0, rounds: 1, sampler: tpe({ repeats: true, startup: 0 }) };
    const { result } = await run(options, { metric: ({ output }) => (output.name === "yes" ? 0.9 : 0) });
    // all eight demo sets are tried, the empty one at first
    expect(result.lineage.length).toBe(8);
  });

  test("points whose rows cannot be scored are left, and the search goes on", async () => {
    const metric: NameTarget["metric"] = ({ output, trace }) => {
      if (/ant|bee|cat/.test(trace.components["name.demos"]!)) throw new Error("down");
      return output.name === "yes" ? 0.9 : 0;
    };
    const { result } = await run({ instructions: 0, rounds: 1 }, { metric, budget: { evaluations: 1000 } });
    expect(result.lineage.length).toBe(8);
    expect(result.improved).toBe(true);
  });

  test.each([
    [{ auto: "huge" as never }, /auto must be "light", "medium" or "heavy", got "huge"/],
    [{ rounds: 0 }, /rounds must be a whole number of at least 1, got 0/],
    [{ instructions: -1 }, /instructions must be a whole number of at least 0/],
    [{ width: 0 }, /width must be/],
  ])("refuses %j", (options, message) => expect(() => mipro(options)).toThrow(message));
});

describe("the same result, byte for byte and with no request made twice", () => {
  async function printed(options: MiproOptions, schedule: number, changes: Partial<NameTarget> = {}): Promise<string> {
    const { target, models, result } = await run(options, changes, cast(schedule));
    for (const { calls } of Object.values(models))
      expect(new Set((calls as readonly Request[]).map((request) => contentHash(request))).size).toBe(calls.length);
    const { lineage, candidates, front, remarks, evaluations } = result;
    return `${printArtifact(artifactFrom(name, target, result))}${JSON.stringify({ lineage, candidates, front, remarks, evaluations })}`;
  }

  // as many rows are right as wrong beforehand, so that points begin with failures
  const large: Partial<NameTarget> = {
    data: { train: rows(0, 24), val: rows(100, 48) },
    budget: { evaluations: 1000 },
    metric: easy,
  };
  test.each<[MiproOptions, Partial<NameTarget>]>([
    [{ width: 1 }, {}],
    [{ width: 4 }, {}],
    [{ width: 4, rounds: 3 }, {}],
    [{ width: 1, maxBootstrapped: 0, maxLabeled: 0 }, large],
    [{ width: 4, maxBootstrapped: 0, maxLabeled: 0 }, large],
  ])("whatever the latencies, with %j", async (options, changes) => {
    const expected = await printed(options, 0, changes);
    for (let schedule = 1; schedule <= 3; schedule++)
      expect(await printed(options, schedule, { ...changes, concurrency: [3, 64][schedule % 2]! })).toBe(expected);
    expect(await printed(options, 5, { ...changes, concurrency: 1 })).toBe(expected);
  });

  test("by seed, 0 included", async () => {
    const [zero, nine] = [await printed({}, 0, { seed: 0 }), await printed({}, 0, { seed: 9 })];
    expect(zero).not.toBe(nine);
    expect(await printed({}, 0, { seed: 0 })).toBe(zero);
  });
});
