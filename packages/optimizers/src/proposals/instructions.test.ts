import type { Candidate, OpenStudy, Row, Study } from "@cultivar/core";
import { CultivarError, isCultivarError, open, textOf } from "@cultivar/core";
import type { Script } from "@cultivar/core/testing";
import { describe, expect, test } from "vitest";
import type { AnimalOptions } from "../fixtures/animals.ts";
import { animals, animalTarget, name, noteOf, pair } from "../fixtures/animals.ts";
import { inFence } from "../fixtures/scripted-study.ts";
import type { Grounds } from "./grounded.ts";
import { groundedText } from "./grounded.ts";
import { hygiene } from "./hygiene.ts";
import type { Proposals } from "./instructions.ts";
import { proposeTexts } from "./instructions.ts";

interface Asked {
  readonly proposals: Proposals;
  /** The messages of each call of the reflection model, as texts, in the order in which they came. */
  readonly said: readonly (readonly string[])[];
  readonly study: OpenStudy;
}

interface Asking extends Omit<AnimalOptions, "reflect"> {
  readonly reflect?: Script;
  readonly count?: number;
  readonly grounds?: Partial<Grounds>;
  readonly rows?: (study: Study) => Promise<readonly Row[]>;
}

const trainRows = async (study: Study, candidate: Candidate = study.baseline): Promise<readonly Row[]> => {
  const ids = study.train.map(({ id }) => id);
  return (await study.evaluate({ candidate, split: "train", capture: "trace", ids })).rows;
};

/** Asks for `count` texts (default 5) for every text component, from all train rows of the baseline. */
async function propose(options: Asking, program: typeof name | typeof pair = name): Promise<Asked> {
  const { reflect = () => inFence("New."), count = 5, rows = trainRows, grounds, ...more } = options;
  const target = animalTarget({ ...more, reflect });
  const study = await open(program as typeof name, target);
  try {
    const ids = Object.keys(study.space).filter((id) => study.space[id]!.kind === "text");
    const all = { study, base: study.baseline, rows: await rows(study), summary: "", checks: hygiene, label: "test" };
    const proposals = await proposeTexts({ ...all, ...grounds }, ids, count);
    return { proposals, said: target.models.reflect.calls.map(({ messages }) => messages.map(textOf)), study };
  } finally {
    await study.close();
  }
}

const texts = ({ proposals }: Asked, id = "name.instructions"): readonly string[] => proposals.texts.get(id) ?? [];

/** How many of the examples that went wrong are of each animal. */
const wrongOf = (prompt: string): Readonly<Record<string, number>> => {
  const examples = prompt.slice(prompt.indexOf("These training examples went wrong."));
  return Object.fromEntries(animals.map((one) => [one, examples.split(`### animal\n${one}\n`).length - 1]));
};

describe("the prompts", () => {
  test("show all groups first, then mostly one in turn", async () => {
    const { said } = await propose({ train: 64, count: 6 });
    expect(said).toHaveLength(6);
    const counts = said.map(([prompt]) => wrongOf(prompt!));
    expect(counts[0]).toEqual({ ant: 4, bee: 4, cat: 4, dog: 4 });
    for (const [i, one] of counts.slice(1).entries()) expect(one[animals[i % 4]!]).toBeGreaterThan(8);
    // what was said of an example stands with the example alone
    for (const [prompt] of said) {
      const groups = /1\. 16 of 64 examples; of the wrong ones below: [\d, ]+\n2\. 16 of 64/;
      expect(prompt).toMatch(groups);
      expect(prompt!.match(/the word ANT is missing/g)).toHaveLength(wrongOf(prompt!)["ant"]!);
    }
    expect(said[0]![0]).toContain("1. 16 of 64 examples; of the wrong ones below: 1, 5, 9, 13\n");
  });

  test("show what went well too, the summary, the program, and a manner of writing by turns", async () => {
    const base = { "name.instructions": "Name it. ANT BEE", "name.demos": '{"rows":[]}' };
    const { said } = await propose({
      count: 7,
      grounds: { base, summary: "All are animals." },
      rows: (study) => trainRows(study, base),
    });
    for (const [prompt] of said) {
      expect(wrongOf(prompt!)).toMatchObject({ ant: 0, bee: 0 });
      const well = prompt!.slice(prompt!.indexOf("went well"), prompt!.indexOf("What goes wrong"));
      expect(well.match(/### animal\n(?:ant|bee)\n/g)).toHaveLength(3);
      for (const part of ["All are animals.", "```\nName it. ANT BEE\n```", "name [predict]"])
        expect(prompt).toContain(part);
    }
    expect(said.map(([prompt]) => prompt!.includes("short and plain"))).toEqual([false, true, ...Array(5).fill(false)]);
    expect(new Set(said.flat()).size).toBe(7);
  });

  test("say of a group of which no example is shown what went wrong", async () => {
    const said = await propose({
      train: 24,
      count: 0,
      rows: async (study) => {
        const rows = await trainRows(study);
        const groups = rows.map(({ id }) => ({ ids: [id], sign: `sign of ${id}` }));
        const base = study.baseline;
        const grounds = { study, base, rows, summary: "", checks: [], label: "groups" };
        await groundedText(grounds, "name.instructions", 0, groups);
        return rows;
      },
    });
    const prompt = said.said[0]![0]!;
    expect(prompt.match(/1 of 24 examples; of the wrong ones below: \d+/g)).toHaveLength(16);
    expect(prompt.match(/1 of 24 examples, such as: sign of /g)).toHaveLength(8);
  });

  test("show up to three demos that go beside the text, others for each turn", async () => {
    const demos = Array.from({ length: 8 }, (_, i) => ({ input: { animal: `demo${i}` }, output: { name: "yes" } }));
    const { said } = await propose({ count: 2, grounds: { demosOf: (_, turn) => demos.slice(4 * turn) } });
    expect(said.map(([prompt]) => prompt!.match(/demo\d/g))).toEqual([
      ["demo0", "demo1", "demo2"],
      ["demo4", "demo5", "demo6"],
    ]);
  });

  test("take a sum that misses the best score by rounding for right", async () => {
    const nearly = async (study: Study): Promise<readonly Row[]> =>
      (await trainRows(study)).map((row) => ({ ...row, score: 0.1 + 0.2 + 0.7 - 1e-16 }));
    const { said } = await propose({ rows: nearly, count: 1 });
    expect(said[0]![0]).not.toContain("went wrong");
    expect(said[0]![0]).toContain("went well");
  });

  test("hold no word of a val row, and no row but of train may be given", async () => {
    const { said } = await propose({});
    expect(said.flat().join("\n")).toMatch(/train\d+w\d+/);
    expect(said.flat().join("\n")).not.toMatch(/val\d+w\d+/);
    const ofVal = async (study: Study): Promise<readonly Row[]> => {
      const { candidate } = study.best();
      return (await study.evaluate({ candidate, split: "val", ids: study.val })).rows;
    };
    await expect(propose({ rows: ofVal })).rejects.toMatchObject({ code: "data" });
  });

  test("show no row twice, though it was given twice", async () => {
    const { said } = await propose({
      train: 8,
      count: 3,
      rows: async (study) => [...(await trainRows(study)), ...(await trainRows(study))],
    });
    for (const [prompt] of said) expect(wrongOf(prompt!)).toEqual({ ant: 2, bee: 2, cat: 2, dog: 2 });
    expect(said[0]![0]).toContain("1. 2 of 8 examples");
  });

  test("without rows still ask", async () => {
    const asked = await propose({ rows: () => Promise.resolve([]), count: 2 });
    expect(texts(asked)).toEqual(["New."]);
    expect(asked.said[0]![0]).not.toContain("went wrong");
  });
});

describe("the texts", () => {
  test("are distinct, in the order asked for, and none is the present one", async () => {
    const replies = ["A b.", "Name the animal.", "C d.", "A b.", "E f."];
    const asked = await propose({ reflect: (_, call) => inFence(replies[call] ?? "Name the animal.") });
    expect(texts(asked)).toEqual(["A b.", "C d.", "E f."]);
    expect(asked.proposals.rejected).toEqual(["the text is unchanged"]);
    // five, and one retry of the unchanged one
    expect(asked.said).toHaveLength(6);
    expect(asked.said[5]).toHaveLength(3);
    const plain = await propose({ reflect: (_, call) => inFence(replies[call]!), grounds: { checks: [] } });
    expect(texts(plain)).toEqual(["A b.", "C d.", "E f."]);
  });

  test("are not those tried before, and a prompt of one's own may tell of them", async () => {
    const tried = [{ text: "A b.", why: "it scored 0.2" }];
    const asked = await propose({
      count: 2,
      reflect: (_, call) => inFence(["A b.", "C d.", "A b."][call]!),
      grounds: { tried: () => tried, prompt: ({ text, tip }, id) => `${id}: ${text} ${tip}` },
    });
    expect(texts(asked)).toEqual(["C d."]);
    expect(asked.said[1]).toEqual(["name.instructions: Name the animal. keep it short and plain"]);
    expect(asked.said[2]![2]).toContain("it scored 0.2");
    const plain = await propose({ reflect: () => inFence("A b."), grounds: { checks: [], tried: () => tried } });
    expect(texts(plain)).toEqual([]);
  });

  test("that repeat words of a val row are refused by the run, said so, and not shown again", async () => {
    const leaking = `Remember ${noteOf("val", 3)}.`;
    const asked = await propose({ reflect: (_, call) => inFence(call === 1 ? leaking : `Text ${call}.`) });
    expect(texts(asked)).toEqual(["Text 0.", "Text 2.", "Text 3.", "Text 4."]);
    expect(asked.proposals.rejected).toEqual([
      expect.stringMatching(/^evaluate\(train\): .*repeats a val or test row/),
    ]);
    expect(asked.said).toHaveLength(5);
    expect(asked.said.flat().join("\n")).not.toContain("val3w");
    expect(asked.proposals.rejected.join("\n")).not.toContain("val3w");
  });

  test.each<[string, Script, calls: number, RegExp]>([
    ["says nothing", () => "", 6, /^the reply is empty$/],
    ["thinks for ever", () => ({ text: "so", finishReason: "length" }), 6, /cut off/],
    [
      "always fails",
      () => {
        throw new CultivarError("refusal", "I won't");
      },
      3,
      /^the reflection model failed: .*I won't/,
    ],
  ])("are none where the model %s, and there are reasons", async (_, reflect, calls, reason) => {
    const asked = await propose({ reflect, count: 3 });
    expect([...asked.proposals.texts]).toEqual([]);
    expect(asked.proposals.rejected).toHaveLength(3);
    for (const one of asked.proposals.rejected) expect(one).toMatch(reason);
    expect(asked.said).toHaveLength(calls);
  });

  test("are the same whatever the latencies", async () => {
    const reflect: Script = ({ messages }) => inFence(`Say ${/### animal\n(\w+)/.exec(textOf(messages[0]!))![1]!}, ${textOf(messages[0]!).length}.`); // prettier-ignore
    const results = [undefined, 1, 2, 3].map(async (schedule) =>
      propose({ reflect, count: 8, ...(schedule !== undefined && { schedule }) }),
    );
    const [first, ...others] = await Promise.all(results);
    expect(texts(first!).length).toBeGreaterThan(4);
    for (const other of others) expect(texts(other)).toEqual(texts(first!));
  });

  test("of two modules of one shape are their own", async () => {
    const reflect: Script = ({ messages }) => inFence(`For ${/part (\w+)/.exec(textOf(messages[0]!))![1]!}.`);
    const asked = await propose({ reflect, count: 3 }, pair);
    expect([...asked.proposals.texts]).toEqual([
      ["first.instructions", ["For first."]],
      ["second.instructions", ["For second."]],
    ]);
    expect(asked.said).toHaveLength(6);
    expect(new Set(asked.said.flat()).size).toBe(6);
  });
});

test("cost one call each as the run counts them, and no evaluation", async () => {
  const target = animalTarget({ reflect: (_, call) => inFence(`Text ${call}.`) });
  const study = await open(name, target);
  const rows = await trainRows(study);
  const left = study.remaining();
  const grounds = { study, base: study.baseline, rows, summary: "", checks: hygiene, label: "test" };
  await proposeTexts(grounds, ["name.instructions"], 4);
  expect(await proposeTexts(grounds, ["name.instructions"], 0)).toEqual({ texts: new Map(), rejected: [] });
  expect(study.remaining()).toBe(left);
  const { logical } = await study.finish();
  expect(target.models.reflect.calls).toHaveLength(4);
  // 8 rows of val, 24 of train, and the proposals
  expect(logical.calls).toBe(8 + 24 + 4);
});

test("the end of the run goes through", async () => {
  const calls = 8 + 24 + 2;
  await expect(propose({ budget: { calls } })).rejects.toSatisfy((error) => isCultivarError(error, "run-ended"));
});
