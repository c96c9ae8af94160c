import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mode } from "./peer-run.ts";
import type { Peer } from "./peers.ts";
import { isPython, pathOf } from "./peers.ts";

/** How a port is started. */
export interface PortOptions {
  readonly url: string;
  readonly mode: Mode;
  /** How often its setting was lowered before. */
  readonly lower: number;
  readonly python: string;
  /** After which it is killed. */
  readonly timeoutMs: number;
}

const keptStderr = 4000;

/**
 * Runs a port to its end in a process and an empty folder of its own. Throws with the end of its stderr when it exits
 * with anything but 0, and when it takes longer than the timeout.
 */
export async function runPort(peer: Peer, { url, mode, lower, python, timeoutMs }: PortOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "cultivar-peer-"));
  const [command, ...args] = isPython(peer)
    ? [python, pathOf(peer)]
    : [process.execPath, "--conditions=@cultivar/source", pathOf(peer)];
  const env = {
    ...process.env,
    CULTIVAR_RUN_URL: url,
    CULTIVAR_VARIANT: peer.variant ?? "",
    PORT_MODE: mode,
    PORT_LOWER: String(lower),
    // what frameworks leave goes with the folder, however the port ends
    TMPDIR: folder,
    // sets of texts are walked by hash
    PYTHONHASHSEED: "0",
    PYTHONDONTWRITEBYTECODE: "1",
  };
  try {
    await new Promise<void>((resolve, reject) => {
      const child = spawn(command!, args, {
        cwd: folder,
        env,
        stdio: ["ignore", "ignore", "pipe"],
        timeout: timeoutMs,
      });
      let stderr = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-keptStderr)));
      child.once("error", reject);
      child.once("close", (code, signal) => {
        if (code === 0) return resolve();
        const last = stderr.trim().split("\n").at(-1) ?? "";
        reject(
          new Error(
            signal === null
              ? `the port ended with ${code}: ${last}`
              : `the port was ended by ${signal} (a run may take ${timeoutMs / 1000} s): ${last}`,
          ),
        );
      });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
