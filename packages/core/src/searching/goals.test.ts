import { expect, test } from "vitest";
import { goals } from "./goals.ts";
import { knownRows } from "./known-rows.ts";
import type { RunEvent } from "./result.ts";

test("a new incumbent is told beside the baseline, at a cost that does not grow with the candidates before it", () => {
  const ids = ["r0", "r1"];
  const own = knownRows(ids);
  let listed = 0;
  const known = { ...own, complete: () => (listed++, own.complete()) };
  const goal = goals({ known, targetScore: undefined, patience: undefined, end: () => {} });
  const events: RunEvent[] = [];
  for (let number = 0; number < 5; number++) {
    const rows = ids.map((id, row) => ({ id, score: (number + row) / 10 }));
    expect(own.fold({ text: `${number}` }, `${number}`, rows)).toBe(true);
    goal.improved(2 * number, (event) => events.push(event));
  }
  expect(events.at(-1)).toMatchObject({
    type: "incumbent",
    candidate: { text: "4" },
    val: { mean: 0.45, n: 2 },
    baseline: { mean: 0.05, n: 2 },
    evaluations: 8,
  });
  expect(listed).toBe(0);
});

test("nothing is the baseline before a candidate was scored on all of val", () => {
  const known = knownRows(["r0", "r1"]);
  expect(known.baseline()).toBeUndefined();
  known.fold({ text: "0" }, "0", [{ id: "r0", score: 1 }]);
  expect(known.baseline()).toBeUndefined();
  known.fold({ text: "0" }, "0", [{ id: "r1", score: 0 }]);
  expect(known.baseline()).toMatchObject({ mean: 0.5, n: 2 });
});
