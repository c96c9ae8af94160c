import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const main = join(import.meta.dirname, "main.ts");
const unwritable = join(main, "out.json");

test.each([
  ["a timeout of nothing", ["--timeout", "0"], /--timeout: expected a whole number from 1, got "0"/],
  ["a val split of nothing", ["--val", "0", "--peers", "ours:null"], /--val: expected a whole number from 1, got "0"/],
  ["a file that can't be written", ["--out", unwritable], /ENOTDIR|EEXIST|ENOENT/],
  [
    "a check of peers that can't run",
    ["--check", "--peers", "gepa", "--python", unwritable],
    /gepa is left out[^]*--check: none of the peers/,
  ],
])("npm run bench:peers refuses %s, and says why, before anything runs", (_, flags, said) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--conditions=@cultivar/source", main, ...flags], {
    encoding: "utf8",
    timeout: 60_000,
  });
  expect(stderr).toMatch(said);
  expect(stdout).toBe("");
  expect(status).toBe(2);
});
