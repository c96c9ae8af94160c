import type { Study } from "@cultivar/core";
import { expect, test } from "vitest";
import { placeOf } from "./setting.ts";

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
