import type { CompileResult, Request } from "@cultivar/core";
import { artifactFrom, compile, CultivarError, printArtifact, textOf } from "@cultivar/core";
import type { Script } from "@cultivar/core/testing";
import { describe, expect, test } from "vitest";
import type { AnimalOptions } from "../fixtures/animals.ts";
import { animals, animalTarget, name, noteOf, pair } from "../fixtures/animals.ts";
import { inFence } from "../fixtures/scripted-study.ts";
import type { CoproOptions } from "./copro.ts";
import { copro } from "./copro.ts";

interface Running extends Partial<AnimalOptions> {
  readonly options?: CoproOptions;
  readonly program?: typeof name | typeof pair;
}

interface Ran {
  readonly result: CompileResult;
  /** The first message of each call of the reflection model, the summary's left out. */
  readonly prompts: readonly string[];
  /** Calls of the reflection model, all of them. */
  readonly calls: number;
  readonly printed: string;
}

async function run({ options, program = name, reflect = adding, ...more }: Running = {}): Promise<Ran> {
  const target = { ...animalTarget({ reflect, ...more }), optimizer: copro(options) };
  const result = await compile(program as typeof name, target);
  const said = target.models.reflect.calls.map(({ messages }) => textOf(messages[0]!));
  const prompts = said.filter((prompt) => !prompt.includes("What do you observe?"));
  const printed = printArtifact(artifactFrom(program as typeof name, target, result));
  return { result, prompts, calls: said.length, printed };
}

/** The text in use, with the animal of the first example that went wrong. */
const adding: Script = ({ messages }: Request) => {
  const prompt = textOf(messages[0]!);
  const present = /(?:At present the text reads|in use at present):\n\n```\n([\s\S]*?)\n```/.exec(prompt)?.[1];
  const wrong = prompt.slice(prompt.indexOf("went wrong."));
  return inFence(`${present ?? ""} ${/### animal\n(\w+)/.exec(wrong)?.[1]?.toUpperCase() ?? "NONE"}`);
};
/** Another text for each call, of which none helps. */
const numbered: Script = (_, call) => inFence(`Text ${call}.`);

const remarks = ({ result }: Ran): readonly string[] => result.remarks.filter((text) => text.startsWith("copro"));
const proposed = ({ result }: Ran) => result.lineage.slice(1);
const scored = ({ result }: Ran) => result.candidates.slice(1);
const plenty = { evaluations: 5000 };

describe("copro", () => {
  test("asks for breadth texts of each component in each round, each in a call of its own, and scores all", async () => {
    const ran = await run({ reflect: numbered, budget: plenty });
    expect(ran.prompts).toHaveLength(9 + 10 + 10);
    expect(ran.calls).toBe(30);
    expect(scored(ran)).toHaveLength(29);
    for (const { rows } of scored(ran)) expect(rows).toHaveLength(8);
    // the baseline too; three looks at all 24 train rows, of the same candidate
    expect(ran.result.evaluations).toBe(30 * 8 + 24);
    expect(ran.result.end).toBe("done");
    expect(remarks(ran)).toEqual([]);
  });

  test("climbs over the rounds from the best text so far", async () => {
    const ran = await run({ options: { breadth: 6 } });
    const best = ran.result.candidates.map(({ rows }) => rows.filter(({ score }) => score === 1).length);
    expect(Math.max(...best)).toBe(6);
    expect(ran.result.candidate["name.instructions"]).toMatch(/^Name the animal\.( [A-Z]{3}){3}$/);
    const parents = new Map(ran.result.lineage.map((one) => [one.hash, one]));
    for (const one of proposed(ran)) {
      expect(one.component).toBe("name.instructions");
      expect(one.parents).toHaveLength(1);
      const [parent] = one.parents;
      expect(one.candidate["name.instructions"]).toContain(parents.get(parent!)!.candidate["name.instructions"]);
    }
    expect(proposed(ran)[0]!.why).toBe("round 1, text 1 of 4 from train rows");
    expect(proposed(ran).at(-1)!.why).toMatch(/^round 3, text \d of \d from the best texts so far and their scores$/);
  });

  test("fixes one component at its best, then goes on to the next", async () => {
    const ran = await run({ program: pair, budget: plenty, options: { breadth: 6, depth: 1 } });
    const changed = proposed(ran).map(({ component }) => component!);
    expect(new Set(changed)).toEqual(new Set(["first.instructions", "second.instructions"]));
    expect(changed).toEqual(changed.toSorted());
    const ofSecond = proposed(ran).filter(({ component }) => component === "second.instructions");
    expect(new Set(ofSecond.map(({ parents }) => parents[0])).size).toBe(1);
    const base = ran.result.lineage.find(({ hash }) => hash === ofSecond[0]!.parents[0])!.candidate;
    expect(base["first.instructions"]).toMatch(/^Name the animal\. [A-Z]{3}$/);
    expect(base["second.instructions"]).toBe("Name the animal.");
    for (const { candidate } of ofSecond) expect(candidate["first.instructions"]).toBe(base["first.instructions"]);
  });

  test("proposes nothing that it cannot score", async () => {
    const ran = await run({ program: pair, reflect: numbered, budget: { evaluations: 18 }, options: { looked: 0 } });
    expect(ran.prompts).toHaveLength(2);
    expect(scored(ran)).toHaveLength(1);
    expect(proposed(ran)).toHaveLength(1);
  });

  test("evaluates no candidate twice, nor the same text again", async () => {
    const replies = ["One.", "Two.", "One.", "Name the animal.", "Two."];
    const ran = await run({ reflect: (_, call) => inFence(replies[call % 5]!), options: { breadth: 5 } });
    expect(scored(ran).map(({ candidate }) => candidate["name.instructions"])).toEqual(["Two.", "One."]);
    expect(remarks(ran).at(-1)).toMatch(/^copro: round 2 of 3 brought no new text: .*it scored 0\)?.*; ended$/);
  });

  test("ends when a round brings nothing new", async () => {
    const ran = await run({ reflect: () => inFence("One.") });
    expect(scored(ran)).toHaveLength(1);
    expect(ran.result.end).toBe("done");
    expect(remarks(ran)[0]).toMatch(/^copro: round 2 of 3 brought no new text: the text says the same/);
  });

  test("ends when every row is right, before anything more is asked", async () => {
    const all = animals.map((one) => one.toUpperCase()).join(" ");
    const ran = await run({
      reflect: (_, call) => inFence(call === 3 ? `Say ${all}` : `Text ${call}.`),
      budget: plenty,
    });
    expect(ran.result.val.best.mean).toBe(1);
    expect(ran.prompts).toHaveLength(9);
    expect(scored(ran)).toHaveLength(3);
    const target = animalTarget({ reflect: numbered });
    await compile(name, { ...target, metric: () => 1, optimizer: copro() });
    expect(target.models.reflect.calls).toEqual([]);
  });

  test.each([8, 15, 16, 17, 40, 63, 64, 120])("keeps to %i evaluations, and uses them", async (evaluations) => {
    const ran = await run({ reflect: numbered, budget: { evaluations }, train: 96 });
    expect(ran.result.evaluations).toBeLessThanOrEqual(evaluations);
    expect(evaluations - ran.result.evaluations).toBeLessThan(8 + Math.floor(evaluations / 8));
    expect(ran.result.end).toBe("evaluations");
    // no text is asked for in vain
    expect(ran.prompts).toHaveLength(scored(ran).length);
    expect(ran.calls).toBe(evaluations < 16 ? 0 : ran.prompts.length + 1);
  });

  test("deals a small budget to all rounds, and says so", async () => {
    const ran = await run({ reflect: numbered, budget: { evaluations: 100 } });
    const rounds = proposed(ran).map(({ why }) => why.slice(0, 7));
    expect(rounds).toEqual([...Array<string>(3).fill("round 1"), ...Array<string>(3).fill("round 2"), ...Array<string>(3).fill("round 3")]); // prettier-ignore
    expect(remarks(ran)[0]).toBe("copro: round 1 of 3: the evaluations left pay for 3 texts per component, not 9");
  });
});

describe("later rounds", () => {
  test("show the best ten versions, the worst first, with their scores, and what goes wrong with the one in use", async () => {
    const ran = await run({ budget: plenty, options: { breadth: 12 }, reflect: varied });
    const [first, later] = [ran.prompts[0]!, ran.prompts.at(-1)!];
    expect(first).not.toContain("Version 1");
    const versions = [...later.matchAll(/Version (\d+), which scored ([\d.]+)( and is in use at present)?:/g)];
    expect(versions.map(([, number]) => Number(number))).toEqual(Array.from({ length: 10 }, (_, i) => i + 1));
    const scores = versions.map(([, , score]) => Number(score));
    expect(scores).toEqual(scores.toSorted((a, b) => a - b));
    expect(new Set(scores).size).toBeGreaterThan(1);
    expect(versions.map(([, , , used]) => used !== undefined)).toEqual([...Array<boolean>(9).fill(false), true]);
    expect(later).toContain("What follows was seen with the version in use.");
    expect(later).toContain("These training examples went wrong.");
  });

  test("look at other train rows, under the best candidate", async () => {
    const ran = await run({ train: 48, options: { looked: 16 }, budget: plenty, reflect: numbered });
    const shownIn = (round: readonly string[]): ReadonlySet<string> =>
      new Set(round.flatMap((prompt) => prompt.match(/train\d+w0\b/g) ?? []));
    const rounds = [ran.prompts.slice(0, 9), ran.prompts.slice(9, 19), ran.prompts.slice(19)].map(shownIn);
    expect(rounds.map(({ size }) => size)).toEqual([16, 16, 16]);
    expect(new Set(rounds.flatMap((seen) => [...seen])).size).toBe(48);
    const climbing = await run({ options: { breadth: 5, depth: 2 } });
    expect(climbing.prompts[0]).not.toContain("These training examples went well.");
    expect(climbing.prompts.at(-1)).toContain("These training examples went well.");
  });

  test("go by scores alone when no rows are looked at", async () => {
    const ran = await run({ options: { looked: 0, breadth: 3 }, reflect: numbered });
    expect(ran.result.evaluations).toBe(8 + 8 * (2 + 3 + 3));
    expect(ran.prompts.join("\n")).not.toMatch(/train\d+w/);
    expect(ran.prompts.at(-1)).toContain("Version 6");
  });

  test("give the version that came again back to be written anew", async () => {
    const replies = ["", "One.", "Two.", "One.", "Three.", "Four."];
    const ran = await run({ options: { breadth: 3, depth: 2, looked: 0 }, reflect: (_, call) => inFence(replies[call] ?? `Text ${call}.`) }); // prettier-ignore
    expect(scored(ran).map(({ candidate }) => candidate["name.instructions"]).toSorted()).toEqual([
      "Four.",
      "One.",
      "Text 6.",
      "Three.",
      "Two.",
    ]); // prettier-ignore
  });
});

/** Some animals of four by the number of the call. */
function varied(_: Request, call: number): string {
  return inFence(`Text ${call}: ${animals.filter((_animal, i) => ((call % 15) >> i) % 2 === 1).join(" ").toUpperCase()}`); // prettier-ignore
}

describe("whatever a proposer does", () => {
  test("a text that repeats a val row is refused, and the run goes on", async () => {
    const leaking = `Remember ${noteOf("val", 3)}.`;
    const ran = await run({
      reflect: (_, call) => inFence(call % 2 === 1 ? leaking : `Text ${call}.`),
      options: { breadth: 5, depth: 2 },
    });
    expect(scored(ran).length).toBeGreaterThan(2);
    expect(remarks(ran)[0]).toMatch(
      /^copro: round 1 of 2: \d of 4 proposals were not taken: .*repeats a val or test row/,
    );
    expect(ran.prompts.join("\n")).not.toMatch(/val\d+w\d/);
  });

  test.each<[string, Script]>([
    ["says nothing", () => ""],
    [
      "always fails",
      () => {
        throw new CultivarError("transport", "gone");
      },
    ],
  ])("a model that %s ends it with a reason", async (_, reflect) => {
    const ran = await run({ reflect });
    expect(ran.result).toMatchObject({ improved: false, end: "done" });
    expect(remarks(ran)).toEqual([expect.stringMatching(/^copro: round 1 of 3 brought no new text: the reflection|the reply/)]); // prettier-ignore
  });

  test("the result is the same at any latency and concurrency", async () => {
    const first = await run({ options: { breadth: 6 } });
    for (const schedule of [1, 2, 3]) {
      const other = await run({ options: { breadth: 6 }, schedule, concurrency: [1, 3, 64][schedule - 1]! });
      expect(other.printed).toBe(first.printed);
      expect(other.result.lineage).toEqual(first.result.lineage);
    }
  });
});

test("a program whose texts are held still is left alone", async () => {
  const target = animalTarget({ reflect: numbered });
  const vary = { "name.instructions": false };
  const result = await compile(name, { ...target, vary, optimizer: copro() });
  expect(result.remarks).toContain("copro: no text varies; nothing was tried");
  expect(target.models.reflect.calls).toEqual([]);
});

test("options are checked, and stand in the fingerprint", () => {
  expect(() => copro({ breadth: 1 })).toThrow("copro: breadth must be a whole number of at least 2");
  expect(() => copro({ depth: 0 })).toThrow("copro: depth must be");
  expect(() => copro({ looked: -1 })).toThrow("copro: looked must be");
  expect(copro({ checks: [] })).toMatchObject({
    name: "copro",
    options: { breadth: 10, depth: 3, looked: 32, checks: [] },
  });
});
