// Checks that each published package resolves and types correctly for its users (publint, attw).
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

let failed = false;
const manifest = (name) => JSON.parse(readFileSync(`packages/${name}/package.json`, "utf8"));
for (const name of readdirSync("packages").filter((each) => manifest(each).private !== true)) {
  for (const { command, args } of [
    { command: "publint", args: ["run", `packages/${name}`, "--strict", "--pack", "pnpm"] },
    {
      command: "attw",
      args: ["--pack", `packages/${name}`, "--profile", "esm-only", "--format", "ascii"],
    },
  ]) {
    const { status, stdout, stderr } = spawnSync(command, args, {
      encoding: "utf8",
      shell: process.platform === "win32",
    });
    if (status !== 0) {
      failed = true;
      process.stdout.write(`${command} packages/${name}\n${stdout}${stderr}\n`);
    }
  }
}
process.exit(failed ? 1 : 0);
