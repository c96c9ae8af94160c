import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { adaptiveLimit } from "./adaptive-limit.ts";

const make = (start = 16, max = 256) => adaptiveLimit({ start, min: 1, max, step: 4 });

describe("adaptiveLimit", () => {
  test("a burst of 429 halves once", () => {
    const limit = make();
    const tickets = Array.from({ length: 16 }, (_, i) => limit.sent(i + 1));
    for (const ticket of tickets) limit.rateLimited(ticket);
    expect(limit.limit).toBe(8);
    expect(limit.inEpisode).toBe(true);
  });

  test("answers to calls sent before the cut neither end the episode nor cut again", () => {
    const limit = make();
    const [first, second, third] = [limit.sent(1), limit.sent(2), limit.sent(3)];
    limit.rateLimited(first);
    limit.succeeded(second);
    expect(limit.inEpisode).toBe(true);
    limit.rateLimited(third);
    expect(limit.limit).toBe(8);
  });

  test("failed probes do not cut again; a good one ends the episode, and the next 429 begins another", () => {
    const limit = make();
    limit.rateLimited(limit.sent(1));
    limit.rateLimited(limit.sent(1));
    limit.rateLimited(limit.sent(1));
    expect(limit.limit).toBe(8);
    limit.succeeded(limit.sent(1));
    expect(limit.inEpisode).toBe(false);
    limit.rateLimited(limit.sent(1));
    expect(limit.limit).toBe(4);
  });

  test("a clean round that used the limit up raises it by the step, an idle one does not", () => {
    const limit = make(4);
    for (let i = 0; i < 4; i++) limit.succeeded(limit.sent(1));
    expect(limit.limit).toBe(4);
    for (let i = 0; i < 4; i++) limit.succeeded(limit.sent(4));
    expect(limit.limit).toBe(8);
  });

  test("it stays within its bounds whatever happens", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 40 })), { maxLength: 400 }), (events) => {
        const limit = make(16, 32);
        for (const [good, inFlight] of events) {
          const ticket = limit.sent(inFlight);
          if (good) limit.succeeded(ticket);
          else limit.rateLimited(ticket);
          expect(limit.limit).toBeGreaterThanOrEqual(1);
          expect(limit.limit).toBeLessThanOrEqual(32);
        }
      }),
    );
  });
});
