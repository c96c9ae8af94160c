import type { Example, Row, Study, Trace } from "@cultivar/core";
import { CultivarError } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { examples, traceOf } from "../fixtures/fake-study.ts";
import { scriptedStudy } from "./fixtures/scripted-study.ts";
import { ask, examplesText, partsOf, placeOf } from "./reflect.ts";

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

describe("what a reflection is told", () => {
  const refused = [
    { text: "Answer.\n- Be old.", why: "too old" },
    { text: "Held.", why: "a leak", withheld: true as const },
    { text: "- Be new.\n- Be bold.", why: "no better" },
  ];
  const told = (memory: number, checks: Parameters<typeof partsOf>[1] = []) => {
    const study = scriptedStudy([], { train });
    return partsOf({ study, id: "m.instructions", candidate: study.baseline, rows: rowsOf(), refused }, checks, memory);
  };

  test("holds only the changes of the latest refused texts, without those that are withheld", () => {
    expect(told(1).attempts).toEqual([{ changes: "+ - Be new.\n+ - Be bold.\n- Answer.", why: "no better" }]);
    expect(told(9).attempts.map(({ changes }) => changes)).toEqual(["+ - Be old.", expect.stringContaining("Be new")]);
    expect(told(0).attempts).toEqual([]);
  });

  test("holds a long attempt in short", () => {
    const study = scriptedStudy([], { train });
    const text = Array.from({ length: 40 }, (_, i) => `line ${i} ${"x".repeat(300)}`).join("\n");
    const more = { study, id: "m.instructions", candidate: study.baseline, rows: [], refused: [{ text, why: "long" }] };
    const { changes } = partsOf(more, [], 1).attempts[0]!;
    expect(changes).toMatch(/\(and 29 more lines\)$/);
    expect(changes.length).toBeLessThan(3000);
  });

  test("holds what the checks ask for", () => {
    const check = { name: "c", asks: () => "write little", problem: () => undefined };
    expect(told(0, [check, { name: "d", problem: () => undefined }]).constraints).toEqual(["write little"]);
  });
});

test("a component's place: beside which parts it stands", () => {
  const leaf = (name: string): Study["sketch"] => ({ name, kind: "predict", children: {} });
  const sketch = {
    ...leaf("qa"),
    children: { query: leaf("q"), answer: { ...leaf("a"), children: { sum: leaf("s") } } },
  };
  expect(placeOf(sketch, "query.instructions")).toBe("It guides the part query, next to answer.");
  expect(placeOf(sketch, "answer.sum.instructions")).toBe("It guides the part sum of answer.");
  expect(placeOf(leaf("one"), "one.instructions")).toBe("It guides the program as a whole.");
});

describe("a question", () => {
  const question = (retries: number) => ({
    prompt: "What?",
    retries,
    again: (why: string) => `Again: ${why}`,
    read: (answer: string) => (answer.startsWith("good") ? { text: answer } : { rejected: `${answer} is bad` }),
  });

  test("is asked again in the same conversation, with what was wrong", async () => {
    const study = scriptedStudy(["one", "good two"]);
    expect(await ask(study, question(1))).toEqual({ text: "good two" });
    expect(study.said(0)).toEqual(["What?"]);
    expect(study.said(1)).toEqual(["What?", "one", "Again: one is bad"]);
    expect(study.requests[1]!.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
  });

  test.each([0, 1, 2])("with %i retries it is given up after so many, for the last reason", async (retries) => {
    const study = scriptedStudy(["one", "two", "three"].slice(0, retries + 1));
    expect(await ask(study, question(retries))).toEqual({ rejected: `${["one", "two", "three"][retries]!} is bad` });
    expect(study.requests).toHaveLength(retries + 1);
  });

  test("an empty reply is a rejection, and never an empty turn", async () => {
    const study = scriptedStudy(["", "  "]);
    expect(await ask(study, question(1))).toEqual({ rejected: "the reply is empty" });
    expect(study.said(1)[1]).toBe("(nothing)");
  });

  test("a long refused reply is shown in part", async () => {
    const study = scriptedStudy([{ text: "x".repeat(90_000), finishReason: "length" }, "good"]);
    await ask(study, question(1));
    expect(study.said(1)[1]).toHaveLength(6000);
    expect(study.said(1)[2]).toBe("Again: the reply was cut off");
  });

  test("a model that fails is a rejection without a retry; the end of the run is not", async () => {
    const failing = scriptedStudy([new CultivarError("transport", "gone")]);
    expect(await ask(failing, question(3))).toEqual({ rejected: "the reflection model failed: gone" });
    expect(failing.requests).toHaveLength(1);
    for (const replies of [[], ["bad"]]) {
      const ended = scriptedStudy([...replies, new CultivarError("run-ended", "over")]);
      await expect(ask(ended, question(1))).rejects.toThrow("over");
    }
  });
});
