#!/usr/bin/env node
import { exitCodes } from "./exit-codes.ts";
import { run } from "./run.ts";
import { terminal } from "./terminal.ts";

let lost = false;
/** Whoever reads may stop early (`cultivar prompt | head`): the work goes on all the same. Other losses are said. */
function onLost(name: string): (error: NodeJS.ErrnoException) => void {
  return ({ code, message }) => {
    if (code === "EPIPE" || lost) return;
    lost = true;
    process.exitCode = exitCodes.storage;
    const what = `${name}: expected to be able to write, got ${message}; free some space, or send it elsewhere`;
    process.stderr.write(`error (storage)  ${what}\n`);
  };
}
process.stdout.on("error", onLost("standard output"));
process.stderr.on("error", onLost("standard error"));

async function main(args: readonly string[]): Promise<number> {
  const { node } = process.versions;
  const [major = 0, minor = 0] = node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return run(args, terminal());
  const message = `cultivar: expected Node 22.18 or later, got ${node}; install a newer one`;
  process.stderr.write(`error (config)  ${message}\n`);
  if (args.includes("--json")) process.stdout.write(`${JSON.stringify({ error: { code: "config", message } })}\n`);
  return exitCodes.config;
}

const code = await main(process.argv.slice(2));
process.exitCode = lost ? exitCodes.storage : code;
