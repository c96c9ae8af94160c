import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { worlds } from "@cultivar/adapters/simulated";
import { messageOf, version } from "@cultivar/core";
import { parseNames, parseSeeds, parseShares, parseWhole } from "../flags.ts";
import { checkWritable, writeJson } from "../out-file.ts";
import { commandOf } from "./command.ts";
import { commitOf } from "./commit.ts";
import { contestants, everyone } from "./contestants.ts";
import { runAll } from "./pool.ts";
import type { RunRecord, RunSpec } from "./run-record.ts";
import { codeHash, runStore, searchCode } from "./run-store.ts";
import { full, quick } from "./scale.ts";
import { summarize } from "./summary.ts";
import { printTable } from "./table.ts";

const usage = `npm run bench -- [flags]: optimizers x worlds x seeds at equal budgets of metric calls, on simulated models
  --quick            small rows, budget and seeds: a look in five minutes (nothing is kept)
  --seeds 0..19      seeds of the runs; the worlds' rows and rules stay the same
  --worlds A,B       default all
  --optimizers A,B   default all of ${Object.keys(contestants).join(", ")};
                     by name only: ${Object.keys(everyone)
                       .filter((name) => !Object.hasOwn(contestants, name))
                       .join(", ")}
  --noise 0,0.1      shares of flipped metric calls
  --persistent       flips belong to rows, not to calls
  --budget N         metric calls per run
  --val N            val rows per run
  --json             one JSON object on stdout instead of tables
  --out FILE         writes that object too
  --report FILE      writes a self-contained HTML page
  --fresh            runs what an earlier invocation has already run
  --width N          processes; default one per core`;

/** Runs what is asked for and prints it. Returns the exit code: 1 when a run failed. */
async function main(): Promise<number> {
  const { values: flags } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      fresh: { type: "boolean", default: false },
      persistent: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
      seeds: { type: "string" },
      worlds: { type: "string" },
      optimizers: { type: "string" },
      noise: { type: "string" },
      budget: { type: "string" },
      val: { type: "string" },
      out: { type: "string" },
      report: { type: "string" },
      width: { type: "string" },
    },
  });
  if (flags.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  checkWritable(flags.out);
  checkWritable(flags.report);
  const scale = flags.quick ? quick : full;
  const chosen = {
    worlds: flags.worlds === undefined ? Object.keys(worlds) : parseNames("worlds", flags.worlds, Object.keys(worlds)),
    optimizers:
      flags.optimizers === undefined
        ? Object.keys(contestants)
        : parseNames("optimizers", flags.optimizers, Object.keys(everyone)),
    seeds: flags.seeds === undefined ? scale.seeds : parseSeeds(flags.seeds),
    noise: flags.noise === undefined ? scale.noise : parseShares(flags.noise),
    budget: flags.budget === undefined ? scale.budget : parseWhole("budget", flags.budget),
    rows: flags.val === undefined ? scale.rows : { ...scale.rows, val: parseWhole("val", flags.val) },
  };
  const specs = chosen.worlds.flatMap((world) =>
    chosen.noise.flatMap((noise) =>
      chosen.optimizers.flatMap((optimizer) =>
        chosen.seeds.map((seed): RunSpec => ({
          world,
          optimizer,
          seed,
          noise,
          persistent: flags.persistent,
          budget: chosen.budget,
          rows: chosen.rows,
        })),
      ),
    ),
  );
  const records = await recordsOf(
    specs,
    !flags.quick && !flags.fresh,
    flags.width === undefined ? availableParallelism() : parseWhole("width", flags.width),
  );
  const rows = summarize(records);
  const result = {
    command: commandOf("bench", process.argv.slice(2)),
    simulated: true,
    commit: commitOf(),
    seeds: chosen.seeds,
    rowsPerSplit: chosen.rows,
    node: process.version,
    versions: { "@cultivar/core": version },
    rows,
  };
  writeJson(flags.out, result);
  if (flags.report !== undefined) {
    const { renderReport } = await import("./report/render-report.ts");
    writeFileSync(flags.report, await renderReport(result, records));
  }
  process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : `${printTable(rows)}\n`);
  return records.some((record) => record.error !== undefined) ? 1 : 0;
}

/** The records of all specs, in their order: known ones as they are, the others run now. */
async function recordsOf(specs: readonly RunSpec[], keep: boolean, width: number): Promise<readonly RunRecord[]> {
  const code = codeHash(searchCode);
  const store = keep ? runStore(join(import.meta.dirname, "..", "..", ".runs", "runs.jsonl"), code) : undefined;
  const found = new Map<RunSpec, RunRecord>();
  for (const spec of specs) {
    const known = store?.get(spec);
    if (known !== undefined) found.set(spec, known);
  }
  const open = specs.filter((spec) => !found.has(spec));
  if (open.length < specs.length)
    process.stderr.write(`${specs.length - open.length} of ${specs.length} runs are known from before\n`);
  let done = 0;
  let saidAt = 0;
  await runAll(open, width, (spec, answer) => {
    const record: RunRecord = { ...spec, code, ...answer };
    found.set(spec, record);
    if (record.error === undefined) store?.add(record);
    else process.stderr.write(`${spec.optimizer} on ${spec.world}, seed ${spec.seed}: ${record.error}\n`);
    done++;
    if (done === open.length || performance.now() - saidAt > 10_000) {
      saidAt = performance.now();
      process.stderr.write(`${done} of ${open.length} runs done (${spec.world})\n`);
    }
  });
  return specs.map((spec) => found.get(spec)!);
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`bench: ${messageOf(error)}\n`);
    process.exitCode = 2;
  },
);
