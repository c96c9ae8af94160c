import type { Space } from "@cultivar/core";
import { baselineOf, rng } from "@cultivar/core";
import { describe, expect, test } from "vitest";
import { oneModule } from "../fixtures/fake-study.ts";
import { checkInstructions, drawChoices, drawSize } from "./draws.ts";

const space: Space = {
  ...oneModule,
  "m.format": { kind: "choice", initial: "json", role: "the format of m", choices: ["json", "markers"] },
};
const counts = (values: readonly string[]): Record<string, number> =>
  Object.fromEntries([...new Set(values)].sort().map((value) => [value, values.filter((one) => one === value).length]));

describe("drawChoices", () => {
  const draws = Array.from({ length: 3000 }, (_, i) =>
    drawChoices(space, baselineOf(space), { "m.instructions": ["Be brief.", "Be kind.", "Answer."] }, rng(0, `${i}`)),
  );

  test("draws given instructions and the present one uniformly, each once", () => {
    const drawn = counts(draws.map((draw) => draw["m.instructions"]!));
    expect(Object.keys(drawn)).toEqual(["Answer.", "Be brief.", "Be kind."]);
    // 1000 each is expected, with a standard deviation of 26.
    for (const count of Object.values(drawn)) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });

  test("draws every choice of the space uniformly", () => {
    const drawn = counts(draws.map((draw) => draw["m.format"]!));
    expect(Object.keys(drawn)).toEqual(["json", "markers"]);
    expect(Math.abs(drawn["json"]! - 1500)).toBeLessThan(140);
  });

  test("leaves everything else", () => {
    expect(new Set(draws.map((draw) => draw["m.demos"]))).toEqual(new Set([oneModule["m.demos"]!.initial]));
  });

  test("does not depend on the order of the options", () => {
    const two: Space = { ...space, "n.instructions": { kind: "text", initial: "N.", role: "n" } };
    const options = { "m.instructions": ["a", "b"], "n.instructions": ["c", "d"] };
    const reversed = Object.fromEntries(Object.entries(options).reverse());
    expect(drawChoices(two, baselineOf(two), reversed, rng(1, "x"))).toEqual(
      drawChoices(two, baselineOf(two), options, rng(1, "x")),
    );
  });
});

test("drawSize is uniform from 1 to the most, and 0 for none", () => {
  const sizes = Array.from({ length: 4000 }, (_, i) => String(drawSize(4, rng(0, `${i}`))));
  expect(Object.keys(counts(sizes))).toEqual(["1", "2", "3", "4"]);
  for (const count of Object.values(counts(sizes))) expect(Math.abs(count - 1000)).toBeLessThan(140);
  expect(drawSize(0, rng(0, "x"))).toBe(0);
});

test.each(["x.instructions", "m.demos", "__proto__"])("checkInstructions refuses %s", (id) => {
  const instructions = Object.fromEntries([[id, ["a"]]]);
  expect(() => checkInstructions(space, instructions)).toThrow(
    `randomSearch: instructions names ${JSON.stringify(id)}, which is no text component; those are m.instructions`,
  );
});
