import type { Example, Row } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { examples, traceOf } from "../fixtures/fake-study.ts";
import { scriptedStudy } from "../fixtures/scripted-study.ts";
import { partsOf } from "./reflect.ts";

const train = examples(3);
const rowsOf = (more: (example: Example) => Partial<Row> = () => ({})): readonly Row[] =>
  train.map((example) => ({ id: example.id, score: 0, trace: traceOf(example, 0), ...more(example) }));

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
