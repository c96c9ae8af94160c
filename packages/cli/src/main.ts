#!/usr/bin/env node
import { exitCodes } from "./exit-codes.ts";
import { run } from "./run.ts";
import { terminal } from "./terminal.ts";

// Whoever reads may stop early: `cultivar prompt | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`cultivar: expected Node 22.18 or later, got ${process.versions.node}; install a newer one\n`);
  process.exitCode = exitCodes.config;
} else {
  process.exitCode = await run(process.argv.slice(2), terminal());
}
