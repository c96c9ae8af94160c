import { join } from "node:path";
import { parseArgs } from "node:util";
import { worlds } from "@cultivar/adapters/simulated";
import { limit, messageOf, version } from "@cultivar/core";
import { commandOf } from "../comparison/command.ts";
import { commitOf } from "../comparison/commit.ts";
import type { RunRecord, RunSpec } from "../comparison/run-record.ts";
import { codeHash, runStore, searchCode, sourcesIn, worldCode } from "../comparison/run-store.ts";
import { full, quick } from "../comparison/scale.ts";
import { summarize } from "../comparison/summary.ts";
import { printTable } from "../comparison/table.ts";
import { parseNames, parseSeeds, parseShares, parseWhole } from "../flags.ts";
import { checkWritable, writeJson } from "../out-file.ts";
import type { Versions } from "./missing.ts";
import { requirements } from "./missing.ts";
import { servePeers } from "./peer-server.ts";
import { defaultPython, isPython, peerNames, peers } from "./peers.ts";
import type { Check, Setting } from "./run-peer.ts";
import { checkPeer, passes, runPeer } from "./run-peer.ts";

const usage = `npm run bench:peers -- [flags]: other frameworks' optimizers on the same worlds, rows, metric, budget and seeds, over HTTP
  --peers A,B        default all of ${Object.keys(peers).join(", ")};
                     ours:<optimizer> runs one of ours over the same server
  --worlds A,B       default all
  --seeds 0..19      seeds of the runs
  --noise 0,0.1      shares of flipped metric calls; default 0
  --persistent       flips belong to rows, not to calls
  --budget N         metric calls per run
  --val N            val rows per run
  --quick            small rows, budget and seeds
  --check            runs no search: says how far each port's program is from the world's own (--budget and --val say nothing then)
  --python PATH      default CULTIVAR_PEERS_PYTHON, else benchmarks/peers/.venv/bin/python
  --timeout N        seconds that one run of a port may take; default 3600
  --json             one JSON object on stdout instead of tables
  --out FILE         writes that object too
  --fresh            runs what an earlier invocation has already run
  --width N          runs at a time; default 2`;

const options = {
  peers: { type: "string" },
  worlds: { type: "string" },
  seeds: { type: "string" },
  noise: { type: "string" },
  persistent: { type: "boolean", default: false },
  budget: { type: "string" },
  val: { type: "string" },
  quick: { type: "boolean", default: false },
  check: { type: "boolean", default: false },
  python: { type: "string" },
  timeout: { type: "string", default: "3600" },
  json: { type: "boolean", default: false },
  out: { type: "string" },
  fresh: { type: "boolean", default: false },
  width: { type: "string", default: "2" },
  help: { type: "boolean", default: false },
} as const;

type Flags = ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];

const pythonPath = "benchmarks/peers/python";

/** Test rows of a check: the student's own draws differ by less than a point over that many. */
const checkRows = 2000;

/** A column that could not be measured. */
interface Missing {
  readonly peer: string;
  readonly why: string;
}

/** Runs what is asked for and prints it. Returns the exit code: 1 when a check failed, 0 otherwise. */
async function main(): Promise<number> {
  const { values: flags } = parseArgs({ options });
  if (flags.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const timeoutMs = 1000 * parseWhole("timeout", flags.timeout);
  checkWritable(flags.out);
  const named = flags.peers === undefined ? Object.keys(peers) : parseNames("peers", flags.peers, peerNames());
  const python = flags.python ?? defaultPython();
  const { able, missing, versions } = sort(named, python);
  for (const { peer, why } of missing) process.stderr.write(`${peer} is left out: ${why}\n`);
  const server = await servePeers();
  const setting: Setting = { server, python, timeoutMs };
  try {
    return flags.check
      ? await check(setting, flags, able, missing)
      : await compare(setting, flags, able, missing, versions);
  } finally {
    await server.close();
  }
}

function sort(
  named: readonly string[],
  python: string,
): { readonly able: readonly string[]; readonly missing: readonly Missing[]; readonly versions: Versions } {
  const able: string[] = [];
  const missing: Missing[] = [];
  let versions: Versions = {};
  for (const name of named) {
    const peer = peers[name];
    const found = peer === undefined ? { versions: {} } : requirements(peer, python);
    if ("why" in found) missing.push({ peer: name, why: found.why });
    else {
      able.push(name);
      versions = { ...versions, ...found.versions };
    }
  }
  return { able, missing, versions };
}

async function compare(
  setting: Setting,
  flags: Flags,
  able: readonly string[],
  missing: readonly Missing[],
  versions: Versions,
): Promise<number> {
  const scale = flags.quick ? quick : full;
  const seeds = flags.seeds === undefined ? scale.seeds : parseSeeds(flags.seeds);
  const specs = worldsOf(flags).flatMap((world) =>
    (flags.noise === undefined ? [0] : parseShares(flags.noise)).flatMap((noise) =>
      able.flatMap((optimizer) =>
        seeds.map((seed) => ({ ...specOf(flags, world, optimizer), seed, noise, persistent: flags.persistent })),
      ),
    ),
  );
  const records = await recordsOf(setting, specs, !flags.fresh, parseWhole("width", flags.width));
  const rows = summarize(records);
  const result = {
    command: commandOf("bench:peers", process.argv.slice(2)),
    simulated: true,
    commit: commitOf(),
    seeds,
    rowsPerSplit: rowsOf(flags),
    node: process.version,
    versions: { "@cultivar/core": version, ...versions },
    missing,
    rows,
  };
  print(flags, result, `${printTable(rows)}${left(missing)}\n`);
  return 0;
}

async function check(
  setting: Setting,
  flags: Flags,
  able: readonly string[],
  missing: readonly Missing[],
): Promise<number> {
  const specs = worldsOf(flags).flatMap((world) =>
    able
      .filter((name) => peers[name] !== undefined)
      .map((name) => ({ ...specOf(flags, world, name), rows: { ...full.rows, test: flags.quick ? 300 : checkRows } })),
  );
  if (specs.length === 0) throw new Error("--check: none of the peers asked for has a port that can run here");
  const lanes = limit(parseWhole("width", flags.width));
  const checks = await Promise.all(specs.map((spec) => lanes(() => checkPeer(setting, spec))));
  const result = { simulated: true, missing, checks: checks.map((one) => ({ ...one, passes: passes(one) })) };
  print(flags, result, `${checks.map(lineOf).join("\n")}${left(missing)}\n`);
  return checks.every(passes) ? 0 : 1;
}

function lineOf(one: Check): string {
  const { peer, world, baseline, oracle, error } = one;
  const shown = (found: Check["baseline"]): string =>
    found === undefined
      ? "-"
      : `${points(found.score)} (own program ${points(found.expected)}, difference ${points(found.score - found.expected)} +- ${points(found.standardError)})`;
  const said = error ?? `baseline ${shown(baseline)}, oracle ${shown(oracle)}`;
  return `${passes(one) ? "same" : "DIFFERS"}  ${peer} on ${world}: ${said}`;
}

const points = (share: number): string => (100 * share).toFixed(1);

function left(missing: readonly Missing[]): string {
  return missing.map(({ peer, why }) => `\nnot measured: ${peer}: ${why}`).join("");
}

function worldsOf(flags: Flags): readonly string[] {
  const known = Object.keys(worlds);
  return flags.worlds === undefined ? known : parseNames("worlds", flags.worlds, known);
}

function specOf(flags: Flags, world: string, optimizer: string): RunSpec {
  const scale = flags.quick ? quick : full;
  const budget = flags.budget === undefined ? scale.budget : parseWhole("budget", flags.budget);
  return { world, optimizer, seed: 0, noise: 0, persistent: false, budget, rows: rowsOf(flags) };
}

function rowsOf(flags: Flags): RunSpec["rows"] {
  const { rows } = flags.quick ? quick : full;
  return flags.val === undefined ? rows : { ...rows, val: parseWhole("val", flags.val) };
}

/** The records of all specs, in their order: known ones as they are, the others run now. */
async function recordsOf(
  setting: Setting,
  specs: readonly RunSpec[],
  keep: boolean,
  width: number,
): Promise<readonly RunRecord[]> {
  const codes = new Map([...new Set(specs.map(({ optimizer }) => optimizer))].map((name) => [name, codeOf(name)]));
  const path = join(import.meta.dirname, "..", "..", ".runs", "peers.jsonl");
  const stores = new Map([...codes].flatMap(([name, code]) => (keep ? [[name, runStore(path, code)] as const] : [])));
  const lanes = limit(width);
  let done = 0;
  const run = async (spec: RunSpec): Promise<RunRecord> => {
    const record = await recordOf(setting, spec, codes.get(spec.optimizer)!);
    if (record.error === undefined) stores.get(spec.optimizer)?.add(record);
    done++;
    const said = record.error ?? points(record.outcome.score);
    process.stderr.write(`${done} done: ${spec.optimizer} on ${spec.world}, seed ${spec.seed}: ${said}\n`);
    return record;
  };
  return Promise.all(specs.map(async (spec) => stores.get(spec.optimizer)?.get(spec) ?? lanes(() => run(spec))));
}

async function recordOf(setting: Setting, spec: RunSpec, code: string): Promise<RunRecord> {
  try {
    return { ...spec, code, outcome: await runPeer(setting, spec) };
  } catch (error) {
    return { ...spec, code, error: messageOf(error) };
  }
}

/** What a run goes through in this folder: all but this file and what says which peers can run. */
const portFiles = sourcesIn("benchmarks/src/peers").filter((path) => !/\/(?:main|missing)\.ts$/.test(path));

/** Hash of all code that a peer's run goes through: its worlds and its port, or our optimizers where they are ours. */
function codeOf(name: string): string {
  const shared = [...portFiles, ...["lm.py", "port.py", "requirements.txt"].map((file) => `${pythonPath}/${file}`)];
  const peer = peers[name];
  if (peer === undefined) return codeHash([...searchCode, ...shared]);
  return codeHash([...worldCode, ...shared, ...(isPython(peer) ? [`${pythonPath}/${peer.file}`] : [])]);
}

function print(flags: Flags, result: unknown, text: string): void {
  writeJson(flags.out, result);
  process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : text);
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`bench:peers: ${messageOf(error)}\n`);
    process.exitCode = 2;
  },
);
