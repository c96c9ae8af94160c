import { expect, test } from "vitest";
import { longestChain, pipelineFloorMs } from "./pipeline.ts";
import { virtualClock } from "./virtual-clock.ts";

test("the longest chain of intervals that follow each other", () => {
  expect(longestChain([])).toBe(0);
  expect(
    longestChain([
      { from: 0, to: 25 },
      { from: 1, to: 26 },
      { from: 25, to: 50 },
      { from: 60, to: 61 },
      { from: 30, to: 100 },
    ]),
  ).toBe(3);
});

test.each([
  ["a chain of three reflections", [100, 3, 1000], 2000 + 3 * 29_000],
  ["calls, where few may be in flight", [100, 3, 1], 200_000],
] as const)("the floor of %s", (_, [calls, depth, atOnce], floor) => {
  expect(pipelineFloorMs(calls, depth, atOnce)).toBe(floor);
});

test("on a virtual clock waits end in order of time, then of asking, and take none", async () => {
  const clock = virtualClock();
  const order: string[] = [];
  const wait = async (name: string, ...waits: readonly number[]): Promise<void> => {
    for (const ms of waits) await clock.sleep(ms);
    order.push(`${name} ${clock.now()}`);
  };
  await Promise.all([wait("a", 3_600_000, 5), wait("b", 10), wait("c", 5, 5), wait("d", 10)]);
  expect(order).toEqual(["b 10", "d 10", "c 10", "a 3600005"]);
  await wait("later", 1);
  expect(order.at(-1)).toBe("later 3600006");
});
