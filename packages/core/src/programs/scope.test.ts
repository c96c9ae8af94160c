import fc from "fast-check";
import { expect, test } from "vitest";
import { Repeats, stepFrom } from "./scope.ts";

test("repeats are counted per key, as a map of counts would", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("", "a", "b", "c"), { maxLength: 30 }), (keys) => {
      const repeats = new Repeats();
      const counts = new Map<string, number>();
      for (const key of keys) {
        const before = counts.get(key) ?? 0;
        counts.set(key, before + 1);
        expect(repeats.next(key)).toBe(before);
      }
    }),
  );
});

test("the first call's address is its key, equal ones after it are numbered", () => {
  const address = ["row"];
  expect([stepFrom(address, "k", 0), stepFrom(address, "k", 2)]).toEqual([
    ["row", "k"],
    ["row", "k#2"],
  ]);
  expect(address).toEqual(["row"]);
});
