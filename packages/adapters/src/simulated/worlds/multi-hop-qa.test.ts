import { expect, test } from "vitest";
import { testWorld } from "../fixtures/test-world.ts";
import { multiHopQa } from "./multi-hop-qa.ts";

testWorld(multiHopQa);

test("there are 6,000 distinct questions", () => {
  const rows = multiHopQa.examples(6000, 5);
  expect(new Set(rows.map((row) => row.input["question"])).size).toBe(6000);
});
