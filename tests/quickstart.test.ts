import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

// The example of `npm run quickstart`, in a copy without an artifact: what a fresh clone gets.
const root = fileURLToPath(new URL("..", import.meta.url));
const example = join(root, "examples/ticket-routing");
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cultivar-quickstart-"));
  const skipped = /node_modules|\.cultivar/;
  cpSync(example, folder, { recursive: true, filter: (path) => !skipped.test(path.slice(example.length)) });
  symlinkSync(join(example, "node_modules"), join(folder, "node_modules"), "dir");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function cultivar(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(root, "packages/cli/dist/main.js"), ...args], {
    cwd: folder,
    encoding: "utf8",
  });
}

test("ends at least 20 points above the baseline on test, with an artifact; then it is up to date", () => {
  const { status, stdout } = cultivar("compile", "--yes", "--json");
  expect(status).toBe(0);
  const result = (JSON.parse(stdout) as { targets: Record<string, unknown>[] }).targets[0]!;
  const estimate = {
    mean: expect.any(Number) as number,
    standardError: expect.any(Number) as number,
    n: expect.any(Number) as number,
  };
  const comparison = { baseline: estimate, best: estimate, difference: estimate };
  expect(result).toMatchObject({
    target: "routeTicket",
    val: comparison,
    test: comparison,
    simulated: true,
    artifact: "routeTicket.cultivar.json",
  });
  for (const key of ["calls", "evaluations", "costUsd"]) expect(result[key]).toEqual(expect.any(Number));
  expect((result["test"] as { difference: { mean: number } }).difference.mean).toBeGreaterThan(0.2);
  expect(existsSync(join(folder, "routeTicket.cultivar.json"))).toBe(true);
  expect(cultivar("compile").stdout).toContain("up to date, no call was made");
});

test("the script itself: one object on standard output with --json, whatever was there before", () => {
  const { status, stdout } = spawnSync(process.execPath, [join(root, "scripts/quickstart.mjs"), "--json"], {
    encoding: "utf8",
  });
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    target: "routeTicket",
    simulated: true,
    artifact: "examples/ticket-routing/routeTicket.cultivar.json",
  });
  expect(existsSync(join(example, "routeTicket.cultivar.json"))).toBe(true);
});
