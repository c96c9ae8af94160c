// Builds, compiles the first example on simulated models, and says what to try next. Set-up speaks on standard error;
// standard output holds the report, or with --json the one object of `cultivar compile --json`.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pinnedNode, root } from "./pinned-node.mjs";

const example = join(root, "examples", "ticket-routing");
const json = process.argv.includes("--json");

const node = pinnedNode();
const bin = (folder, name) => {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return join(folder, typeof manifest.bin === "string" ? manifest.bin : manifest.bin[name]);
};

function run(args, options) {
  const { status, stdout, error } = spawnSync(node, args, { encoding: "utf8", ...options });
  if (error !== undefined) process.stderr.write(`quickstart: cannot start ${node}: ${error.message}\n`);
  if (status !== 0) {
    if (stdout) process.stdout.write(stdout);
    process.exit(status ?? 1);
  }
  return stdout;
}

run([join(root, "scripts", "build.mjs")], { cwd: root, stdio: ["ignore", 2, 2] });
const cultivar = bin(join(root, "packages", "cli"), "cultivar");
if (json) {
  const stdout = run([cultivar, "compile", "--yes", "--json"], { cwd: example, stdio: ["ignore", "pipe", 2] });
  const result = JSON.parse(stdout).targets[0];
  process.stdout.write(
    `${JSON.stringify({ ...result, artifact: join("examples", "ticket-routing", result.artifact) }, undefined, 2)}\n`,
  );
} else {
  run([cultivar, "compile", "--yes", "--config", join(example, "cultivar.config.ts")], { cwd: root, stdio: "inherit" });
}
