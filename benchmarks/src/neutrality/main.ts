import { worlds } from "@cultivar/adapters/simulated";
import { messageOf } from "@cultivar/core";
import { parseArgs } from "node:util";
import { commandOf } from "../comparison/command.ts";
import { commitOf } from "../comparison/commit.ts";
import { parseNames, parseWhole } from "../flags.ts";
import { checkWritable, writeJson } from "../out-file.ts";
import type { Compared, ComparedTeacher } from "./compare.ts";
import { compareStudents, compareTeachers, overWorlds } from "./compare.ts";

const usage = `npm run bench:neutrality -- [flags]: whether every framework's prompts serve the simulated models as well as ours
  --rows N         rows per prompt of a student; default 1000
  --reflections N  groups of three rows that are put to a teacher; default 400
  --draws N        simulated models that answer each; default 10
  --worlds A,B     default all
  --json           one JSON object on stdout instead of lines
  --out FILE       writes that object too
Exits with 1 when a framework differs.`;

/** Prints a line per comparison. Returns the exit code: 1 when a framework differs. */
async function main(): Promise<number> {
  const { values: flags } = parseArgs({
    options: {
      rows: { type: "string", default: "1000" },
      reflections: { type: "string", default: "400" },
      draws: { type: "string", default: "10" },
      worlds: { type: "string" },
      json: { type: "boolean", default: false },
      out: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (flags.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  checkWritable(flags.out);
  const size = {
    rows: parseWhole("rows", flags.rows),
    reflections: parseWhole("reflections", flags.reflections),
    draws: parseWhole("draws", flags.draws),
  };
  const every = Object.keys(worlds);
  const names = flags.worlds === undefined ? every : parseNames("worlds", flags.worlds, every);
  const counts = { same: 0, known: 0, differ: 0 };
  const lines: string[] = [];
  const tell = (one: Compared): void => {
    const verdict = one.same ? "same" : one.known === undefined ? "differ" : "known";
    counts[verdict]++;
    lines.push(`${verdict.toUpperCase().padEnd(6)} ${one.line}${verdict === "known" ? `: ${one.known!}` : ""}`);
    if (!flags.json) process.stdout.write(`${lines.at(-1)!}\n`);
  };
  const taught: ComparedTeacher[] = [];
  for (const world of Object.values(worlds).filter(({ name }) => names.includes(name))) {
    const teachers = await compareTeachers(world, size);
    for (const one of [...(await compareStudents(world, size)), ...teachers]) tell(one);
    taught.push(...teachers.filter(({ known }) => known === undefined));
  }
  for (const one of overWorlds(taught)) tell(one);
  const { same, known, differ } = counts;
  const result = {
    command: commandOf("bench:neutrality", process.argv.slice(2)),
    simulated: true,
    commit: commitOf(),
    node: process.version,
    ...size,
    ...counts,
    lines,
  };
  writeJson(flags.out, result);
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(result)}\n`
      : `${same} comparisons are the same, ${known} are known to differ, ${differ} differ\n`,
  );
  return differ > 0 ? 1 : 0;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`bench:neutrality: ${messageOf(error)}\n`);
    process.exitCode = 2;
  },
);
