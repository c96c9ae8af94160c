import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunSpec } from "../comparison/run-record.ts";
import { requirements } from "./missing.ts";
import type { PeerServer } from "./peer-server.ts";
import { servePeers } from "./peer-server.ts";
import { defaultPython, ourPrefix, pathOf, peers } from "./peers.ts";
import type { Setting } from "./run-peer.ts";
import { checkPeer, passes, runPeer } from "./run-peer.ts";

const python = defaultPython();
let server: PeerServer;
let setting: Setting;
beforeAll(async () => {
  server = await servePeers();
  setting = { server, python, timeoutMs: 120_000 };
});
afterAll(() => server.close());

const spec: RunSpec = {
  world: "multi-hop-qa",
  optimizer: "gepa",
  seed: 1,
  noise: 0,
  persistent: false,
  budget: 60,
  rows: { train: 12, val: 8, test: 60 },
};

test("a missing Python or package is named, with why", () => {
  const gone = requirements(peers["gepa"]!, join(import.meta.dirname, "no-python"));
  expect(gone).toEqual({ why: expect.stringMatching(/no Python at .*README/) });
  const node = requirements({ file: "peers.ts", packages: ["no-such-package"] }, python);
  expect(node).toEqual({ why: expect.stringMatching(/no-such-package is not installed/) });
  expect(requirements({ file: "no-port.py", packages: [] }, python)).toEqual({ why: expect.stringMatching(/no-port/) });
});

test("ours runs over the server, is counted there, and gives the same result twice", async () => {
  const own = { ...spec, optimizer: `${ourPrefix}randomSearch`, noise: 0.2 };
  const outcome = await runPeer(setting, own);
  expect(outcome.metricCalls).toBeGreaterThan(0);
  expect(outcome.metricCalls).toBeLessThanOrEqual(spec.budget);
  expect(outcome.metricCalls).toBe(outcome.reportedMetricCalls);
  expect(outcome.lmCalls).toBeGreaterThan(outcome.metricCalls);
  const { seconds: _, ...again } = await runPeer(setting, own);
  expect(outcome).toMatchObject(again);
}, 60_000);

for (const name of ["gepa", "textgrad"]) {
  const found = requirements(peers[name]!, python);
  const why = "why" in found ? found.why : undefined;
  describe.skipIf(why !== undefined)(`${name}${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
    suiteOf(name);
  });
}

function suiteOf(name: string): void {
  test("has the world's own program", { timeout: 120_000 }, async () => {
    const check = await checkPeer(setting, { ...spec, optimizer: name });
    expect(check.error).toBeUndefined();
    expect(check.baseline!.score).toBe(check.baseline!.expected);
    expect([check, passes(check)]).toEqual([check, true]);
  });

  test("runs within its budget", { timeout: 120_000 }, async () => {
    const outcome = await runPeer(setting, { ...spec, optimizer: name });
    expect(outcome.metricCalls).toBeGreaterThan(spec.budget / 2);
    expect(outcome.metricCalls).toBeLessThanOrEqual(spec.budget);
    expect(outcome.curve!.length).toBeGreaterThan(0);
    expect(outcome.reportedMetricCalls ?? outcome.metricCalls).toBe(outcome.metricCalls);
  });

  test("fails in words", { timeout: 60_000 }, async () => {
    const lost = { ...setting, server: { ...server, open: lostRun } };
    await expect(runPeer(lost, { ...spec, optimizer: name })).rejects.toThrow(/ended with 1: .*404/);
  });
}

/** A run whose address is wrong. */
function lostRun(...args: Parameters<PeerServer["open"]>): ReturnType<PeerServer["open"]> {
  const open = server.open(...args);
  return { ...open, url: `${open.url}0` };
}

const reading = requirements({ file: "port.py", packages: [] }, python);
test.skipIf("why" in reading)("replies are read in every usual form", { timeout: 60_000 }, () => {
  const folder = join(pathOf({ file: "port.py", packages: [] }), "..");
  const { status, stderr } = spawnSync(python, ["-B", "-m", "unittest", "test_port"], {
    cwd: folder,
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, stderr]);
});
