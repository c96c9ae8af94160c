import type { Example, Row, Trace } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { traceOf } from "../fixtures/fake-study.ts";
import { scriptedStudy } from "../fixtures/scripted-study.ts";
import { triage } from "./triage.ts";

type Labelled = Example & { readonly output: unknown };

/** The groups of rows with these labels and outputs. */
function groupsOf(
  labelled: readonly Labelled[],
  more: (one: Labelled, i: number) => Partial<Row> = () => ({}),
  id = "m.instructions",
): ReturnType<typeof triage> {
  const rows = labelled.map((one, i) => ({
    id: one.id,
    score: 0,
    trace: { ...traceOf(one, 0), output: one.output } as Trace,
    ...more(one, i),
  }));
  return triage(scriptedStudy([], { train: labelled }), id, rows);
}

const plain = (count: number): readonly Labelled[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `r${i}`,
    input: { q: `in ${i}` },
    expected: { a: `x${i}` },
    output: { a: `y${i}` },
  }));
const sayings = (texts: readonly string[]) =>
  groupsOf(plain(texts.length), (_, i) => ({ feedback: texts[i]! })).map(({ ids }) => ids);

const names = ["Anna", "Boris", "Chloe", "Dmitri", "Eve", "Farid", "Grace", "Hugo", "Ines"];

describe("failures by what was said of them", () => {
  test("three kinds give three groups, the largest first", () => {
    const kinds = [
      "The currency is missing: write EUR after the amount.",
      "The reply must be in French, as the customer wrote in French.",
      "A refund takes fourteen days, which the reply leaves out.",
    ];
    const texts = [0, 1, 1, 2, 1, 2, 1].map((kind) => kinds[kind]!);
    expect(sayings(texts)).toEqual([["r1", "r2", "r4", "r6"], ["r3", "r5"], ["r0"]]);
  });

  test("three that share no word are three groups, in their order", () => {
    expect(sayings(["Say it in French.", "Much too long!", "Wrong currency"])).toEqual([["r0"], ["r1"], ["r2"]]);
  });

  test("the most typical one is the first and gives the sign", () => {
    const texts = ["Wrong queue, and much too late as well", "Wrong queue", "Wrong queue", "Wrong queue, sadly"];
    const [first, ...others] = groupsOf(plain(4), (_, i) => ({ feedback: texts[i]! }));
    expect(others).toEqual([]);
    expect(first!.ids[0]).toBe("r1");
    expect(first!.ids.at(-1)).toBe("r0");
    expect(first!.sign).toBe("Wrong queue");
  });

  test("what is said in other words each time is still one kind", () => {
    const queues = [["billing", "bug"], ["sales", "billing"]] as const; // prettier-ignore
    const tails = [
      "reports a crash of the export screen",
      "asks for a second invoice of last month",
      "opens old orders and gets an error",
      "wants money back from spring",
      "finds that the payment page freezes",
      "sees two charges for one thing",
    ];
    const texts = tails.map((tail, i) => {
      const [got, expected] = queues[i % 2]!;
      return `Wrong queue: got ${got}, expected ${expected}, since customer ${names[i]!} ${tail}.`;
    });
    expect(sayings(texts).map((ids) => ids.toSorted())).toEqual([
      ["r0", "r2", "r4"],
      ["r1", "r3", "r5"],
    ]);
  });

  test("words of the row's own values do not set failures apart", () => {
    const rows = names.map((name, i): Labelled => ({
      id: `r${i}`,
      input: { q: `I am ${name} Smith${i}, born ${1950 + i} in ${name}burg` },
      expected: { a: "yes" },
      output: { a: "no" },
    }));
    const said = (i: number): string =>
      i % 2 === 0
        ? `${names[i]!} Smith${i} of ${names[i]!}burg lacks a policy number`
        : `${names[i]!} Smith${i} of ${names[i]!}burg must be greeted`;
    const groups = groupsOf(rows, (_, i) => ({ feedback: said(i) })).map(({ ids }) => ids.toSorted());
    expect(groups).toEqual([
      ["r0", "r2", "r4", "r6", "r8"],
      ["r1", "r3", "r5", "r7"],
    ]);
  });

  test("a number that several have does", () => {
    const texts = [3, 7, 3, 7, 3].map((rule) => `The reply breaks rule ${rule}`);
    expect(sayings(texts)).toEqual([
      ["r0", "r2", "r4"],
      ["r1", "r3"],
    ]);
  });

  test("what was said of the component's own module goes first, a tool's is its agent's", () => {
    const more = (_: Labelled, i: number): Partial<Row> => ({
      feedback: "all is bad",
      byModule: { m: ["late", "rude"][i % 2]!, n: "of another" },
    });
    for (const id of ["m.instructions", "m.tools.search.description"]) {
      const groups = groupsOf(plain(4), more, id);
      expect(groups.map(({ sign }) => sign)).toEqual(["late", "rude"]);
    }
    expect(groupsOf(plain(4), more, "other.instructions").map(({ sign }) => sign)).toEqual(["all is bad"]);
  });

  test("more than eight kinds are eight groups at most, of all rows", () => {
    const texts = Array.from({ length: 24 }, (_, i) => `kind${"abcdefghijkl".charAt(i % 12)}`);
    const groups = sayings(texts);
    expect(groups).toHaveLength(8);
    expect(groups.flat().toSorted()).toEqual(plain(24).map(({ id }) => id).toSorted()); // prettier-ignore
    expect(groups.map((ids) => ids.length)).toEqual(groups.map((ids) => ids.length).toSorted((a, b) => b - a));
  });

  test("a long remark is one short line", () => {
    const [group] = groupsOf(plain(1), () => ({ feedback: `so\n\n  ${"long ".repeat(200)}` }));
    expect(group!.sign.startsWith("so long long")).toBe(true);
    expect(group!.sign).toHaveLength(240);
  });
});

describe("failures of which nothing was said", () => {
  const row = (i: number, output: Readonly<Record<string, unknown>>): Labelled => ({
    id: `r${i}`,
    input: { q: `in ${i}` },
    expected: { total: 1000 + i, payee: `${names[i]!} Ltd`, lines: ["a", { b: i }] },
    output: { total: 1000 + i, payee: `${names[i]!} Ltd`, lines: ["a", { b: i }], reasoning: "so", ...output },
  });

  test("go by the fields that are not as expected, whatever the values", () => {
    const rows = names.map((name, i) =>
      row(
        i,
        i % 3 === 0 ? { total: 7777 + i } : i % 3 === 1 ? { payee: name } : { total: 1, payee: "none", lines: [] },
      ),
    );
    const groups = groupsOf(rows);
    expect(groups.map(({ ids }) => ids.toSorted())).toEqual([
      ["r0", "r3", "r6"],
      ["r1", "r4", "r7"],
      ["r2", "r5", "r8"],
    ]);
    expect(groups[0]!.sign).toMatch(/^total: expected 100\d, got 77\d\d$/);
    expect(groups[2]!.sign).toMatch(/^total: .*; payee: .*; lines: expected \["a",\{"b":\d\}\], got \[\]$/);
  });

  test("of one field go by its values", () => {
    const labels = ["bug", "billing", "bug", "sales", "bug", "billing"];
    const rows = labels.map((label, i): Labelled => ({
      id: `r${i}`,
      input: { q: `in ${i}` },
      expected: { queue: label },
      output: { queue: `other than ${label}` },
    }));
    expect(groupsOf(rows).map(({ ids }) => ids)).toEqual([["r0", "r2", "r4"], ["r1", "r5"], ["r3"]]);
  });

  test("of one field are one group, however long and different its values", () => {
    const wordsOf = (of: string): string => Array.from({ length: 14 }, (_, i) => `${of}${i}`).join(" ");
    const rows = names.map((name, i): Labelled => ({
      id: `r${i}`,
      input: { q: name },
      expected: { summary: wordsOf(`in${i}x`) },
      output: { summary: wordsOf(`out${i}x`) },
    }));
    expect(groupsOf(rows)).toHaveLength(1);
  });

  test("see a difference at the end of a long value, and none in the order of keys", () => {
    const long = "x".repeat(5000);
    const rows: readonly Labelled[] = [
      {
        id: "r0",
        input: {},
        expected: { a: `${long}1`, b: { c: 1, d: 2 } },
        output: { a: `${long}2`, b: { d: 2, c: 1 } },
      },
    ];
    const [group] = groupsOf(rows);
    expect(group!.sign).toMatch(/^a: expected x+, got x+$/);
  });

  test("may have no label, or one that is no object", () => {
    const rows: readonly Labelled[] = [
      { id: "r0", input: {}, output: { a: 1 } },
      { id: "r1", input: {}, expected: "yes", output: { a: "no" } },
    ];
    expect(groupsOf(rows).map(({ sign }) => sign)).toEqual(["wrong", 'expected yes, got {"a":"no"}']);
  });
});

test("a run that failed goes by its error, whatever was said", () => {
  const rows = plain(5);
  const groups = groupsOf(rows, (_, i) =>
    i < 3
      ? { failure: { blame: "candidate", code: "parse", message: `no JSON at ${i}` }, feedback: `no JSON at ${i}` }
      : { feedback: "Too long" },
  );
  expect(groups.map(({ ids }) => ids)).toEqual([
    ["r0", "r1", "r2"],
    ["r3", "r4"],
  ]);
  expect(groups[0]!.sign).toBe("failed (parse): no JSON at 0");
});

test("one failure is one group, none are none", () => {
  expect(groupsOf(plain(1), () => ({ feedback: "bad" }))).toEqual([{ ids: ["r0"], sign: "bad" }]);
  expect(groupsOf([])).toEqual([]);
});
