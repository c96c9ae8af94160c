import { expect, test } from "vitest";
import { scaledClock } from "./scaled-clock.ts";
import { floorMs } from "./wall.ts";

test.each([
  ["nothing limits but the chain", { calls: 300, tokens: 9000 }, [0, 0, 6000], 6000],
  ["requests, less the burst of 5 s", { calls: 300, tokens: 9000 }, [200, 0, 6000], 85_000],
  ["tokens, less the burst", { calls: 300, tokens: 9000 }, [0, 1000, 6000], 535_000],
  ["the larger of the two", { calls: 300, tokens: 9000 }, [200, 1000, 6000], 535_000],
  ["all within the burst", { calls: 10, tokens: 50 }, [200, 1000, 6000], 6000],
] as const)("the floor where %s", (_, used, [requestsPerMinute, tokensPerMinute, depthMs], floor) => {
  expect(floorMs(used, { requestsPerMinute, tokensPerMinute }, depthMs)).toBeCloseTo(floor, 6);
});

test("on a scaled clock a wait lasts what it says, in its own time, and can be aborted", async () => {
  const clock = scaledClock(50);
  const began = clock.now();
  await clock.sleep(500);
  // Node's timers may fire a millisecond early.
  expect(clock.now() - began).toBeGreaterThanOrEqual(450);
  let ran = false;
  clock.after(60_000, () => (ran = true))();
  await expect(clock.sleep(3_600_000, AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
  expect(ran).toBe(false);
});
