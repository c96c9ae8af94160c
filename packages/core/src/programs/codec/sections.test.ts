import { expect, test } from "vitest";
import { escapeMarkers, readSections } from "./sections.ts";

test.each<[string, [string, string][]]>([
  ["", []],
  ["no marker", []],
  [
    "[[ ## a ## ]]\n1\n[[ ## b ## ]]\n2",
    [
      ["a", "\n1\n"],
      ["b", "\n2"],
    ],
  ],
  ["[[##a##]]1", [["a", "1"]]],
  ["  [[ ## due date ## ]] x", [["due date", " x"]]],
  ["**[[ ## a ## ]]**: x", [["a", "x"]]],
  ["[[ ## a ## ] x", [["a", " x"]]],
  ["[[ ## a ## ]]\n1\n[[ ## a ## ]]\n2", [["a", "\n1\n"]]],
  ["\\[[ ## a ## ]]\n1", []],
  ["see [[ ## a ## ]]", []],
  ["[[ a ]]", []],
  ["[[ ## ## ]]", []],
  ["[[ ## a\n## ]]", []],
  [`[[ ## ${"a".repeat(300)} ## ]]`, []],
])("sections of %j", (text, sections) => {
  expect([...readSections(text)]).toStrictEqual(sections);
});

const growing: readonly (readonly [string, (n: number) => string])[] = [
  ["open markers", (n) => "[[ ## ".repeat(n / 6)],
  ["markers", (n) => "\n- [[ ## a ## ]]".repeat(n / 16)],
  ["brackets", (n) => "[".repeat(n)],
  ["decoration", (n) => `${"- ".repeat(n / 2)}[[ ## a ## ]]`],
  ["backslashes", (n) => `${"\\".repeat(n)}[[ ## a ## ]]`],
  ["blanks", (n) => `[[${" ".repeat(n)}## a ## ]]`],
];

function medianTime(text: string): number {
  const times: number[] = Array.from({ length: 5 }, () => {
    const start = performance.now();
    readSections(text);
    escapeMarkers(text);
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[2] ?? 0;
}

test.each(growing)("linear time: %s", (_says, make) => {
  medianTime(make(100_000));
  const ratios = [0, 1, 2].map(() => medianTime(make(800_000)) / medianTime(make(100_000)));
  expect(Math.min(...ratios)).toBeLessThan(24);
});
