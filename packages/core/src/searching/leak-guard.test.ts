import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Space } from "../values/component.ts";
import type { LeakGuard } from "./leak-guard.ts";
import { leakGuard, leakWords } from "./leak-guard.ts";

const space: Space = {
  text: { kind: "text", initial: "Answer the question.", role: "instructions" },
  demos: { kind: "demos", initial: "{}", role: "demos" },
};
const words = (prefix: string, count: number): string =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`).join(" ");

function guard(train: readonly unknown[], heldOut: readonly unknown[], initial = "Answer the question."): LeakGuard {
  const rows = (inputs: readonly unknown[]) => inputs.map((input) => ({ input }));
  return leakGuard(space, { text: initial, demos: "{}" }, rows(train), rows(heldOut));
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
    const rows = [{ input: { q: "x y" }, expected: words("e", 14) }];
    const withExpected = leakGuard(space, { text: "", demos: "{}" }, [], rows);
    expect(withExpected.check({ text: words("e", 14), demos: "{}" }).leak).toContain("component text");
  });

  test("a shorter row leaks as a whole, from three words on", () => {
    const of = guard(["the capital of Spain"], ["The capital of France?", "Paris", "New York", "the capital of Spain"]);
    expect(leaks(of, "If asked for the capital of France, say Paris.")).toBe(true);
    expect(leaks(of, "Paris and New York are cities; capitals of France too.")).toBe(false);
    expect(leaks(of, "the capital of Spain")).toBe(false);
  });

  test("what train holds is free, and remarked", () => {
    const shared = words("s", 20);
    const of = guard([{ q: `before ${shared} after` }], [{ q: shared }]);
    expect(of.check({ text: shared, demos: "{}" })).toEqual({ leak: undefined, copiesTrain: "text" });
    expect(of.check({ text: "Be brief.", demos: "{}" })).toEqual({ leak: undefined, copiesTrain: undefined });
  });

  test("the user's own text is exempt", () => {
    const own = words("q", 15);
    const of = guard([], [own], own);
    expect(leaks(of, own)).toBe(false);
    expect(leaks(of, `${own} more`)).toBe(true);
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
