import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { oneLine, safeText } from "./safe-text.ts";

describe("safeText", () => {
  test.each([
    ["plain, ünïcode 漢字", "plain, ünïcode 漢字"],
    ["\u001b[31mred\u001b[0m", "\\x1b[31mred\\x1b[0m"],
    ["a\rb", "a\\x0db"],
    ["\u009b2J", "\\x9b2J"],
    ["\u202eevil", "\\u202eevil"],
    ["two\nlines\tand a tab", "two\nlines\tand a tab"],
  ])("%j becomes %j", (text, safe) => expect(safeText(text)).toBe(safe));

  test("no control character is left, whatever comes", () => {
    const isControl = (character: string): boolean =>
      /[\p{Cc}\p{Bidi_Control}]/u.test(character) && !"\n\t".includes(character);
    const clean = fc.property(fc.string({ unit: "binary" }), (text) => !Array.from(safeText(text)).some(isControl));
    expect(fc.check(clean)).toMatchObject({ failed: false });
  });
});

describe("oneLine", () => {
  test("folds white space and cuts by characters", () => {
    expect(oneLine("  a\n b\t c ", 10)).toBe("a b c");
    expect(oneLine("😀😀😀😀", 3)).toBe("😀😀…");
    expect(oneLine("abc", 3)).toBe("abc");
  });
});
