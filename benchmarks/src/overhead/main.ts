import { spawnSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { messageOf, version } from "@cultivar/core";
import { commandOf } from "../comparison/command.ts";
import { commitOf } from "../comparison/commit.ts";
import { checkWritable, writeJson } from "../out-file.ts";
import { calls } from "./calls.ts";
import { rootFolder } from "./child.ts";
import { evaluation } from "./evaluate.ts";
import { http } from "./http.ts";
import { imports } from "./imports.ts";
import { journal } from "./journal.ts";
import { pipeline } from "./pipeline.ts";
import { printSection } from "./print.ts";
import { samplers } from "./samplers.ts";
import { scale } from "./scale.ts";
import { search } from "./scale-search.ts";
import type { Section } from "./section.ts";
import { types } from "./types.ts";
import { packageVersions } from "./versions.ts";
import { wall } from "./wall.ts";

const sections = {
  calls,
  http,
  imports,
  evaluate: evaluation,
  journal,
  types,
  scale,
  search,
  wall,
  pipeline,
  samplers,
};
type SectionName = keyof typeof sections;

const usage = `npm run bench:overhead -- [flags]: what the framework costs per call, row, import, journal record, type check, step and suggestion
  --quick         shorter
  --only SECTION  one of ${Object.keys(sections).join(", ")}; may be given several times
  --cap SECONDS   CPU that one run of scale (default 120, 20 with --quick) or search (200, 30) may take
  --no-build      measures the build that is there
  --json          one JSON object on stdout instead of tables
  --out FILE      writes that object too`;

/** Measures what is asked for and prints it. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      only: { type: "string", multiple: true },
      out: { type: "string" },
      cap: { type: "string" },
      build: { type: "boolean", default: true },
      help: { type: "boolean", default: false },
    },
    allowNegative: true,
  });
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const names = (values.only ?? Object.keys(sections)).map((name) => {
    if (Object.hasOwn(sections, name)) return name as SectionName;
    throw new Error(`--only: expected one of ${Object.keys(sections).join(", ")}, got ${JSON.stringify(name)}`);
  });
  const capSeconds = values.cap === undefined ? undefined : Number(values.cap);
  if (capSeconds !== undefined && !(capSeconds > 0))
    throw new Error(`--cap: expected seconds above 0, got ${JSON.stringify(values.cap)}`);
  const effort = { quick: values.quick, ...(capSeconds !== undefined && { capSeconds }) };
  checkWritable(values.out);
  if (values.build) build();

  const found: Section[] = [];
  for (const name of names) {
    process.stderr.write(`measuring ${name}\n`);
    const section = await sections[name](effort);
    found.push(section);
    if (!values.json) process.stdout.write(printSection(section));
  }
  const result = {
    command: commandOf("bench:overhead", process.argv.slice(2)),
    commit: commitOf(),
    seeds: "the rows of wall are those of seed 7; scores of scale are drawn from row and candidate",
    node: process.version,
    load: loadavg(),
    cpu: `${cpus().length} x ${cpus()[0]?.model ?? "unknown"}`,
    versions: { "@cultivar/core": version, ...packageVersions(["@ax-llm/ax", "ai", "openai", "zod"]) },
    sections: found,
  };
  writeJson(values.out, result);
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
}

/** What users install is the build, so that is what is measured: makes it fresh. */
function build(): void {
  const bin = join(rootFolder, "node_modules", ".bin");
  const { status, stderr } = spawnSync(process.execPath, [join(rootFolder, "scripts", "build.mjs")], {
    cwd: rootFolder,
    encoding: "utf8",
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}` },
  });
  if (status !== 0)
    process.stderr.write(`the build has errors; what follows measures what it left:\n${stderr.slice(0, 1000)}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`bench:overhead: ${messageOf(error)}\n`);
  process.exitCode = 2;
});
