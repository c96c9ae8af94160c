import { expect, test } from "vitest";
import { planLine, planObject } from "./plan.ts";

const plan = { evaluations: 800, calls: 1200, usd: 3.1, testRows: 200, unpriced: [] };
const context = { budget: { evaluations: 800, usd: 5 }, concurrency: 16, simulated: false };

test.each([
  [
    "priced",
    plan,
    context,
    "plan      t: about 1,200 calls of the program (with 200 test rows twice); proposer calls come on top; about $3.10; about 2m30s at 2s a call, 16 at once; limits: evaluations 800, usd $5.00",
  ],
  [
    "simulated",
    plan,
    { ...context, simulated: true },
    "plan      t: about 1,200 calls of the program (with 200 test rows twice); proposer calls come on top; about $3.10 at made-up prices; limits: evaluations 800, usd $5.00",
  ],
  [
    "unknown price and no test",
    { ...plan, usd: undefined, testRows: 0, unpriced: ["local/llama"] },
    { ...context, budget: { calls: 1200 } },
    "plan      t: about 1,200 calls of the program; proposer calls come on top; cost unknown (no price known for local/llama); about 2m30s at 2s a call, 16 at once; limits: calls 1,200",
  ],
  [
    "no limit on evaluations",
    { ...plan, evaluations: undefined, calls: undefined, usd: undefined },
    { ...context, budget: { usd: 2 } },
    "plan      t: an unknown number of calls of the program (with 200 test rows twice); proposer calls come on top; cost unknown; limits: usd $2.00",
  ],
])("%s", (_, given, around, line) => expect(planLine("t", given, around)).toBe(line));

test("the object says unknown as null", () => {
  expect(planObject("t", { ...plan, usd: undefined }, false, "code")).toMatchObject({
    costUsd: null,
    calls: 1200,
    why: "code",
  });
});
