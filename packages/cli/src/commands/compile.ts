import type { CompileResult } from "@cultivar/core";
import { plan } from "@cultivar/core";
import { codeOf } from "../config/code.ts";
import { loadConfig } from "../config/load-config.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import { exitCodes } from "../exit-codes.ts";
import { upToDateLines } from "../format/freshness.ts";
import { planLine, planObject } from "../format/plan.ts";
import { physicalEnds, reportLines } from "../format/report.ts";
import { oneLine } from "../format/safe-text.ts";
import type { CommonFlags, Io } from "../io.ts";
import { printJson } from "../io.ts";
import { askConsent } from "../consent.ts";
import type { ReadyTarget, Standing } from "../ready-target.ts";
import { closing, pickTargets, readyTarget, shownPath, standingOf } from "../ready-target.ts";
import { resultObject, storedObject } from "../result-object.ts";
import { runTarget } from "../run-target.ts";

export interface CompileFlags extends CommonFlags {
  readonly check?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  /** The journal of exactly this run. */
  readonly run?: string;
}

interface Outcome {
  readonly object: Readonly<Record<string, unknown>>;
  readonly code: number;
}

/** Compiles targets one after another. Returns the exit code. */
export async function compileCommand(io: Io, names: readonly string[], flags: CompileFlags): Promise<number> {
  const loaded = await loadConfig(io.cwd, flags.config);
  const code = codeOf(loaded.file);
  const outcomes: Outcome[] = [];
  for (const name of pickTargets(loaded, names)) {
    const ready = readyTarget(loaded, name, code, (text) => io.err(`note  ${oneLine(text, 300)}\n`));
    const outcome = await closing(ready, compileOne(io, loaded, ready, flags));
    outcomes.push(outcome);
    if (outcome.code === exitCodes.interrupted) break;
  }
  if (flags.json === true) printJson(io, { targets: outcomes.map(({ object }) => object) });
  return Math.max(...outcomes.map((outcome) => outcome.code));
}

async function compileOne(io: Io, loaded: LoadedConfig, ready: ReadyTarget, flags: CompileFlags): Promise<Outcome> {
  const say = (lines: readonly string[]): void => io[flags.json === true ? "err" : "out"](`${lines.join("\n")}\n`);
  const artifact = shownPath(io.cwd, ready.artifactFile);
  const standing = await standingOf(ready);
  if (flags.run === undefined && standing.upToDate && standing.artifact !== undefined) {
    if (flags.json !== true) say(upToDateLines(standing.artifact, artifact, ready.simulated));
    return { object: storedObject(standing.artifact, artifact, ready.simulated), code: exitCodes.ok };
  }
  if (flags.check === true) return stale(io, ready, standing, artifact);
  const planned = await plan(ready.program, ready.target as never);
  const line = planLine(ready.name, planned, {
    budget: ready.target.budget,
    concurrency: ready.target.concurrency ?? 16,
    simulated: ready.simulated,
  });
  if (flags.dryRun === true) {
    if (flags.json !== true) say([line, `because   ${standing.why ?? ""}; no call was made`]);
    return { object: planObject(ready.name, planned, ready.simulated, standing.why), code: exitCodes.ok };
  }
  io.err(`${line}\n`);
  if (standing.upToDate)
    io.err(`note  this run has finished: it is replayed, and what is journaled costs nothing again\n`);
  if (standing.why !== undefined) io.err(`because   ${oneLine(standing.why, 300)}\n`);
  await askConsent(io, ready, flags.yes === true);
  const run = await runTarget(io, ready, flags.run);
  if (run.result === undefined) {
    io.err(`${ready.name}: interrupted; what was paid for is journaled, and the same command goes on from there\n`);
    return {
      object: { target: ready.name, status: "interrupted", simulated: ready.simulated },
      code: exitCodes.interrupted,
    };
  }
  const around = {
    elapsedMs: run.elapsedMs,
    resumed: run.resumed,
    artifact,
    next: nextSteps(io, loaded, ready),
    simulated: ready.simulated,
  };
  const { object, report } = resultObject(run.result, around);
  if (flags.json !== true) say(reportLines(report));
  return { object, code: exitCodeFor(run.result) };
}

/** A limit ended the search or its test report, or models did not answer while test was scored. */
function exitCodeFor({ end, incomplete }: CompileResult): number {
  if (incomplete?.reason === "outage") return exitCodes.provider;
  return physicalEnds.has(end) || incomplete !== undefined ? exitCodes.budget : exitCodes.ok;
}

function stale(io: Io, ready: ReadyTarget, standing: Standing, artifact: string): Outcome {
  const why = standing.why ?? "it would be built anew";
  io.err(
    `${ready.name}: ${artifact} is not up to date: ${oneLine(why, 300)}; run \`npx cultivar compile ${ready.name}\` and check the file in\n`,
  );
  return {
    object: { target: ready.name, status: "stale", why, changed: standing.changed, artifact },
    code: exitCodes.stale,
  };
}

function nextSteps(io: Io, { folder }: LoadedConfig, { name }: ReadyTarget): readonly string[] {
  const where = shownPath(io.cwd, folder);
  const enter = where === "." ? "" : `cd ${where} && `;
  return [
    `${enter}npx cultivar prompt ${name}    # what is sent now, as plain messages`,
    `${enter}npx cultivar eval ${name} --rows rows.jsonl    # every verdict`,
  ];
}
