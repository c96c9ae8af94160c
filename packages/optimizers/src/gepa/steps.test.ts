import { describe, expect, test } from "vitest";
import { member, poolOf } from "./fixtures/members.ts";
import type { Step } from "./steps.ts";
import { admit } from "./steps.ts";

const rules = { texts: 2, val: ["v0", "v1"], width: 1 };
const first = member([0, 0], { candidate: { "m.instructions": "Answer." } });
const pool = poolOf([first], { left: 100, idle: 4, stale: 2 });
const candidate = { "m.instructions": "Answer well." };
const draft = { candidate, hash: "child", parents: [0], component: "m.instructions", why: "because" };
const accepted = (changes: Partial<Step> = {}): Step => ({
  move: "reflection",
  advanced: 0,
  shown: ["t1", "t2"],
  outcome: {
    kind: "accepted",
    draft,
    base: 0,
    trial: { train: [{ id: "t1", score: 1 }] },
    rows: [
      { id: "v0", score: 1 },
      { id: "v1", score: 1 },
    ],
    seen: [],
  },
  ...changes,
});

describe("after a step the pool", () => {
  test("has the accepted candidate, with what was seen of it", () => {
    const next = admit(pool, accepted(), 93, rules);
    expect(next.members).toHaveLength(2);
    expect(next.members[1]).toMatchObject({ candidate, parents: [0], val: [1, 1], mean: 1, asked: [true, true] });
    expect(next.members[1]!.train.get("t1")).toBe(1);
    expect(next).toMatchObject({ left: 93, idle: 0, stale: 0 });
    expect([...next.shown]).toEqual([
      ["t1", 1],
      ["t2", 1],
    ]);
    expect(next.members[0]!.turn).toBe(1);
    expect(next.gains[0]).toBeGreaterThan(0);
    expect(next.records.get("reflection")).toEqual({ tries: 1, wins: 1 });
    expect(next.records.get("component m.instructions")).toEqual({ tries: 1, wins: 1 });
    expect(next.merges).toMatchObject({ earnedAt: [0], accepted: 0, fresh: true });
    // nothing that was there before was written into
    expect(pool.members).toEqual([first]);
    expect(pool.shown.size).toBe(0);
  });

  test("takes a candidate in once, also when two steps in flight came to it", () => {
    const twice = admit(admit(pool, accepted(), 93, rules), accepted(), 86, rules);
    expect(twice.members).toHaveLength(2);
    expect(twice.rejected).toMatchObject([{ hash: "child", why: "the candidate is known" }]);
    expect(twice.merges.earnedAt).toEqual([0]);
    expect(twice.left).toBe(86);
  });

  test("remembers what was turned down and why, and whether it may be shown again", () => {
    const outcome = { kind: "rejected", why: "it leaks", draft, withheld: true } as const;
    const next = admit(pool, accepted({ outcome }), 93, rules);
    expect(next.members).toHaveLength(1);
    expect(next.rejected).toMatchObject([{ candidate, why: "it leaks", withheld: true }]);
    expect(next).toMatchObject({ idle: 0, stale: 3, gains: [0] });
    expect(next.records.get("reflection")).toEqual({ tries: 1, wins: 0 });
  });

  test("counts steps that found nothing, with the last reason", () => {
    const outcome = { kind: "rejected", why: "the reply is empty", idle: true } as const;
    expect(admit(pool, accepted({ outcome }), 93, rules)).toMatchObject({ idle: 5, idleWhy: "the reply is empty" });
    expect(admit(pool, accepted({ outcome: { kind: "rejected", why: "lost" } }), 93, rules)).toMatchObject({ idle: 0 });
  });

  describe("counts steps since a member became the believed best", () => {
    const led = member([1, undefined], { quality: { mean: 0.9, variance: 0.01 }, base: 0, parents: [0] });
    const next = member([0.5, 0.5], { quality: { mean: 0.05, variance: 0.01 }, base: 0, parents: [0] });
    const three = poolOf([first, led, next], { stale: 1 });
    const seen = (score: number): Step => ({
      move: "completing",
      done: "seen on all of val",
      outcome: { kind: "rejected", why: "seen on all of val" },
      seen: [{ place: 1, split: "val", rows: [{ id: "v1", score }] }],
    });

    test("they go on when a look at the leader leaves it first", () =>
      expect(admit(three, seen(1), 90, rules).stale).toBe(2));

    test("they begin anew when a look at the leader puts another one first", () => {
      const after = admit(three, seen(0), 90, rules);
      expect(after.members[1]!.quality.mean).toBeLessThan(after.members[2]!.quality.mean);
      expect(after.stale).toBe(0);
    });

    test("they begin anew when a step that brought a worse candidate saw the leader fall", () => {
      const { outcome, ...step } = accepted();
      if (outcome.kind !== "accepted") throw new Error("it is accepted");
      const rows = outcome.rows.map((row) => ({ ...row!, score: 0 }));
      const after = admit(three, { ...step, outcome: { ...outcome, rows, seen: seen(0).seen! } }, 90, rules);
      expect(after.members).toHaveLength(4);
      expect(after.stale).toBe(0);
    });

    test("a look at the leader does not take the turn of a merge", () => {
      const fresh = poolOf([first, led, next], { merges: { ...three.merges, earnedAt: [0], fresh: true } });
      expect(admit(fresh, seen(1), 90, rules).merges).toEqual(fresh.merges);
    });
  });

  test("counts merges apart, and keeps the marks of those tried", () => {
    const merged = admit(pool, accepted({ marks: ["0 1 over 2"], tried: ["mine"] }), 93, rules);
    expect(merged.merges).toMatchObject({ earnedAt: [], accepted: 1, fresh: false });
    expect(merged.merges.tried.has("0 1 over 2")).toBe(true);
    expect(merged.tried.has("mine")).toBe(true);
  });

  test("knows of members what was seen of them on the way", () => {
    const seen = [{ place: 0, split: "val" as const, rows: [{ id: "v1", score: 1 }] }];
    const half = member([0, undefined], { candidate: first.candidate });
    const next = admit(poolOf([half]), accepted({ seen, outcome: { kind: "rejected", why: "lost" } }), 93, rules);
    expect(next.members[0]).toMatchObject({ val: [0, 1], asked: [true, true], mean: 0.5 });
  });
});
