import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** Starts a script beside this file as a process of its own, over the sources, with a channel for its messages. */
export function startProcess(script: string, args: readonly string[]): ChildProcess {
  return fork(join(here, script), [...args], {
    execArgv: ["--conditions=@cultivar/source"],
    stdio: ["ignore", "inherit", "pipe", "ipc"],
  });
}

/** The first message that passes. Rejects when the process ends before. */
export function messageFrom<T>(child: ChildProcess, passes: (message: unknown) => message is T): Promise<T> {
  return new Promise((resolve, reject) => {
    const errors: Buffer[] = [];
    child.stderr?.on("data", (chunk: Buffer) => errors.push(chunk));
    child.on("message", (message: unknown) => {
      if (passes(message)) resolve(message);
    });
    child.once("exit", (code, signal) =>
      reject(new Error(`the process ended with ${code ?? signal}: ${Buffer.concat(errors).toString().slice(-3000)}`)),
    );
  });
}

/** Resolves once the process is gone. */
export function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}

/** The simulated server in a process of its own, and the ledger that it keeps. */
export interface Server {
  readonly url: string;
  /** Lines of the ledger so far. */
  lines(): readonly string[];
  /** Lines of the ledger once no call is being answered any more. */
  settledLines(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** Starts a server whose ledger is `ledger`. */
export async function startServer(ledger: string): Promise<Server> {
  const child = startProcess("server-process.ts", [ledger]);
  const url = await messageFrom(child, (message): message is string => typeof message === "string");
  const lines = (): readonly string[] => {
    try {
      return readFileSync(ledger, "utf8").split("\n").slice(0, -1);
    } catch {
      return []; // nothing was asked yet
    }
  };
  return {
    url,
    lines,
    async settledLines() {
      for (let before = lines().length; ;) {
        await sleep(40);
        const now = lines();
        if (now.length === before) return now;
        before = now.length;
      }
    },
    stop() {
      child.kill();
      return endOf(child);
    },
  };
}
