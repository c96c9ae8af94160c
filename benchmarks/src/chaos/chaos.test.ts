import { describe, expect, test } from "vitest";
import { chaos } from "./chaos.ts";

describe("a compile killed with SIGKILL", () => {
  test(
    "ends as if it had never been killed, and pays for nothing that was journaled",
    { timeout: 120_000 },
    async () => {
      const report = await chaos({ kills: 5, seed: 3, cutBytes: 200 });
      expect(report.violations).toEqual([]);
      expect(report.kills).toBe(5);
      expect(report.cuts).toBe(200);
      // Else the kills hit nothing and the checks above say nothing.
      expect(report.inFlight).toBeGreaterThan(0);
    },
  );
});
