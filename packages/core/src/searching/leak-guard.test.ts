import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Space } from "../values/component.ts";
import { encodeDemos } from "../values/demo.ts";
import type { LeakGuard } from "./leak-guard.ts";
import { leakGuard } from "./leak-guard.ts";
import { leakWords } from "./shingles.ts";

const space: Space = {
  text: { kind: "text", initial: "Answer the question.", role: "instructions" },
  demos: { kind: "demos", initial: "{}", role: "demos" },
};
const words = (prefix: string, count: number): string =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`).join(" ");

function guard(train: readonly unknown[], heldOut: readonly unknown[], initial = "Answer the question."): LeakGuard {
  const rows = (inputs: readonly unknown[]) => inputs.map((input, index) => ({ id: `r${index}`, input }));
  return leakGuard(space, { text: initial, demos: "{}" }, { train: rows(train), val: rows(heldOut), test: [] });
}
const leaks = (of: LeakGuard, text: string): boolean => of.check({ text, demos: "{}" }).leak !== undefined;

describe("law 5: the leak guard", () => {
  test("12 consecutive words of a held-out row leak, 11 do not", () => {
    const of = guard([words("t", 30)], [{ question: words("q", 30) }]);
    const cut = (from: number, count: number): string =>
      words("q", 30)
        .split(" ")
        .slice(from, from + count)
        .join(", ");
    expect(leaks(of, `Note: ${cut(7, 12).toUpperCase()}!`)).toBe(true);
    expect(leaks(of, `Note: ${cut(7, 11)} and so on`)).toBe(false);
    expect(leaks(of, `${cut(0, 6)} then ${cut(6, 6)}`)).toBe(false);
  });

  test("a copy that runs over two fields leaks, also of expected values", () => {
    const of = guard([], [{ a: words("a", 8), b: { c: [words("b", 8)] } }]);
    expect(leaks(of, `${words("a", 8)} / ${words("b", 8)}`)).toBe(true);
    const unseen = [{ id: "r0", input: { q: "x y" }, expected: words("e", 14) }];
    const withExpected = leakGuard(space, { text: "", demos: "{}" }, { train: [], val: [], test: unseen });
    expect(withExpected.check({ text: words("e", 14), demos: "{}" }).leak).toContain("component text");
  });

  test("a shorter row leaks as a whole, from three words on", () => {
    const of = guard(["the capital of Spain"], ["The capital of France?", "Paris", "New York", "the capital of Spain"]);
    expect(leaks(of, "If asked for the capital of France, say Paris.")).toBe(true);
    expect(leaks(of, "Paris and New York are cities; capitals of France too.")).toBe(false);
    expect(leaks(of, "the capital of Spain")).toBe(false);
  });

  test("soft hyphens and characters without width hide nothing", () => {
    const of = guard([], [{ question: words("wording", 30) }]);
    const row = words("wording", 14);
    const hidden = {
      soft: "\u00ad",
      space: "\u200b",
      joiner: "\u200d",
      mark: "\ufeff",
      selector: "\ufe0f",
      word: "\u2060",
    };
    for (const [name, character] of Object.entries(hidden)) {
      const text = row.replaceAll("rd", `r${character}d`);
      expect({ name, leaks: leaks(of, text) }).toEqual({ name, leaks: true });
    }
    // And the other way round, in the rows.
    expect(leaks(guard([], [{ question: row.replaceAll("rd", "r\u00add") }]), row)).toBe(true);
  });

  test("demo sets: a held-out row's whole input, or its words in an output", () => {
    const rows = (inputs: readonly unknown[]) => inputs.map((input, index) => ({ id: `r${index}`, input }));
    const initial = encodeDemos({ rows: [{ input: { q: "my own" }, output: { a: words("x", 20) } }] });
    const of = leakGuard(
      space,
      { text: "", demos: initial },
      {
        train: rows([{ q: "in train" }, { q: words("t", 20) }]),
        val: rows([{ q: "Paris" }, { q: "in train" }, { q: "my own" }, { q: words("x", 20) }, { n: 3, q: "" }]),
        test: rows([{ q: words("e", 20) }]),
      },
    );
    const leak = (input: Record<string, unknown>, output: Record<string, unknown> = { a: "yes" }): boolean =>
      of.check({ text: "", demos: encodeDemos({ rows: [{ input, output }] }) }).leak !== undefined;
    for (const input of [
      { q: "Paris" },
      { q: " paris!" },
      { q: "Pa\u00adris" },
      { q: words("e", 20) },
      { n: 3, q: "" },
    ])
      expect({ input, leak: leak(input) }).toEqual({ input, leak: true });
    expect(leak({ context: "of an inner module", q: "Paris" })).toBe(true);
    for (const input of [{ q: "in train" }, { q: words("t", 20) }, { q: "Paris, France" }, { n: 4, q: "" }])
      expect({ input, leak: leak(input) }).toEqual({ input, leak: false });
    expect(leak({ q: "t" }, { a: `so ${words("e", 12)}` })).toBe(true);
    expect(leak({ q: "t" }, { a: [words("x", 20)] })).toBe(true);
    expect(leak({ q: "t" }, { a: words("e", 11), b: words("t", 20) })).toBe(false);
    // The user's own demos stay, in another set too.
    expect(leak({ q: "my own" }, { a: words("x", 20) })).toBe(false);
    expect(leak({ q: "my own" }, { a: "other" })).toBe(true);
    expect(of.check({ text: "", demos: initial }).leak).toBeUndefined();
    expect(of.check({ text: "", demos: encodeDemos({ rows: [{ input: { q: "Paris" }, output: {} }] }) }).leak).toMatch(
      /^component demos shows a val or test row/,
    );
  });

  test("what train holds is free, and remarked", () => {
    const shared = words("s", 20);
    const of = guard([{ q: `before ${shared} after` }], [{ q: shared }]);
    expect(of.check({ text: shared, demos: "{}" })).toEqual({ leak: undefined, copiesTrain: "text" });
    expect(of.check({ text: "Be brief.", demos: "{}" })).toEqual({ leak: undefined, copiesTrain: undefined });
  });

  test("what the user's own text holds stays allowed, and nothing more of the row", () => {
    const row = words("q", 30).split(" ");
    const cut = (from: number, to: number): string => row.slice(from, to).join(" ");
    const of = guard([], [row.join(" ")], `Be brief. ${cut(5, 20)} Answer.`);
    for (const kept of [`Be brief. ${cut(5, 20)} Answer.`, `New words, ${cut(5, 20)}`, cut(6, 18)])
      expect({ kept, leaks: leaks(of, kept) }).toEqual({ kept, leaks: false });
    for (const more of [cut(5, 21), cut(4, 20), cut(0, 12), `${cut(5, 20)} and ${cut(18, 30)}`])
      expect({ more, leaks: leaks(of, more) }).toEqual({ more, leaks: true });
  });

  test("so does a short input that it holds as a whole; another one leaks", () => {
    const of = guard([], ["the capital of France", "the capital of Spain"], "Say: the capital of France is Paris.");
    expect(leaks(of, "Remember that the capital of France is Paris.")).toBe(false);
    expect(leaks(of, "Remember that the capital of Spain is Madrid.")).toBe(true);
  });

  test("it stays where the user put it: another component may not take it over", () => {
    const two: Space = { ...space, other: { kind: "text", initial: "Be brief.", role: "instructions" } };
    const own = words("q", 15);
    const val = [{ id: "r0", input: own }];
    const of = leakGuard(two, { text: own, other: "Be brief.", demos: "{}" }, { train: [], val, test: [] });
    expect(of.check({ text: `${own}!`, other: "Be brief.", demos: "{}" }).leak).toBeUndefined();
    expect(of.check({ text: "Be brief.", other: `${own}!`, demos: "{}" }).leak).toContain("component other");
  });

  test("the user is told of it once per component, with the row", () => {
    const own = words("q", 15);
    const told = guard([words("t", 20)], ["short one here", `${own} x`, own], `Note: ${own}`).ownWords();
    expect(told).toEqual([expect.stringMatching(/^text already holds words of val row r1 and of 1 more that occur/)]);
    expect(guard([], ["the capital of France"], "Not the capital of France.").ownWords()).toHaveLength(1);
    // Words of train are free, and a text without any is nothing to speak of.
    expect(guard([`a ${own} b`], [own], own).ownWords()).toEqual([]);
    expect(guard([], [words("z", 40)], own).ownWords()).toEqual([]);
  });

  test("scripts without spaces are read by character", () => {
    const of = guard([], ["日本の首都はどこですか。東京の人口は何人ですか", "ประเทศไทยมีกี่จังหวัด", "पानी का रंग कैसा है"]);
    expect(leaks(of, "例：日本の首都はどこですか。東京の人口は何人ですか！")).toBe(true);
    expect(leaks(of, "日本の首都を答えよ")).toBe(false);
    expect(leaks(of, "ประเทศไทยมีกี่จังหวัด")).toBe(true);
    expect(leaks(of, "उदाहरण: पानी का रंग कैसा है")).toBe(true);
  });

  test("finds exactly the shared windows", () => {
    const text = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 40 }).map((list) => list.join(" "));
    const windows = (of: string): Set<string> => {
      const list = of.split(" ").filter((word) => word !== "");
      return new Set(list.slice(leakWords - 1).map((_, i) => list.slice(i, i + leakWords).join(" ")));
    };
    fc.assert(
      fc.property(text, text, text, (proposed, held, train) => {
        if (held.split(" ").length < leakWords || proposed === "") return;
        const open = windows(train);
        const expected = [...windows(held)].some((window) => !open.has(window) && windows(proposed).has(window));
        expect(leaks(guard([train], [held], ""), proposed)).toBe(expected);
      }),
    );
  });
});
