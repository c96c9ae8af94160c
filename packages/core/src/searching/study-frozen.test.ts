import { expect, test } from "vitest";
import { compile } from "./compile.ts";
import { optimizer, saying, toy, toyTarget } from "./fixtures/toy-run.ts";
import type { Study } from "./optimizer.ts";

const tampering: readonly (readonly [string, (study: Study) => void])[] = [
  ["splice val", (study) => void (study.val as string[]).splice(2)],
  ["shorten val", (study) => void ((study.val as string[]).length = 1)],
  ["replace val", (study) => void ((study as { val: unknown }).val = [])],
  ["replace the baseline", (study) => void ((study as { baseline: unknown }).baseline = {})],
  ["pop train", (study) => void (study.train as unknown[]).pop()],
  ["rewrite a row", (study) => void ((study.train[0] as { expected: unknown }).expected = "x")],
  ["widen the space", (study) => void ((study.space as Record<string, unknown>)["x"] = {})],
  ["loosen a component", (study) => void ((study.space["toy.instructions"] as { kind: string }).kind = "demos")],
  ["move the range", (study) => void ((study.range as [number, number])[1] = 5)],
];

test.each(tampering)("law 6: an optimizer cannot %s", async (_name, tamper) => {
  let refused: unknown;
  const of = optimizer(async (study) => {
    try {
      tamper(study);
    } catch (error) {
      refused = error;
    }
    await study.evaluate({ candidate: saying(study, "skill 0"), split: "val", ids: study.val });
  });
  const target = toyTarget({ optimizer: of });
  const result = await compile(toy, target);
  expect(refused).toBeInstanceOf(TypeError);
  expect(result).toMatchObject({ improved: false, evaluations: 16, val: { difference: { n: 8 } } });
});

test("what it is told is its own: rows written over change no score", async () => {
  const of = optimizer(async (study) => {
    const ids = study.train.map(({ id }) => id);
    const ask = { candidate: study.baseline, split: "train", ids, capture: "trace" } as const;
    const { rows } = await study.evaluate(ask);
    expect(() => ((rows[0] as { score: number }).score = 0.125)).toThrow(TypeError);
    const best = study.best();
    (best.val as { mean: number }).mean = 1;
    expect((await study.evaluate(ask)).rows[0]!.score).not.toBe(0.125);
    expect(study.best().val.mean).toBeLessThan(1);
  });
  await compile(toy, toyTarget({ optimizer: of }));
});
