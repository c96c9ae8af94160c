import type { Candidate, Evaluation, ExampleRow, Row } from "@cultivar/core";
import { CultivarError, evaluate, load, pairedDifference, plan } from "@cultivar/core";
import { writeFileAtomically } from "@cultivar/core/node";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { isArtifact } from "../config/artifact-name.ts";
import { codeOf } from "../config/code.ts";
import { loadConfig } from "../config/load-config.ts";
import { askConsent } from "../consent.ts";
import { interrupts } from "../interrupts.ts";
import { exitCodes } from "../exit-codes.ts";
import { evalLines, evalObject } from "../format/evaluation.ts";
import type { Evaluated } from "../format/evaluation.ts";
import { planLine } from "../format/plan.ts";
import { counted } from "../format/quantities.ts";
import { oneLine } from "../format/safe-text.ts";
import type { CommonFlags, Io } from "../io.ts";
import { printJson } from "../io.ts";
import type { ReadyTarget } from "../ready-target.ts";
import {
  closing,
  pickTargets,
  readArtifact,
  readyTarget,
  requireWritable,
  shownPath,
  standingOf,
} from "../ready-target.ts";

export interface EvalFlags extends CommonFlags {
  readonly split?: string;
  readonly rows?: string;
  readonly yes?: boolean;
}

type SplitName = "train" | "val" | "test";

/** Scores baseline and artifact of each target on the same rows. Returns the exit code. */
export async function evalCommand(io: Io, names: readonly string[], flags: EvalFlags): Promise<number> {
  const loaded = await loadConfig(io.cwd, flags.config);
  const code = codeOf(loaded.file);
  const lines: string[] = [];
  const results: Evaluated[] = [];
  const rowsFile = flags.rows === undefined ? undefined : rowsFileOf(io, flags.rows);
  for (const name of pickTargets(loaded, names)) {
    const ready = readyTarget(loaded, name, code, (text) => io.err(`note  ${oneLine(text, 300)}\n`));
    if (ready.paid.length > 0) io.err(`${await expected(ready, flags.split)}\n`);
    await askConsent(io, ready, flags.yes === true);
    const { evaluated, rows } = await closing(ready, evalOne(io, ready, flags.split));
    results.push(evaluated);
    lines.push(...rows.map((row) => JSON.stringify(row)));
    if (flags.json !== true) io.out(`${evalLines(evaluated).join("\n")}\n`);
  }
  if (rowsFile !== undefined) {
    await writeFileAtomically(rowsFile, lines.map((line) => `${line}\n`).join(""));
    io.err(`rows      ${shownPath(io.cwd, rowsFile)} (${counted(lines.length, "line")})\n`);
  }
  if (flags.json === true) printJson(io, { targets: results.map(evalObject) });
  return exitCodes.ok;
}

/** Where `--rows` goes; told before anything is paid for when it cannot. */
function rowsFileOf(io: Io, name: string): string {
  const file = resolve(io.cwd, name);
  if (isArtifact(file)) {
    throw new CultivarError(
      "config",
      `--rows ${name}: expected a file for the rows, got the name of an artifact; name another, say rows.jsonl`,
    );
  }
  requireWritable(file, "rows");
  return file;
}

/** What is shown before a paid evaluation: core's estimate for a compile, in the share that is scored here. */
async function expected(ready: ReadyTarget, wanted: string | undefined): Promise<string> {
  const { name, program, target, artifactFile, simulated } = ready;
  const rows = (target.data[splitOf(ready, wanted)] as readonly ExampleRow[]).length;
  const scored = existsSync(artifactFile) ? 2 * rows : rows;
  const {
    calls = 0,
    usd,
    testRows,
    unpriced,
  } = await plan(program, { ...target, budget: { evaluations: 1 } } as never);
  const share = scored / (1 + 2 * testRows);
  const { evaluations: _, ...budget } = target.budget;
  const planned = { evaluations: scored, calls: calls * share, usd: usd && usd * share, testRows: 0, unpriced };
  return planLine(name, planned, { budget, concurrency: target.concurrency ?? 16, simulated, proposes: false });
}

async function evalOne(
  io: Io,
  ready: ReadyTarget,
  wanted: string | undefined,
): Promise<{ readonly evaluated: Evaluated; readonly rows: readonly unknown[] }> {
  const { name, program, target, artifactFile, simulated } = ready;
  const split = splitOf(ready, wanted);
  const data = target.data[split] as readonly ExampleRow[];
  const candidate = existsSync(artifactFile) ? load(program, await readArtifact(artifactFile)) : undefined;
  if (candidate === undefined)
    io.err(`${name}: no artifact yet, so only the baseline is scored; run \`npx cultivar compile ${name}\`\n`);
  else await noteStale(io, ready);
  const { signal, stop } = interrupts(io, "calls in flight go to the cache first");
  const { metric, concurrency, seed, cache } = target;
  const { evaluations: _, ...budget } = target.budget;
  const score = async (of: Candidate | undefined): Promise<Evaluation> =>
    evaluate(program, {
      ...(target.models === undefined ? {} : { models: target.models }),
      ...(of !== undefined && { candidate: of }),
      data,
      metric,
      budget,
      signal,
      ...(concurrency !== undefined && { concurrency }),
      ...(seed !== undefined && { seed }),
      ...(cache !== undefined && { cache }),
    } as never);
  try {
    const baseline = await score(undefined);
    const best = candidate === undefined ? undefined : await score(candidate);
    const range = typeof metric === "function" ? ([0, 1] as const) : metric.range;
    const rows = [
      ...rowsOf(name, split, "baseline", data, baseline),
      ...(best === undefined ? [] : rowsOf(name, split, "artifact", data, best)),
    ];
    return { evaluated: compared({ target: name, split, simulated, baseline, best }, range), rows };
  } catch (error) {
    if (signal.aborted)
      throw new CultivarError(
        "aborted",
        `${name}: interrupted; run the same command again: cached answers are not paid for twice`,
        { cause: error },
      );
    throw error;
  } finally {
    stop();
  }
}

/** An artifact of other inputs is scored all the same, and said. */
async function noteStale(io: Io, ready: ReadyTarget): Promise<void> {
  const { upToDate, why = "" } = await standingOf(ready);
  if (!upToDate) io.err(`note  ${ready.name}: the artifact is not up to date (${oneLine(why, 200)})\n`);
}

/** The split asked for, else the strictest there is. */
function splitOf({ name, target }: ReadyTarget, wanted: string | undefined): SplitName {
  const known = (["test", "val", "train"] as const).filter((split) => target.data[split] !== undefined);
  const split = wanted ?? known[0];
  if (!known.includes(split as SplitName)) {
    throw new CultivarError(
      "data",
      `${name}: expected --split to be one of ${known.join(", ")} (what data holds), got ${JSON.stringify(split)}`,
    );
  }
  return split as SplitName;
}

function compared(
  parts: Pick<Evaluated, "target" | "split" | "simulated"> & {
    readonly baseline: Evaluation;
    readonly best: Evaluation | undefined;
  },
  [worst, top]: readonly [number, number],
): Evaluated {
  const { baseline, best } = parts;
  if (best === undefined) return { ...parts, difference: undefined, fixed: [], broken: [] };
  const middle = (worst + top) / 2;
  const changed = (from: readonly Row[], to: readonly Row[]): readonly string[] =>
    from.flatMap(({ id, score }, i) =>
      score !== undefined && score < middle && (to[i]?.score ?? -Infinity) >= middle ? [id] : [],
    );
  const scores = ({ rows }: Evaluation): readonly (number | undefined)[] => rows.map((row) => row.score);
  return {
    ...parts,
    difference: pairedDifference(scores(baseline), scores(best)),
    fixed: changed(baseline.rows, best.rows),
    broken: changed(best.rows, baseline.rows),
  };
}

/** A row as `--rows` writes it: everything needed to look into one verdict. */
function rowsOf(
  target: string,
  split: SplitName,
  candidate: string,
  data: readonly ExampleRow[],
  { rows }: Evaluation,
): readonly unknown[] {
  return rows.map((row, index) => ({
    target,
    split,
    candidate,
    index,
    id: row.id,
    score: row.score ?? null,
    input: data[index]!.input,
    expected: data[index]!.expected ?? null,
    output: row.trace?.output ?? null,
    ...(row.feedback !== undefined && { feedback: row.feedback }),
    ...(row.failure !== undefined && { failure: row.failure }),
  }));
}
