import type { Example, Row, Trace } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { examples, traceOf } from "../fixtures/fake-study.ts";
import { scriptedStudy } from "../fixtures/scripted-study.ts";
import { examplesText, rowText } from "./examples-text.ts";

const train = examples(3);
const rowsOf = (more: (example: Example) => Partial<Row> = () => ({})): readonly Row[] =>
  train.map((example) => ({ id: example.id, score: 0, trace: traceOf(example, 0), ...more(example) }));
const shown = (rows: readonly Row[], id = "m.instructions"): string =>
  examplesText(scriptedStudy([], { train }), id, rows);

describe("an example", () => {
  test("shows what the text's module got and gave, its score, and what was said", () => {
    const text = shown(rowsOf(() => ({ feedback: "Say it in French.", score: 0.5 })));
    for (const part of ["# Example 3", "### q\nin 1", "out 2, sample 0", "## Score\n0.5", "Say it in French."])
      expect(text).toContain(part);
    expect(text).not.toContain("Expected of the program");
  });

  test("prefers what was said of the module, and shows the label where nothing was said", () => {
    const own = shown(rowsOf(() => ({ feedback: "of all", byModule: { m: "of m alone", n: "of n" } })));
    expect(own).toContain("of m alone");
    expect(own).not.toMatch(/of all|of n/);
    expect(shown(rowsOf())).toContain("## Expected of the program\n### a\nout 0");
  });

  test("of a tool's description is what its module did", () => {
    const text = shown(
      rowsOf(() => ({ byModule: { m: "of m" } })),
      "m.tools.search.description",
    );
    expect(text).toContain("out 0, sample 0");
    expect(text).toContain("of m");
  });

  test("shows a module's failure, and an unknown score as unknown", () => {
    const trace: Trace = { ...traceOf(train[0]!, 0), children: [], error: { code: "parse", message: "no JSON" } };
    const text = shown([{ id: "r0", trace }]);
    expect(text).toContain("(failed: no JSON)");
    expect(text).toContain("## Score\nunknown");
  });
});

describe("a row that was not run", () => {
  test("is its input, and what is expected if anything is", () => {
    expect(rowText({ id: "r0", input: { q: "in", n: [1] }, expected: { a: "out" } }, 3)).toBe(
      "# Example 3\n\n## Inputs\n### q\nin\n\n### n\n[\n 1\n]\n\n## Expected of the program\n### a\nout",
    );
    expect(rowText({ id: "r0", input: "in", expected: "out" }, 1)).toBe(
      "# Example 1\n\n## Inputs\nin\n\n## Expected of the program\nout",
    );
    expect(rowText({ id: "r0", input: { q: "in" } }, 1)).not.toContain("Expected");
  });
});
