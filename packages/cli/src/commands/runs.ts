import type { JournalRecord, JournalStore } from "@cultivar/core";
import { CultivarError, isCultivarError } from "@cultivar/core";
import { fileJournalStore } from "@cultivar/core/node";
import { dirname } from "node:path";
import { findConfig } from "../config/load-config.ts";
import { exitCodes } from "../exit-codes.ts";
import { runLines, runTable, summaryOf } from "../format/runs.ts";
import type { RunSummary } from "../format/runs.ts";
import type { CommonFlags, Io } from "../io.ts";
import { printJson } from "../io.ts";
import { runsFolder } from "../ready-target.ts";
import type { CompileFlags } from "./compile.ts";
import { compileCommand } from "./compile.ts";

/** Lists the journaled runs beside the config. Returns the exit code. */
export async function runsListCommand(io: Io, flags: CommonFlags): Promise<number> {
  const store = runsBesideConfig(io, flags);
  const runs: RunSummary[] = [];
  for (const name of await store.list()) runs.push(await read(store, name));
  if (flags.json === true) printJson(io, { runs });
  else if (runs.length === 0) io.out("no runs yet; `npx cultivar compile` makes one\n");
  else io.out(`${runTable(runs).join("\n")}\n`);
  return exitCodes.ok;
}

/** Shows what one run was made from and what it did. Returns the exit code. */
export async function runsShowCommand(io: Io, name: string, flags: CommonFlags): Promise<number> {
  const store = runsBesideConfig(io, flags);
  const run = await read(store, await known(store, name));
  if (flags.json === true) printJson(io, run);
  else io.out(`${runLines(run).join("\n")}\n`);
  return exitCodes.ok;
}

/** Goes on with exactly this run; refuses when its inputs have changed since. Returns the exit code. */
export async function runsResumeCommand(io: Io, name: string, flags: CompileFlags): Promise<number> {
  const store = runsBesideConfig(io, flags);
  const run = await read(store, await known(store, name));
  if (run.target === undefined) {
    throw new CultivarError(
      "journal",
      `run ${name}: expected a journal that says its target, got ${run.state === "running" ? "one that another process holds; wait for it or stop it" : "an empty one; run `npx cultivar compile`"}`,
    );
  }
  return compileCommand(io, [run.target], { ...flags, run: run.name });
}

function runsBesideConfig(io: Io, flags: CommonFlags): JournalStore {
  return fileJournalStore({ directory: runsFolder(dirname(findConfig(io.cwd, flags.config))) });
}

/** Names may be shortened to what is unique. */
async function known(store: JournalStore, name: string): Promise<string> {
  const all = await store.list();
  const found = all.includes(name) ? [name] : all.filter((other) => other.startsWith(name));
  if (found.length === 1) return found[0]!;
  const list = found.length > 1 ? found : all;
  throw new CultivarError(
    "config",
    `runs: expected the name of one run, got ${JSON.stringify(name)}; ${list.length === 0 ? "there are no runs yet" : `name one of ${list.join(", ")}`}`,
  );
}

async function read(store: JournalStore, name: string): Promise<RunSummary> {
  const records: JournalRecord[] = [];
  try {
    const journal = await store.open(name);
    try {
      for await (const record of journal.read()) records.push(record);
    } finally {
      await journal.close();
    }
  } catch (error) {
    if (isCultivarError(error, "locked")) return summaryOf(name, [], "running");
    if (isCultivarError(error, "journal")) return summaryOf(name, records, "damaged");
    throw error;
  }
  return summaryOf(name, records);
}
