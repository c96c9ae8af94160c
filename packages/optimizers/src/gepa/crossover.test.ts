import type { Candidate, Rng, Row } from "@cultivar/core";
import { candidateHash, CultivarError, rng } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { examples, oneModule } from "../fixtures/fake-study.ts";
import { crossingsIn, crossover } from "./crossover.ts";
import { poolOf } from "./fixtures/members.ts";
import type { Scripted } from "../fixtures/scripted-study.ts";
import { inFence, scriptedStudy } from "../fixtures/scripted-study.ts";
import type { Desk } from "./moves.ts";
import type { Member, Pool } from "./pool.ts";
import { memberOf } from "./pool.ts";

const id = "m.instructions";
const train = examples(6);
const trainIds = train.map((one) => one.id);
const val = Array.from({ length: 8 }, (_, i) => `v${i}`);
const seen = (scores: readonly (number | undefined)[], ids: readonly string[]): readonly Row[] =>
  scores.map((score, i) => ({ id: ids[i]!, ...(score !== undefined && { score }) }));

/** A pool of members with these texts, val scores and scores on r0, r1, ...; each a child of the first. */
function kept(
  ...given: readonly (readonly [text: string, val: readonly (number | undefined)[], train?: readonly number[]])[]
): Pool {
  const members: Member[] = [];
  for (const [text, onVal, onTrain = []] of given) {
    const candidate: Candidate = { [id]: text, "m.demos": oneModule["m.demos"]!.initial };
    const hash = candidateHash(candidate);
    const parents = members.length === 0 ? [] : [0];
    const rows = seen(onVal, val).map((row) => (row.score === undefined ? undefined : row));
    const onTrainRows = seen(onTrain, trainIds);
    members.push(memberOf({ candidate, hash, parents, val: rows, train: onTrainRows }, members, 0, 1));
  }
  return poolOf(members);
}

const start = ["Answer.", [0, 0, 0, 0, 0, 0, 0, 0]] as const;
const left = ["Know left.", [1, 1, 1, 1, 1, 0, 0, 0], [1, 0, 1]] as const;
const right = ["Know right.", [0, 0, 0, 0, 1, 1, 1, 1], [0, 1, 1]] as const;
const complementary = kept(start, left, right);

function deskOf(pool: Pool, replies: readonly Scripted[], child = 1) {
  const score = (candidate: Candidate, row: string, _: number, split: string): number | undefined => {
    const member = pool.members.find((one) => one.candidate[id] === candidate[id]);
    return split === "val" ? child : (member?.train.get(row) ?? child);
  };
  const study = scriptedStudy(replies, { train, val, score });
  const stream = (label: string): Rng => rng(0, label);
  const desk: Desk = { study, pool, step: 3, texts: [id], width: 1, stream };
  return { study, desk };
}

describe("a pair to cross", () => {
  test.each<[what: string, Pool, pairs: readonly (readonly number[])[]]>([
    ["each better than the other on val", complementary, [[1, 2]]],
    ["only on train", kept(start, ["a", [1, 0], [0, 1]], ["b", [0.5, 0], [1, 0]]), [[1, 2]]],
    ["none where one is never better", kept(start, left, ["c", [0, 0, 0, 0, 1, 0, 0, 0]]), []],
    [
      "none on rows that only one was seen on",
      kept(start, ["a", [1, 1, undefined, undefined]], ["b", [undefined, undefined, 1, 1]]),
      [],
    ],
    ["none of one text", kept(start, left, ["Know left.", right[1]]), []],
    ["none in the baseline alone", kept(start), []],
  ])("%s", (_, pool, pairs) => {
    expect(crossingsIn(pool, [id], 8).map(({ pair }) => pair)).toEqual(pairs);
    const { study } = deskOf(pool, []);
    expect(crossover().urge(pool, study) > 0).toBe(pairs.length > 0);
  });

  test("has the one first that is believed better, and promises what both lack", () => {
    const [crossing] = crossingsIn(complementary, [id], 8);
    // val: 4 against 3 rows, train: 1 against 1
    expect(crossing).toEqual({ pair: [1, 2], id, promise: 4 });
    const swapped = kept(start, ["Know right.", [0, 0, 0, 0, 0, 1, 1, 1]], left);
    expect(crossingsIn(swapped, [id], 8)[0]!.pair).toEqual([2, 1]);
  });

  test("is looked for among the believed best only, and never twice", () => {
    const pool = kept(start, left, right, ["Know more.", [1, 1, 1, 1, 1, 1, 1, 0]]);
    expect(crossingsIn(pool, [id], 8).length).toBeGreaterThan(crossingsIn(pool, [id], 2).length);
    const tried = { ...complementary, tried: new Set([`crossover 1 2 ${id}`]) };
    expect(crossingsIn(tried, [id], 8)).toEqual([]);
    expect(crossover().urge(tried, deskOf(tried, []).study)).toBe(0);
  });
});

describe("a crossover", () => {
  test("asks for the lessons of both texts, and shows train rows that one of them fails", async () => {
    const { study, desk } = deskOf(complementary, [inFence("Know left and right.")]);
    const { draft, ...told } = await crossover().propose(desk);
    expect(draft).toMatchObject({ parents: [1, 2], component: id });
    expect(draft!.candidate).toEqual({ ...complementary.members[1]!.candidate, [id]: "Know left and right." });
    const [prompt] = study.said(0);
    const [first, second] = ["```\nKnow left.\n```", "```\nKnow right.\n```"].map((text) => prompt!.indexOf(text));
    expect(first).toBeGreaterThan(0);
    expect(second).toBeGreaterThan(first!);
    const ofSecond = prompt!.indexOf("with the second version where the first");
    const ofFirst = prompt!.indexOf("with the first version where the second");
    expect(prompt!.slice(ofSecond, ofFirst)).toContain("in 0");
    expect(prompt!.slice(ofFirst)).toContain("in 1");
    // both had it right, or were not seen on it; and nothing of val
    expect(prompt).not.toMatch(/in 2|in 3|v\d/);
    expect(told).toEqual({ shown: ["r0", "r1"], tried: [`crossover 1 2 ${id}`] });
  });

  test("asks for no row that was not seen before", async () => {
    const { study, desk } = deskOf(complementary, [inFence("Know both.")]);
    await crossover().propose(desk);
    for (const ask of study.asks) {
      const member = complementary.members.find((one) => one.candidate[id] === ask.candidate[id])!;
      expect(ask.split).toBe("train");
      expect(ask.ids.every((row) => member.train.has(row))).toBe(true);
    }
    expect(study.asks.map(({ candidate, ids }) => [candidate[id], ids])).toEqual([
      ["Know right.", ["r0"]],
      ["Know left.", ["r1"]],
    ]);
    const blind = deskOf(complementary, [inFence("Know both.")]);
    await crossover({ shown: 0 }).propose(blind.desk);
    expect(blind.study.asks).toEqual([]);
  });

  test("shows the rows on which the texts differ most, so many at most", async () => {
    const ahead = ["a", [1, 1, 1, 0], [0.6, 1, 0.5, 0.1, 0]] as const;
    const pool = kept(start, ahead, ["b", [0, 0, 0, 1], [0.5, 0.1, 0.2, 0.2, 1]]);
    const { desk } = deskOf(pool, [inFence("c")]);
    // ahead by 0.1, 0.9 and 0.3 on the first three, behind by 0.1 and 1 on the others
    expect((await crossover({ shown: 1 }).propose(desk)).shown).toEqual(["r1", "r4"]);
  });

  test.each([
    [1, {}],
    [0, { refusal: "the merge lost to a parent" }],
  ])("is tested as a merge is: a child that scores %i", async (child, trial) => {
    const { study, desk } = deskOf(complementary, [inFence("Know both.")], child);
    const { draft } = await crossover().propose(desk);
    expect(await draft!.test!()).toEqual(trial);
    expect(study.asks.at(-1)).toMatchObject({ split: "val", candidate: draft!.candidate });
    expect(study.asks.at(-1)!.ids).toHaveLength(crossover().cost(study));
  });

  test("goes untested where too few val rows are common", async () => {
    const pool = kept(start, ["a", [1, 0]], ["b", [0, 1]]);
    const { draft } = await crossover().propose(deskOf(pool, [inFence("c")]).desk);
    expect(draft).toBeDefined();
    expect(draft!.test).toBeUndefined();
  });

  test("refuses either parent's text, tells why, and remembers the pair when it is given up", async () => {
    const { study, desk } = deskOf(complementary, [inFence("know right"), inFence("Know left!")]);
    expect(await crossover().propose(desk)).toEqual({
      idle: expect.stringContaining("differs from the present one") as string,
      shown: ["r0", "r1"],
      tried: [`crossover 1 2 ${id}`],
    });
    expect(study.said(1)[2]).toContain("it is the second version");
  });

  test("has nothing to propose without a pair", async () => {
    const pool = kept(start);
    expect(await crossover().propose(deskOf(pool, []).desk)).toEqual({});
  });

  test("a failing model gives nothing; the end of the run is not swallowed", async () => {
    const failing = deskOf(complementary, [new CultivarError("transport", "gone")]);
    expect(await crossover().propose(failing.desk)).toMatchObject({ idle: "the reflection model failed: gone" });
    const ended = deskOf(complementary, [new CultivarError("run-ended", "over")]);
    await expect(crossover().propose(ended.desk)).rejects.toThrow("over");
  });

  test("wants the step less, the less it helped; draws pairs by the step alone", async () => {
    const { study } = deskOf(complementary, []);
    const move = crossover();
    const unlucky = { ...complementary, records: new Map([[move.name, { tries: 9, wins: 0 }]]) };
    expect(move.urge(unlucky, study)).toBeLessThan(move.urge(complementary, study));
    const many = kept(start, left, right, ["Know ends.", [1, 0, 0, 0, 0, 0, 0, 1]]);
    const pairAt = async (step: number) => {
      const { desk } = deskOf(many, [inFence("Know it all.")]);
      return JSON.stringify((await move.propose({ ...desk, step })).draft!.parents);
    };
    const pairs = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(pairAt));
    expect(new Set(pairs).size).toBeGreaterThan(1);
    expect(await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(pairAt))).toEqual(pairs);
  });

  test.each([{ among: 1 }, { shown: -1 }, { retries: 0.5 }])("refuses %j", (options) =>
    expect(() => crossover(options)).toThrow(/gepa: \w+ of crossover must be a whole number/),
  );
});
