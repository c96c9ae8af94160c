import { describe, expect, test } from "vitest";
import { examples, fakeStudy } from "../fixtures/fake-study.ts";
import { fullRows } from "./rows.ts";
import type { MiproOptions } from "./settings.ts";
import { allowanceOf, miproSettings } from "./settings.ts";

const allowed = (evaluations: number, options: MiproOptions = {}) => {
  const val = Array.from({ length: 20 }, (_, i) => `v${i}`);
  const study = fakeStudy({ evaluations, train: examples(100), val });
  return { study, ...allowanceOf(study, miproSettings(options)) };
};

describe("what a run may spend", () => {
  test("goes to train rows by an eighth in each round, and by a half over all rounds, at most", () => {
    expect(allowed(320).looked).toBe(40);
    expect(allowed(320, { rounds: 2 }).looked).toBe(40);
    expect(allowed(1600, { rounds: 16 }).looked).toBe(50);
    expect(allowed(5000).looked).toBe(64);
    expect(allowed(320, { looked: 5 }).looked).toBe(5);
  });

  test("is dealt to rounds evenly, and the last one takes what is left", () => {
    const { upTo, reserve, isOpen } = allowed(320);
    expect(reserve).toBe(40);
    // 320 less what is kept and 4 looks at 40 rows are 120, after the baseline's pass
    expect([0, 1, 2, 3].map(upTo)).toEqual([50, 80, 110, Number.POSITIVE_INFINITY]);
    expect(isOpen).toBe(true);
  });

  test("is dealt to as many rounds as it pays for: each begins two points and scores the better one on more rows", () => {
    expect(allowed(320, { rounds: 16 })).toMatchObject({ rounds: 7, looked: 22 });
    expect(allowed(100)).toMatchObject({ rounds: 2, looked: 12 });
    expect(allowed(30)).toMatchObject({ rounds: 1, looked: 3 });
  });

  test("goes to no train rows where nothing is made of them", () => {
    expect(allowed(320, { instructions: 0, maxBootstrapped: 0, maxLabeled: 0 })).toMatchObject({
      rounds: 1,
      looked: 0,
    });
  });

  test("leaves room for failures that trials are scored on first, of the train rows that are looked at", () => {
    expect(allowed(320).failures).toBe(2);
    expect(allowed(320, { looked: 1 }).failures).toBe(1);
    expect(allowed(320, { rows: fullRows }).failures).toBe(0);
    expect(allowed(320, { instructions: 0, maxBootstrapped: 0, maxLabeled: 0 }).failures).toBe(0);
  });

  test("is kept for nobody where all trials are scored on all rows", () => {
    expect(allowed(320, { rows: fullRows }).reserve).toBe(0);
  });

  test("is limited by an effort, which is said", () => {
    const { study, upTo, isOpen } = allowed(5000, { auto: "light" });
    expect(upTo(3)).toBeLessThan(1000);
    expect(isOpen).toBe(false);
    expect(study.notes).toHaveLength(1);
  });
});
