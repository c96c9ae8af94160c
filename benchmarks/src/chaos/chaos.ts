import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Rng } from "@cultivar/core";
import { rng } from "@cultivar/core";
import { journalState } from "./journal-state.ts";
import type { Server } from "./processes.ts";
import { endOf, messageFrom, startProcess, startServer } from "./processes.ts";
import { concurrency } from "./task.ts";
import { truncate } from "./truncate.ts";

export interface ChaosOptions {
  readonly kills: number;
  readonly seed: number;
  /** The journal is cut at every byte of so many last ones. */
  readonly cutBytes: number;
  readonly onProgress?: (text: string) => void;
}

export interface ChaosReport {
  readonly seed: number;
  readonly kills: number;
  /** Runs that were killed, each at one to three moments. */
  readonly runs: number;
  /** Model calls of the uninterrupted run. */
  readonly calls: number;
  readonly evaluations: number;
  /** Moments: after so many calls of the run, least and most. */
  readonly killedAfterCalls: readonly [number, number];
  /** Calls made again, over all kills, and the most after one kill. */
  readonly repeated: number;
  readonly mostRepeated: number;
  /** Calls in flight at the kills. */
  readonly inFlight: number;
  readonly cuts: number;
  /** What went against the promises; empty when all hold. */
  readonly violations: readonly string[];
}

interface Done {
  readonly orphans: number;
  readonly evaluations: number;
  readonly calls: number;
}

/** The uninterrupted run that every killed one is held against. */
interface Reference extends Done {
  readonly durationMs: number;
  readonly artifact: string;
  /** The ledger's line for each call, by the key under which it is journaled. */
  readonly lineOf: Readonly<Record<string, string>>;
  /** All lines. */
  readonly planned: ReadonlySet<string>;
}

/** What became of one run that was killed, perhaps more than once. */
interface KilledRun {
  /** Calls that the server had answered at each kill. */
  readonly moments: readonly number[];
  readonly repeated: number;
  readonly mostRepeated: number;
  readonly inFlight: number;
  readonly violations: readonly string[];
}

const isDone = (message: unknown): message is Done =>
  typeof message === "object" && message !== null && "orphans" in message;
const isStarted = (message: unknown): message is string => message === "started";

/** Runs the compile to its end; the duration leaves out the start of the process. */
async function runToEnd(folder: string, url: string): Promise<Done & { readonly durationMs: number }> {
  const child = startProcess("compile-process.ts", [folder, url]);
  const ended = messageFrom(child, isDone);
  const began = await Promise.race([
    messageFrom(child, isStarted).then(() => performance.now()),
    ended.then(() => performance.now()),
  ]);
  const done = await ended;
  const durationMs = performance.now() - began;
  await endOf(child);
  return { ...done, durationMs };
}

/** Starts the compile and kills it at a moment drawn by `random`; false when it ended before. */
async function killOnce(
  folder: string,
  server: Server,
  random: Rng,
  left: number,
  durationMs: number,
): Promise<boolean> {
  const child = startProcess("compile-process.ts", [folder, server.url]);
  const ended = endOf(child);
  await messageFrom(child, isStarted);
  const before = server.lines().length;
  if (random.next() < 0.5) {
    // By calls: the moment just after the server has noted a call, or a little later.
    const target = before + 1 + random.int(Math.max(1, left - 1));
    while (child.exitCode === null && server.lines().length < target) await sleep(1);
    await sleep(random.int(8));
  } else {
    await Promise.race([sleep(random.next() * durationMs), ended]);
  }
  const alive = child.exitCode === null && child.signalCode === null;
  child.kill("SIGKILL");
  await ended;
  return alive && child.signalCode === "SIGKILL";
}

/**
 * Kills a compile again and again with SIGKILL, each time followed by the same command, and holds what comes out against
 * an uninterrupted run: the same artifact bytes, no journaled call made twice by the count of a server in another
 * process, and no more repeated calls than were in flight. Then cuts the journal at every byte of its tail.
 */
export async function chaos(options: ChaosOptions): Promise<ChaosReport> {
  const folder = mkdtempSync(join(tmpdir(), "cultivar-chaos-"));
  const server = await startServer(join(folder, "ledger"));
  try {
    return await withServer(options, folder, server);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function withServer(
  { kills, seed, cutBytes, onProgress }: ChaosOptions,
  folder: string,
  server: Server,
): Promise<ChaosReport> {
  const violations: string[] = [];
  const reference = await uninterrupted(join(folder, "whole"), server);
  const calls = server.lines().length;
  if (reference.planned.size !== calls)
    violations.push(
      `the uninterrupted run sent ${reference.planned.size} distinct calls but the server answered ${calls}`,
    );
  onProgress?.(
    `uninterrupted: ${calls} calls, ${reference.evaluations} evaluations, ${Math.round(reference.durationMs)} ms`,
  );

  const runs: KilledRun[] = [];
  const sum = (pick: (run: KilledRun) => number): number => runs.reduce((total, run) => total + pick(run), 0);
  const killed = (): number => sum((run) => run.moments.length);
  while (killed() < kills && runs.length < 4 * kills) {
    const name = `run-${runs.length}`;
    const random = rng(seed, name);
    // Two runs in five are killed again while they resume.
    const wanted = Math.min(1 + (random.next() < 0.4 ? 1 + random.int(2) : 0), kills - killed());
    const run = await killedRun(join(folder, name), server, reference, random, wanted);
    runs.push(run);
    violations.push(...run.violations.map((text) => `${name}: ${text}`));
    onProgress?.(
      `${name}: killed after ${run.moments.join(", ") || "its end"} calls, ${killed()} of ${kills} kills, ${violations.length} violations`,
    );
  }
  if (killed() < kills) violations.push(`only ${killed()} of ${kills} kills hit a running process`);
  const cut = await truncate(join(folder, "whole", "runs"), cutBytes);
  violations.push(...cut.violations);
  const moments = runs.flatMap((run) => run.moments);
  return {
    seed,
    kills: killed(),
    runs: runs.length,
    calls,
    evaluations: reference.evaluations,
    killedAfterCalls: [Math.min(...moments), Math.max(...moments)],
    repeated: sum((run) => run.repeated),
    mostRepeated: Math.max(...runs.map((run) => run.mostRepeated)),
    inFlight: sum((run) => run.inFlight),
    cuts: cut.cuts,
    violations,
  };
}

async function uninterrupted(folder: string, server: Server): Promise<Reference> {
  mkdirSync(folder);
  const done = await runToEnd(folder, server.url);
  const lineOf = JSON.parse(readFileSync(join(folder, "sent.json"), "utf8")) as Record<string, string>;
  return {
    ...done,
    artifact: readFileSync(join(folder, "artifact.json"), "utf8"),
    lineOf,
    planned: new Set(Object.values(lineOf)),
  };
}

/** One run in a folder of its own: killed `wanted` times, each time followed by the same command, the last time to its end. */
async function killedRun(
  folder: string,
  server: Server,
  reference: Reference,
  random: Rng,
  wanted: number,
): Promise<KilledRun> {
  mkdirSync(folder);
  const { planned, lineOf } = reference;
  const violations: string[] = [];
  const moments: number[] = [];
  const start = server.lines().length;
  let lines: readonly string[] = server.lines();
  let journaled = new Set<string>();
  /** Calls in flight at the kills so far, and calls repeated so far: a call may wait for a later process to repeat it. */
  let inFlight = 0;
  let repeated = 0;
  let mostRepeated = 0;
  /** Holds what was sent since the last kill against what had been journaled by then. */
  const check = (now: readonly string[]): void => {
    const fresh = now.slice(lines.length);
    const paidTwice = fresh.filter((line) => journaled.has(line));
    if (paidTwice.length > 0)
      violations.push(`${paidTwice.length} journaled calls were made again, the first is ${paidTwice[0]}`);
    const earlier = new Set(now.slice(start, lines.length));
    const again = fresh.filter((line) => earlier.has(line)).length + fresh.length - new Set(fresh).size;
    repeated += again;
    mostRepeated = Math.max(mostRepeated, again);
    if (repeated > inFlight)
      violations.push(`${repeated} calls were repeated but ${inFlight} were in flight at the kills so far`);
    const strangers = fresh.filter((line) => !planned.has(line)).length;
    if (strangers > 0) violations.push(`${strangers} calls are not among those of the uninterrupted run`);
    lines = now;
  };
  for (let kill = 0; kill < wanted; kill++) {
    const left = Math.max(2, planned.size - new Set(lines.slice(start)).size);
    const hit = await killOnce(folder, server, random, left, reference.durationMs * (left / planned.size));
    check(await server.settledLines());
    const state = await journalState(join(folder, "runs"));
    journaled = new Set([...state.replied].map((key) => lineOf[key] ?? `an unforeseen call ${key}`));
    for (const line of journaled) if (!planned.has(line)) violations.push(`the journal holds ${line}`);
    if (!hit) break;
    moments.push(lines.length - start);
    // The journal keeps the orphans of earlier kills: those of this one came on top.
    const caught = state.inFlight - inFlight;
    inFlight = state.inFlight;
    if (caught > concurrency)
      violations.push(`${caught} calls in flight at the kill, with a concurrency of ${concurrency}`);
  }
  const done = await runToEnd(folder, server.url);
  check(await server.settledLines());
  const made = new Set(lines.slice(start));
  const missing = [...planned].filter((line) => !made.has(line)).length;
  if (missing > 0) violations.push(`${missing} calls of the uninterrupted run were never made`);
  if (done.orphans !== inFlight) violations.push(`${done.orphans} orphans reported, ${inFlight} found in the journal`);
  if (readFileSync(join(folder, "artifact.json"), "utf8") !== reference.artifact)
    violations.push("the artifact differs from the uninterrupted run's");
  rmSync(folder, { recursive: true, force: true });
  return { moments, repeated, mostRepeated, inFlight, violations };
}
