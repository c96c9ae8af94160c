import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageFolder } from "./child.ts";

const folder = join(packageFolder, "peers");

/** What gepa took for each iteration, in CPU milliseconds, or why it could not be measured. */
export type GepaSteps = { readonly version: string; readonly stepsMs: readonly number[] } | { readonly why: string };

/**
 * Measures gepa on one cell in a fresh Python: CULTIVAR_PEERS_PYTHON, else the environment that the README makes. It
 * stops itself after `capSeconds` of CPU; then there are fewer steps.
 */
export function gepaSteps(
  kind: string,
  rows: number,
  candidates: number,
  capSeconds: number,
  python: string = process.env["CULTIVAR_PEERS_PYTHON"] ?? join(folder, ".venv", "bin", "python"),
): Promise<GepaSteps> {
  const script = join(folder, "python", "gepa_scale.py");
  if (python.includes("/") && !existsSync(python))
    return Promise.resolve({ why: `there is no Python at ${python}; benchmarks/README.md says how to make one` });
  return new Promise((resolve) => {
    const child = spawn(python, [script, kind, String(rows), String(candidates), String(capSeconds)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.once("error", (error) => resolve({ why: `${python} could not be started: ${error.message}` }));
    child.once("close", (code) => {
      if (code === 0) return resolve(JSON.parse(Buffer.concat(out).toString()) as GepaSteps);
      const last = Buffer.concat(err).toString().trim().split("\n").at(-1) ?? "";
      resolve({ why: `${python} ended with ${code}: ${last.slice(0, 300)}` });
    });
  });
}
