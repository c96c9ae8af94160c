import { messageOf } from "@cultivar/core";
import {
  ablationTable,
  aboveList,
  callsTable,
  costTable,
  duelTable,
  failureList,
  meansTable,
  provenance,
  scoreTable,
  titleOf,
} from "./markdown-tables.ts";
import { levelsOf, readResults } from "./result-file.ts";

const usage = `npm run bench:tables -- FILE... [--duel A B]... [--ablation A]
  Turns what bench and bench:peers wrote with --out into the tables of benchmarks/README.md. Rows of several files stand in
  one table where noise, budget and sizes are the same. --duel A B sets two optimizers against each other, paired by seed;
  --ablation A every other one against A, over all levels.`;

/** Files and pairs of names. Throws for a flag that isn't known. */
export function readArguments(args: readonly string[]): {
  readonly files: readonly string[];
  readonly duels: readonly (readonly [string, string])[];
  readonly ablation?: string;
} {
  const files: string[] = [];
  const duels: (readonly [string, string])[] = [];
  let ablation: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--duel") {
      const [challenger, other] = [args[++i], args[++i]];
      if (!isName(challenger) || !isName(other)) throw new Error("--duel: expected two names");
      duels.push([challenger, other]);
    } else if (arg === "--ablation") {
      ablation = args[++i];
      if (!isName(ablation)) throw new Error("--ablation: expected a name");
    } else if (arg.startsWith("-")) throw new Error(`${arg}: no such flag\n${usage}`);
    else files.push(arg);
  }
  if (files.length === 0) throw new Error(`expected files\n${usage}`);
  return { files, duels, ...(ablation !== undefined && { ablation }) };
}

function isName(arg: string | undefined): arg is string {
  return arg !== undefined && !arg.startsWith("--");
}

/** All tables of some result files. */
export function markdownOf(
  paths: readonly string[],
  duels: readonly (readonly [string, string])[],
  ablation?: string,
): string {
  const files = paths.map(readResults);
  const parts = [provenance(files)];
  const levels = levelsOf(files);
  const known = new Set(levels.flatMap(({ rows }) => rows.map(({ optimizer }) => optimizer)));
  const unknown = duels.flat().find((name) => !known.has(name));
  if (unknown !== undefined) throw new Error(`--duel: expected two of ${[...known].join(", ")}, got ${unknown}`);
  for (const level of levels) {
    const lists = [failureList(level, files), aboveList(level)];
    parts.push(
      `### ${titleOf(level)}`,
      "Test score of the returned candidate in points, mean and half the width of its 95 % interval.",
      scoreTable(level),
      "Means over worlds; worse: runs that ended more than a point below the baseline.",
      meansTable(level),
      "Metric calls per run as counted, in brackets as reported.",
      callsTable(level),
      "Means over worlds, per run.",
      costTable(level),
      ...lists.filter((list) => list !== ""),
      ...duels.flatMap(([challenger, other]) => duelTable(level, challenger, other) ?? []),
    );
  }
  if (ablation !== undefined) {
    const found = ablationTable(levels, ablation);
    if (found === undefined) throw new Error(`--ablation: expected one of ${[...known].join(", ")}, got ${ablation}`);
    parts.push(found);
  }
  return parts.join("\n\n");
}

if (process.argv[1] === import.meta.filename) {
  try {
    const args = process.argv.slice(2);
    if (args.includes("--help")) process.stdout.write(`${usage}\n`);
    else {
      const { files, duels, ablation } = readArguments(args);
      process.stdout.write(`${markdownOf(files, duels, ablation)}\n`);
    }
  } catch (error) {
    process.stderr.write(`markdown: ${messageOf(error)}\n`);
    process.exitCode = 2;
  }
}
