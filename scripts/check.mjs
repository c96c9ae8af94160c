// Every check of the repository, in the order in which a failure is cheapest to read. Stops at the first that fails.
import { spawnSync } from "node:child_process";

const steps = [
  { name: "build", command: "node", args: ["scripts/build.mjs"] },
  { name: "format", command: "prettier", args: ["--check", "--log-level", "warn", "."] },
  { name: "lint", command: "oxlint", args: ["--type-aware", "--quiet"] },
  { name: "types", command: "tsc", args: ["-p", "tsconfig.test.json"] },
  { name: "packages", command: "node", args: ["scripts/check-packages.mjs"] },
  { name: "tests", command: "vitest", args: ["run"] },
];
for (const { name, command, args } of steps) {
  process.stdout.write(`\n== ${name}: ${command} ${args.join(" ")}\n`);
  const { status } = spawnSync(command, args, { stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) process.exit(status ?? 1);
}
