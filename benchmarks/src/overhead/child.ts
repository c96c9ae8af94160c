import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = dirname(fileURLToPath(import.meta.url));

/** The folder of the benchmarks package: where packages are resolved from. */
export const packageFolder: string = join(folder, "..", "..");
/** The root of the workspace. */
export const rootFolder: string = join(packageFolder, "..");

/** Output of a process that ended well. Rejects with what it wrote to stderr otherwise. */
export function outputOf(args: readonly string[], cwd: string = packageFolder): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.once("error", reject);
    child.once("close", (code) => {
      const text = Buffer.concat(out).toString();
      if (code === 0) resolve(text);
      else
        reject(
          new Error(
            `node ${args.join(" ")} ended with ${code}: ${Buffer.concat(err).toString().slice(-4000)}${text.slice(-500)}`,
          ),
        );
    });
  });
}

/**
 * Runs one of the child scripts beside this file in a fresh process and parses the JSON that it prints last. Workspace
 * packages resolve to their built `dist` there, as for whoever installs them.
 */
export async function runChild<T>(
  script: string,
  args: readonly (string | number)[],
  flags: readonly string[] = [],
): Promise<T> {
  const text = await outputOf([...flags, join(folder, script), ...args.map(String)]);
  return JSON.parse(text.trim().split("\n").at(-1)!) as T;
}

/** Visits every case in every round, in alternating order, so that a busy spell of the machine hits all of them. */
export async function interleaved<K extends string, T>(
  cases: readonly K[],
  rounds: number,
  run: (name: K, round: number) => Promise<T>,
): Promise<Record<K, T[]>> {
  const results = Object.fromEntries(cases.map((name) => [name, [] as T[]])) as Record<K, T[]>;
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? cases : cases.toReversed();
    for (const name of order) results[name].push(await run(name, round));
  }
  return results;
}
