import fc from "fast-check";
import { expect, test } from "vitest";
import { rateBucket } from "./rate-bucket.ts";

test("lets a burst through, then one unit per interval, first come first served", () => {
  const bucket = rateBucket(60);
  expect(Array.from({ length: 7 }, () => bucket.take(0, 1))).toEqual([0, 0, 0, 0, 0, 1000, 2000]);
});

test("a refund shortens the next wait, and never grows the bucket", () => {
  const bucket = rateBucket(60);
  expect(bucket.take(0, 10)).toBe(5000);
  bucket.refund(4);
  expect(bucket.take(0, 1)).toBe(2000);
  bucket.refund(1000);
  expect(bucket.take(0, 6)).toBe(1000);
});

test("over any time, no more goes out than the rate and one burst", () => {
  const asks = fc.array(fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 50 })), { minLength: 1 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), asks, (perMinute, steps) => {
      const bucket = rateBucket(perMinute);
      let now = 0;
      let total = 0;
      for (const [pause, amount] of steps) {
        now += pause;
        total += amount;
        const sendsAt = now + bucket.take(now, amount);
        expect(total).toBeLessThanOrEqual((sendsAt / 60_000) * perMinute + Math.max(1, perMinute / 12) + 1e-6);
      }
    }),
  );
});
