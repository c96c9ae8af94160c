import { createInterface } from "node:readline/promises";
import { performance } from "node:perf_hooks";
import type { Io } from "./io.ts";

/** The real terminal. Without colours, so that NO_COLOR has nothing to turn off; a line is redrawn in terminals that can. */
export function terminal(): Io {
  const { stdin, stdout, stderr, env } = process;
  const tty = stderr.isTTY && env["TERM"] !== "dumb";
  return {
    cwd: process.cwd(),
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    live: tty && env["CI"] === undefined,
    // Read anew for each line: windows are resized.
    get columns() {
      return stderr.columns ?? 80;
    },
    confirm: tty && stdin.isTTY ? ask : undefined,
    onInterrupt(handler) {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, handler);
      return () => {
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, handler);
      };
    },
    now: () => performance.now(),
    exit: (code) => process.exit(code),
  };
}

async function ask(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}
