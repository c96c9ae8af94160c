import type { RunOutcome, RunSpec } from "../comparison/run-record.ts";
import type { PeerServer } from "./peer-server.ts";
import type { Checked, PeerRun } from "./peer-run.ts";
import { ourPrefix, peers } from "./peers.ts";
import { runOurs } from "./run-ours.ts";
import { runPort } from "./run-port.ts";

/** What all runs of one invocation share. */
export interface Setting {
  readonly server: PeerServer;
  readonly python: string;
  readonly timeoutMs: number;
}

/** A setting is lowered no further. */
const lowest = 40;

/**
 * Runs a peer (or `ours:<optimizer>`) once, and scores what it found. A peer without a budget of metric calls is run
 * again with a lower setting, from the start, while the server counts more than the budget. Throws what kept it from a
 * result.
 */
export async function runPeer({ server, python, timeoutMs }: Setting, spec: RunSpec): Promise<RunOutcome> {
  if (spec.optimizer.startsWith(ourPrefix))
    return during(server, spec, async (run, url) => {
      await runOurs(spec.optimizer.slice(ourPrefix.length), spec, url);
      return run.outcome();
    });
  const peer = peers[spec.optimizer]!;
  for (let lower = 0; lower <= lowest; lower++) {
    const outcome = await during(server, spec, async (run, url) => {
      await runPort(peer, { url, mode: "run", lower, python, timeoutMs });
      const { train, val } = run.metricCalls;
      return peer.lowers === true && train + val > spec.budget ? undefined : run.outcome();
    });
    if (outcome !== undefined) return outcome;
  }
  throw new Error(
    `${spec.optimizer}: even its setting lowered ${lowest} times takes more than ${spec.budget} metric calls`,
  );
}

/** How far a port's program is from the world's own, on the same test rows, in score. */
export interface Check {
  readonly peer: string;
  readonly world: string;
  readonly baseline?: Checked;
  readonly oracle?: Checked;
  readonly error?: string;
}

/** Runs a port's check. A port that fails is a result with an error. */
export async function checkPeer({ server, python, timeoutMs }: Setting, spec: RunSpec): Promise<Check> {
  const { optimizer: peer, world } = spec;
  return during(
    server,
    spec,
    async (run, url) => {
      try {
        await runPort(peers[peer]!, { url, mode: "check", lower: 0, python, timeoutMs });
      } catch (error) {
        return { peer, world, error: error instanceof Error ? error.message : String(error) };
      }
      const { baseline, oracle } = run.checked;
      if (baseline === undefined || oracle === undefined) return { peer, world, error: "the port checked nothing" };
      return { peer, world, baseline, oracle };
    },
    "check",
  );
}

/** How far apart, as a share of [0, 1], a port's program and the world's own may score: a point. */
const tolerance = 0.01;
/** Standard errors that chance explains: the student draws afresh for each framework's wording. */
const byChance = 2;

/** Whether a port's runs count on this world: baseline and oracle within a point, or within what chance explains. */
export function passes({ baseline, oracle }: Check): boolean {
  return [baseline, oracle].every(
    (one) =>
      one !== undefined && Math.abs(one.score - one.expected) <= Math.max(tolerance, byChance * one.standardError),
  );
}

async function during<T>(
  server: PeerServer,
  spec: RunSpec,
  act: (run: PeerRun, url: string) => Promise<T>,
  mode: "run" | "check" = "run",
): Promise<T> {
  const { run, url, close } = server.open(spec, mode);
  try {
    return await act(run, url);
  } finally {
    close();
  }
}
