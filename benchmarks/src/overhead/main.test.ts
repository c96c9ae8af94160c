import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

test.each([
  ["--only", "toString", /^bench:overhead: --only: expected one of calls, .*, got "toString"\n$/],
  ["--cap", "soon", /^bench:overhead: --cap: expected seconds above 0, got "soon"\n$/],
  ["--what", "now", /^bench:overhead: Unknown option '--what'/],
])("%s %s is refused without a stack, and nothing runs", (flag, value, said) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=@cultivar/source", join(import.meta.dirname, "main.ts"), flag, value],
    { encoding: "utf8" },
  );
  expect(stderr).toMatch(said);
  expect(stderr.trim().split("\n").length).toBeLessThan(3);
  expect([status, stdout]).toEqual([2, ""]);
});
