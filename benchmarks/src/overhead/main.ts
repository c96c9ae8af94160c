import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { version } from "@cultivar/core";
import { calls } from "./calls.ts";
import { rootFolder } from "./child.ts";
import { evaluation } from "./evaluate.ts";
import { http } from "./http.ts";
import { imports } from "./imports.ts";
import { journal } from "./journal.ts";
import { printSection } from "./print.ts";
import { scale } from "./scale.ts";
import type { Section } from "./section.ts";
import { types } from "./types.ts";
import { packageVersions } from "./versions.ts";
import { wall } from "./wall.ts";

const sections = { calls, http, imports, evaluate: evaluation, journal, types, scale, wall };
type SectionName = keyof typeof sections;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    only: { type: "string", multiple: true },
    out: { type: "string" },
    cap: { type: "string" },
    build: { type: "boolean", default: true },
  },
  allowNegative: true,
});
const names = (values.only ?? Object.keys(sections)).map((name) => {
  if (name in sections) return name as SectionName;
  throw new Error(`--only: expected one of ${Object.keys(sections).join(", ")}, got ${name}`);
});

// What users install is the build, so that is what is measured: make it fresh.
if (values.build) {
  const bin = join(rootFolder, "node_modules", ".bin");
  const build = spawnSync(process.execPath, [join(rootFolder, "scripts", "build.mjs")], {
    cwd: rootFolder,
    encoding: "utf8",
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}` },
  });
  if (build.status !== 0)
    process.stderr.write(`the build has errors; what follows measures what it left:\n${build.stderr.slice(0, 1000)}\n`);
}
const capSeconds = values.cap === undefined ? undefined : Number(values.cap);
if (capSeconds !== undefined && !(capSeconds > 0))
  throw new Error(`--cap: expected seconds above 0, got ${values.cap}`);
const effort = { quick: values.quick, ...(capSeconds !== undefined && { capSeconds }) };

const found: Section[] = [];
for (const name of names) {
  process.stderr.write(`measuring ${name}\n`);
  const section = await sections[name](effort);
  found.push(section);
  if (!values.json) process.stdout.write(printSection(section));
}
const command = `npm run bench:overhead --${values.quick ? " --quick" : ""}${(values.only ?? []).map((name) => ` --only ${name}`).join("")}${capSeconds === undefined ? "" : ` --cap ${capSeconds}`}`;
const result = {
  command,
  seeds: "the rows of wall are those of seed 7; scores of scale are drawn from row and candidate",
  node: process.version,
  load: loadavg(),
  cpu: `${cpus().length} x ${cpus()[0]?.model ?? "unknown"}`,
  versions: { "@cultivar/core": version, ...packageVersions(["@ax-llm/ax", "ai", "openai", "zod"]) },
  sections: found,
};
if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(result, undefined, 2)}\n`);
if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
